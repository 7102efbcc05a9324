/** The sandbox's command line: `npm run sandbox [-- options]` and `npm run sandbox -- run <pipeline.yml>`. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Sandbox } from './contracts.ts';
import { environmentFile } from './environment.ts';
import { startSandbox } from './sandbox.ts';

const help = `Both clouds on this computer: Azure ML and Azure DevOps, on loopback addresses.

  npm run sandbox                          start, print the addresses, stop with Ctrl+C
    --env-file PATH                        write what clients need as NAME=value lines once everything answers
    --data DIR                             keep resources, blobs, runs and ports in DIR between runs
    --quiet                                don't print what the sandbox does

  npm run sandbox -- run PIPELINE.yml      start, run the pipeline with the built tasks, stop
    --variable NAME=VALUE                  set a variable of the run; may be repeated
    --parameter NAME=VALUE                 set a parameter of the pipeline; may be repeated
    --branch refs/heads/NAME               branch of the run (refs/heads/main)
    --data DIR                             as above

  npm run sandbox -- --help                print this

A run exits with 0 when it succeeded, else with 1; a mistake on the command line exits with 2.
`;

/** Where `npm run build` puts the tasks. */
const tasksFolder = fileURLToPath(new URL('../build/extension/tasks', import.meta.url));

/** A mistake on the command line. */
class UsageError extends Error {}

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [command, file, ...rest] = positionals;
  if (command === undefined) return serve(values);
  if (command !== 'run') throw new UsageError(`Unknown command '${command}'.`);
  if (file === undefined) throw new UsageError("'run' needs the path of a pipeline file.");
  if (rest.length > 0) throw new UsageError(`Unexpected argument '${rest[0]}'.`);
  return runFile(file, values);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        quiet: { type: 'boolean' },
        data: { type: 'string' },
        'env-file': { type: 'string' },
        variable: { type: 'string', multiple: true },
        parameter: { type: 'string', multiple: true },
        branch: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Options = ReturnType<typeof readArguments>['values'];

async function serve(options: Options): Promise<number> {
  const stopped = untilSignal();
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

async function runFile(file: string, options: Options): Promise<number> {
  const variables = pairs(options.variable, '--variable');
  const parameters = pairs(options.parameter, '--parameter');
  if (!existsSync(file)) throw new UsageError(`There is no file ${resolve(file)}.`);
  // Loaded here so that the sandbox alone starts without the agent and the build.
  const { runPipeline } = await import('./agent/run.ts');
  const { colourLine } = await import('./agent/colour.ts');
  await (await import('../scripts/build.ts')).build();
  const cancel = new AbortController();
  void untilSignal().then(() => cancel.abort());
  const data = options.data === undefined ? {} : { data: options.data };
  const workFolder =
    options.data === undefined
      ? mkdtempSync(join(tmpdir(), 'agent-'))
      : join(options.data, 'agent', String(Date.now()));
  const sandbox = await startSandbox(data);
  try {
    const { result, buildNumber } = await runPipeline({
      file,
      tasksFolder,
      workFolder,
      sandbox,
      variables,
      parameters,
      ...(options.branch !== undefined && { branch: options.branch }),
      write: (line) => console.log(process.stdout.isTTY ? colourLine(line) : line),
      signal: cancel.signal,
    });
    console.log(`\nRun ${buildNumber}: ${result}.`);
    // To Azure Pipelines, too, a run with warnings counts as succeeded: see the condition succeeded().
    return result === 'succeeded' || result === 'partiallySucceeded' ? 0 : 1;
  } finally {
    await sandbox.stop();
    if (options.data === undefined) rmSync(workFolder, { recursive: true, force: true, maxRetries: 5 });
  }
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

/** Resolves with the first signal; a second one ends the process at once. */
function untilSignal(): Promise<string> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done(signal));
  });
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    // A mistake in the pipeline's file is the user's, with its place in the message; so is a folder that is in use.
    const isFileError = ['PipelineFileError', 'FolderInUseError'].includes(error.constructor.name);
    console.error(
      error instanceof UsageError ? `${error.message}\n\n${help}` : isFileError ? error.message : error.stack,
    );
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
