/** Runs a pipeline file: the part of the service that orders stages and jobs, and an agent for each job. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { DevOpsRun, Sandbox } from '../contracts.ts';
import { formatBuildNumber } from './build-number.ts';
import { createCounter } from './expression/functions.ts';
import { type RunFacts, runVariables } from './job-variables.ts';
import { combineOutcomes, type RunOutcome } from './results.ts';
import type { StageResult } from './run-scope.ts';
import { runStages } from './run-stages.ts';
import { type JobPlan, planJob } from './steps/plan.ts';
import type { Attachment, RunState } from './steps/state.ts';
import { readTaskDefinitions } from './task-definition.ts';
import type { Job, Pipeline } from './yaml/model.ts';
import { PipelineFileError } from './yaml/nodes.ts';
import { readPipeline } from './yaml/read-pipeline.ts';

export interface RunOptions {
  file: string;
  /** The repository's content; default: the folder of the file. Each job gets a copy without .git and node_modules. */
  sourcesFolder?: string;
  /** Variables set when the run is queued; the file's own variables win over them, as on the real service. */
  variables?: Record<string, string>;
  /** The same, but secret. */
  secretVariables?: Record<string, string>;
  /** Values of the pipeline's `parameters:`. */
  parameters?: Record<string, string>;
  branch?: string;
  commit?: string;
  reason?: string;
  /** Tasks of extensions: `<tasksFolder>/<task>/v1/task.json`; without it only the sandbox's own tasks are known. */
  tasksFolder?: string;
  sandbox: Pick<Sandbox, 'devops' | 'connections' | 'clientEnvironment'>;
  /** Default: a new folder below the system's temporary folder; it stays, with the attachments and artifacts in it. */
  workFolder?: string;
  /** Node for the tasks; default: the one that runs this. */
  nodePath?: string;
  write(line: string): void;
  signal?: AbortSignal;
  /** For trying out time limits without waiting for minutes. */
  millisecondsPerMinute?: number;
}

export interface RunResult {
  result: RunOutcome;
  stages: StageResult[];
  attachments: Attachment[];
  tags: string[];
  buildNumber: string;
  buildId: number;
  /** Holds `artifacts/<name>` and each job's folders. */
  workFolder: string;
}

/** HEAD of the repository that holds the folder, or zeros. */
function sourceVersion(folder: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '0'.repeat(40);
  }
}

/** What a task sees of the environment of this process: not what npm and the test runner put there. */
function agentEnvironment(sandbox: RunOptions['sandbox']): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_CHANNEL_FD$|INIT_CWD$)/i.test(name),
  );
  return { ...Object.fromEntries(own), ...sandbox.clientEnvironment };
}

/** Plans all jobs, so that every error in the file is reported before anything runs. */
function planAll(
  pipeline: Pipeline,
  options: RunOptions,
  lookUp: (name: string) => string | undefined,
): Map<Job, JobPlan> {
  const definitions = options.tasksFolder === undefined ? [] : readTaskDefinitions(options.tasksFolder);
  const plans = new Map<Job, JobPlan>();
  for (const stage of pipeline.stages)
    for (const job of stage.jobs) {
      const own = [...pipeline.variables, ...stage.variables, ...job.variables].reverse();
      const variable = (name: string): string | undefined =>
        own.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())?.value ?? lookUp(name);
      plans.set(job, planJob(job, { definitions, connections: options.sandbox.connections, variable }));
    }
  const errors = [...plans.values()].flatMap((plan) => plan.errors);
  if (errors.length > 0) throw new PipelineFileError(`The pipeline is not valid. ${errors.join('\n')}`);
  for (const warning of [...plans.values()].flatMap((plan) => plan.warnings)) options.write(`##[warning]${warning}`);
  return plans;
}

/** What a run is about, before it has a number. */
type Source = Omit<RunFacts, 'devops' | 'run' | 'buildNumber'>;

function factsOf(options: RunOptions, sourcesFolder: string): Source {
  const name = basename(sourcesFolder);
  return {
    branch: options.branch?.startsWith('refs/') ? options.branch : `refs/heads/${options.branch ?? 'main'}`,
    commit: options.commit ?? sourceVersion(sourcesFolder),
    reason: options.reason ?? 'Manual',
    definitionName: name,
    repository: name,
  };
}

const lowered = (values: Record<string, string>): Map<string, string> =>
  new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));

/** Variables that are known before the run starts; the file's template expressions may use them. */
const earlyVariables = ({ branch, commit, reason }: Source): Record<string, string> => ({
  'Build.SourceBranch': branch,
  'Build.SourceBranchName': branch.split('/').at(-1)!,
  'Build.Reason': reason,
  'Build.SourceVersion': commit,
});

/** The number that the pipeline's `name:` gives the run, or the one that it has. */
function buildNumberOf(
  pipeline: Pipeline,
  devopsRun: DevOpsRun,
  queued: Map<string, string>,
  serverVariables: Record<string, string>,
): string {
  if (!pipeline.name) return devopsRun.buildNumber;
  const known = new Map([
    ...lowered(serverVariables),
    ...pipeline.variables.map(({ name, value }): [string, string] => [name.toLowerCase(), value]),
    ...queued,
  ]);
  const revision = Number(/\.(\d+)$/.exec(devopsRun.buildNumber)?.[1] ?? 1);
  const number = formatBuildNumber(pipeline.name, new Date(), revision, (name) => known.get(name.toLowerCase()));
  devopsRun.setBuildNumber(number);
  return number;
}

/**
 * Runs the pipeline and resolves with what came of it, whatever its result. Throws a PipelineFileError, before anything
 * has run, when the file has an error.
 */
export async function runPipeline(options: RunOptions): Promise<RunResult> {
  const file = resolve(options.file);
  const sourcesFolder = resolve(options.sourcesFolder ?? dirname(file));
  const { variables = {}, secretVariables = {}, parameters = {} } = options;
  const facts = factsOf(options, sourcesFolder);
  const early = earlyVariables(facts);
  const pipeline = readPipeline(file, { parameters, variables: { ...early, ...variables } });
  const queued = lowered({ ...early, ...variables, ...secretVariables });
  const plans = planAll(pipeline, options, (name) => queued.get(name.toLowerCase()));
  for (const { name } of pipeline.variables)
    if (queued.has(name.toLowerCase()))
      options.write(
        `##[warning]Variable '${name}' is defined in ${basename(file)}: that value is used, not the one given for this run.`,
      );

  const workFolder = options.workFolder ? resolve(options.workFolder) : mkdtempSync(join(tmpdir(), 'agent-'));
  mkdirSync(workFolder, { recursive: true });
  const { devops } = options.sandbox;
  const devopsRun = devops.createRun(facts);
  const serverVariables = (buildNumber: string) => runVariables({ ...facts, devops, run: devopsRun, buildNumber });
  const unnumbered = serverVariables(devopsRun.buildNumber);
  const run: RunState = {
    devops: devopsRun,
    attachments: [],
    tags: [],
    buildNumber: buildNumberOf(pipeline, devopsRun, queued, unnumbered),
    artifactsFolder: join(workFolder, 'artifacts'),
    attachmentsFolder: join(workFolder, 'attachments'),
  };
  const stages = await runStages(pipeline, {
    run,
    plans,
    serverVariables: serverVariables(run.buildNumber),
    queuedVariables: variables,
    secretVariables,
    connections: options.sandbox.connections,
    environment: agentEnvironment(options.sandbox),
    collectionUrl: devops.collectionUrl,
    nodePath: options.nodePath ?? process.execPath,
    workFolder,
    repository: { name: facts.repository, folder: sourcesFolder, commit: facts.commit, excluded: [workFolder] },
    counter: createCounter(),
    signal: options.signal ?? new AbortController().signal,
    write: options.write,
    millisecondsPerMinute: options.millisecondsPerMinute ?? 60_000,
  });
  const result = combineOutcomes(stages.map((stage) => stage.result));
  devopsRun.complete(result);
  const { attachments, tags, buildNumber } = run;
  return { result, stages, attachments, tags, buildNumber, buildId: devopsRun.id, workFolder };
}
