/** The sandbox's command line: start both clouds, or run one pipeline in them. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Decision } from './agent/server/built-in.ts';
import type { Sandbox } from './contracts.ts';
import { environmentFile } from './environment.ts';
import { startSandbox } from './sandbox.ts';
import { watchSignals } from './signals.ts';

/** How the command line is called, and what surrounds it. */
export interface CommandLine {
  /** Arguments after the program's name. */
  args: string[];
  /** What the user types before the arguments, for the help text. */
  program: string;
  /** Folder of the tasks that a pipeline may use, when `--tasks` is not given; called before a run starts. */
  prepareTasks?: () => Promise<string>;
}

function help(program: string): string {
  const rows: [call: string, meaning: string][] = [
    [program, 'start, print the addresses, stop with Ctrl+C'],
    ['  --env-file PATH', 'write what clients need as NAME=value lines once everything answers'],
    ['  --data DIR', 'keep resources, blobs, runs and ports in DIR between runs'],
    ['  --quiet', "don't print what the sandbox does"],
    ['', ''],
    [`${program} run PIPELINE.yml`, 'start, run the pipeline, stop'],
    ['  --tasks DIR', 'folder with the tasks of extensions: TASK/task.json or TASK/v1/task.json'],
    ['  --repository DIR', 'root of the repository (the Git repository of the file, else its folder)'],
    ['  --repository-resource ALIAS=DIR', 'folder with the content of another repository; may be repeated'],
    ['  --variable NAME=VALUE', 'set a variable of the run; may be repeated'],
    ['  --variable-group FILE', 'variables of variable groups, GROUP: {NAME: value}; may be repeated'],
    ['  --parameter NAME=VALUE', 'set a parameter of the pipeline; may be repeated'],
    ['  --decision STEP=approve|reject|ignore', 'what becomes of a manual validation (approve); may be repeated'],
    ['  --skip-unknown-tasks', 'skip steps whose task is missing, with a warning'],
    ['  --branch refs/heads/NAME', 'branch of the run (refs/heads/main)'],
    ['  --data DIR', 'as above'],
    ['', ''],
    [`${program} --help`, 'print this'],
  ];
  const width = Math.max(...rows.map(([call]) => call.length));
  const lines = rows.map(([call, meaning]) => `  ${call.padEnd(width)}  ${meaning}`.trimEnd());
  return `Azure ML and Azure DevOps on this computer, on loopback addresses.

${lines.join('\n')}

Ctrl+C cancels a run as the service does; pressed again it also ends steps with the condition always(). A run exits with 0
when it succeeded, else with 1; an error on the command line exits with 2.
`;
}

/** An error on the command line. */
class UsageError extends Error {}

/** Does what the arguments say; resolves with the exit code. Problems of the user are printed, others are thrown. */
export async function runCommandLine(commandLine: CommandLine): Promise<number> {
  try {
    return await dispatch(commandLine);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${help(commandLine.program)}`);
      return 2;
    }
    // The user can fix a pipeline file, whose place the message names, and a folder that is in use.
    if (!['PipelineFileError', 'FolderInUseError', 'VariableGroupError'].includes(error.constructor.name)) throw error;
    console.error(error.message);
    return 1;
  }
}

async function dispatch({ args, program, prepareTasks }: CommandLine): Promise<number> {
  const { values, positionals } = readArguments(args);
  if (values.help) {
    process.stdout.write(help(program));
    return 0;
  }
  const [command, file, ...rest] = positionals;
  if (command === undefined) return serve(values);
  if (command !== 'run') throw new UsageError(`Unknown command '${command}'.`);
  if (file === undefined) throw new UsageError("'run' needs the path of a pipeline file.");
  if (rest.length > 0) throw new UsageError(`Unexpected argument '${rest[0]}'.`);
  return runFile(file, values, prepareTasks);
}

function readArguments(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        quiet: { type: 'boolean' },
        data: { type: 'string' },
        tasks: { type: 'string' },
        'env-file': { type: 'string' },
        variable: { type: 'string', multiple: true },
        'variable-group': { type: 'string', multiple: true },
        parameter: { type: 'string', multiple: true },
        repository: { type: 'string' },
        'repository-resource': { type: 'string', multiple: true },
        decision: { type: 'string', multiple: true },
        'skip-unknown-tasks': { type: 'boolean' },
        branch: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Options = ReturnType<typeof readArguments>['values'];

async function serve(options: Options): Promise<number> {
  const { stop } = watchSignals();
  const stopped = new Promise<string>((done) => stop.addEventListener('abort', () => done(stop.reason)));
  const log = options.quiet ? () => {} : (line: string) => console.log(line);
  const sandbox = await startSandbox({ log, ...(options.data !== undefined && { data: options.data }) });
  try {
    if (options['env-file'] !== undefined) {
      // It holds secrets: for this user alone.
      writeFileSync(resolve(options['env-file']), environmentFile(sandbox.environment), { mode: 0o600 });
    }
    printAddresses(sandbox, options);
    const signal = await stopped;
    console.log(`\n${signal}: stopping.`);
  } finally {
    await sandbox.stop();
  }
  return 0;
}

/** What the options say about the pipeline; throws a UsageError for a folder that does not exist. */
async function runOptions(file: string, options: Options) {
  const repositories = pairs(options['repository-resource'], '--repository-resource');
  const folders = [options.repository, ...Object.values(repositories)].filter((folder) => folder !== undefined);
  for (const folder of folders)
    if (!existsSync(folder)) throw new UsageError(`The folder ${resolve(folder)} does not exist.`);
  if (!existsSync(file)) throw new UsageError(`The file ${resolve(file)} does not exist.`);
  const { readVariableGroups } = await import('./variable-groups.ts');
  return {
    file,
    variables: pairs(options.variable, '--variable'),
    parameters: pairs(options.parameter, '--parameter'),
    decisions: decisionsOf(options.decision),
    variableGroups: readVariableGroups(options['variable-group'] ?? []),
    repositories,
    skipUnknownTasks: options['skip-unknown-tasks'] ?? false,
    ...(options.repository !== undefined && { sourcesFolder: options.repository }),
    ...(options.branch !== undefined && { branch: options.branch }),
  };
}

async function runFile(file: string, options: Options, prepareTasks: CommandLine['prepareTasks']): Promise<number> {
  const given = await runOptions(file, options);
  // Loaded here so that the clouds alone start without the agent.
  const { runPipeline } = await import('./agent/run.ts');
  const { colourLine } = await import('./agent/colour.ts');
  const tasksFolder = options.tasks ?? (await prepareTasks?.());
  const { stop, force } = watchSignals();
  stop.addEventListener('abort', () => console.log(`\n${stop.reason}: cancelling the run.`));
  const { data } = options;
  const workFolder =
    data === undefined ? mkdtempSync(join(tmpdir(), 'agent-')) : join(data, 'agent', String(Date.now()));
  let sandbox: Sandbox | undefined;
  try {
    sandbox = await startSandbox(data === undefined ? {} : { data });
    const { result, buildNumber } = await runPipeline({
      ...given,
      ...(tasksFolder !== undefined && { tasksFolder }),
      workFolder,
      sandbox,
      write: (line) => console.log(process.stdout.isTTY ? colourLine(line) : line),
      signal: stop,
      forceSignal: force,
    });
    console.log(`\nRun ${buildNumber}: ${result}.`);
    // To Azure Pipelines, too, a run with warnings counts as succeeded: see the condition succeeded().
    return result === 'succeeded' || result === 'partiallySucceeded' ? 0 : 1;
  } finally {
    await sandbox?.stop();
    if (data === undefined) rmSync(workFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function decisionsOf(given: string[] | undefined): Record<string, Decision> {
  const decisions = pairs(given, '--decision');
  for (const [step, decision] of Object.entries(decisions))
    if (!['approve', 'reject', 'ignore'].includes(decision))
      throw new UsageError(`--decision ${step} must be approve, reject or ignore, not '${decision}'.`);
  return decisions as Record<string, Decision>;
}

function pairs(given: string[] | undefined, option: string): Record<string, string> {
  return Object.fromEntries(
    (given ?? []).map((pair) => {
      const split = pair.indexOf('=');
      if (split < 1) throw new UsageError(`${option} needs NAME=VALUE, not '${pair}'.`);
      return [pair.slice(0, split), pair.slice(split + 1)];
    }),
  );
}

function printAddresses(sandbox: Sandbox, options: Options): void {
  const { settings } = sandbox;
  const rows: [string, string][] = [
    ['Azure Resource Manager', sandbox.azuremlUrl],
    ['Token authority', `${sandbox.identityUrl}/${settings.tenantId}`],
    ['Azure DevOps', sandbox.devops.collectionUrl],
    ['MLflow tracking', sandbox.environment.MLFLOW_TRACKING_URI ?? ''],
    ['Subscription', settings.subscriptionId],
    ['Resource group', settings.resourceGroup],
    ['Workspace', settings.workspaceName],
    ['Service connections', sandbox.connections.map(({ name }) => name).join(', ')],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value}`);
  if (options['env-file'] !== undefined) {
    console.log(`\nFor clients:  set -a; . ${resolve(options['env-file'])}; set +a`);
  }
  console.log('\nThe sandbox is ready. Ctrl+C stops it.');
}
