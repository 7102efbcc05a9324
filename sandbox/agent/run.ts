/** Runs a pipeline file: the part of the service that orders stages and jobs, and an agent for each job. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Repository } from './builtin/context.ts';
import { createCounter } from './expression/functions.ts';
import { type RunFacts, runVariables, templateVariables } from './job-variables.ts';
import { outputPathWarnings } from './output-paths.ts';
import { misplacedFiles, repositoryOf, sourceVersion } from './repository.ts';
import { combineOutcomes, type RunOutcome } from './results.ts';
import type { RunOptions } from './run-options.ts';
import type { StageResult } from './run-scope.ts';
import { runStages } from './run-stages.ts';
import { startPipeline } from './start-pipeline.ts';
import { type JobPlan, planJob } from './steps/plan.ts';
import type { Attachment, RunState } from './steps/state.ts';
import { readTaskDefinitions } from './task-definition.ts';
import type { Job, Pipeline, VariableGroup } from './yaml/model.ts';
import { PipelineFileError } from './yaml/nodes.ts';
import { readPipeline } from './yaml/read-pipeline.ts';

export type { RunOptions } from './run-options.ts';

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

/** What a task sees of the environment of this process: not what npm and the test runner put there. */
function agentEnvironment(sandbox: RunOptions['sandbox']): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_CHANNEL_FD$|INIT_CWD$)/i.test(name),
  );
  return { ...Object.fromEntries(own), ...sandbox.clientEnvironment };
}

/** Plans all jobs, so that everything that can't run is reported together, before anything runs. */
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
      const { skipUnknownTasks = false } = options;
      plans.set(
        job,
        planJob(job, { definitions, connections: options.sandbox.connections, variable, skipUnknownTasks }),
      );
    }
  const all = [...plans.values()];
  const known = all.find(({ knownTasks }) => knownTasks !== undefined)?.knownTasks ?? '';
  const first = all.flatMap((plan) => plan.errors).findIndex((error) => error.includes(known));
  // The list of all tasks is long: once is enough.
  const planned = all
    .flatMap((plan) => plan.errors)
    .map((error, index) => (index > first ? error.replace(known, '') : error));
  const errors = [...pipeline.notes.unsupported, ...planned];
  if (known !== '')
    errors.push('To run the pipeline without the steps whose task is missing, use --skip-unknown-tasks.');
  if (errors.length > 0) throw new PipelineFileError(`The pipeline is not valid. ${errors.join('\n')}`);
  const paths = outputPathWarnings(pipeline);
  const warnings = [...pipeline.notes.warnings, ...paths, ...all.flatMap((plan) => plan.warnings)];
  for (const warning of new Set(warnings)) options.write(`##[warning]${warning}`);
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

/** Groups by name in lower case, in the form that the reader takes. */
function groupsOf({ variableGroups = {} }: RunOptions): Map<string, VariableGroup> {
  return new Map(
    Object.entries(variableGroups).map(([group, variables]) => [
      group.toLowerCase(),
      new Map(
        Object.entries(variables).map(([name, given]) =>
          typeof given === 'string'
            ? [name, { value: given, secret: false }]
            : [name, { value: given.value, secret: given.isSecret ?? false }],
        ),
      ),
    ]),
  );
}

function read(file: string, sourcesFolder: string, options: RunOptions, facts: Source): Pipeline {
  const { variables = {}, secretVariables = {}, parameters = {}, repositories = {} } = options;
  return readPipeline(file, {
    parameters,
    variables: templateVariables({ ...facts, devops: options.sandbox.devops }),
    queuedNames: [...Object.keys(variables), ...Object.keys(secretVariables)],
    groups: groupsOf(options),
    repository: sourcesFolder,
    repositories: new Map([...lowered(repositories)].map(([alias, folder]) => [alias, resolve(folder)])),
  });
}

/** Says which of the variables that the run was given have no effect, since the file defines them itself. */
function warnOfHiddenVariables(pipeline: Pipeline, options: RunOptions): void {
  const given = lowered({ ...options.variables, ...options.secretVariables });
  for (const name of new Set(pipeline.variables.map((variable) => variable.name)))
    if (given.has(name.toLowerCase()))
      options.write(
        `##[warning]Variable '${name}' is defined in ${basename(options.file)}: that value is used, not the one given for this run.`,
      );
}

/** The repositories that a job may check out. */
function repositoriesOf(pipeline: Pipeline, options: RunOptions, self: Repository): Repository[] {
  const others = Object.entries(options.repositories ?? {}).map(([alias, given]): Repository => {
    const folder = resolve(given);
    const declared = pipeline.repositories.find((one) => one.alias.toLowerCase() === alias.toLowerCase());
    return { alias, name: declared?.name ?? alias, folder, commit: sourceVersion(folder), excluded: self.excluded };
  });
  return [self, ...others];
}

/**
 * Runs the pipeline and resolves with what came of it, whatever its result. Throws a PipelineFileError, before anything
 * has run, when the file has an error.
 */
export async function runPipeline(options: RunOptions): Promise<RunResult> {
  const file = resolve(options.file);
  const sourcesFolder = resolve(options.sourcesFolder ?? repositoryOf(file));
  const { variables = {}, secretVariables = {} } = options;
  const { devops, connections } = options.sandbox;
  const startTime = new Date();
  const facts = factsOf(options, sourcesFolder);
  const written = read(file, sourcesFolder, options, facts);
  const early = templateVariables({ ...facts, devops });
  const queued = lowered({ ...early, ...variables, ...secretVariables });
  const plans = planAll(written, options, (name) => queued.get(name.toLowerCase()));
  warnOfHiddenVariables(written, options);
  const steps = [...plans.values()].flatMap((plan) => plan.steps);
  for (const warning of misplacedFiles(steps, file, sourcesFolder)) options.write(`##[warning]${warning}`);

  const devopsRun = devops.createRun({ ...facts, folder: sourcesFolder });
  const counter = createCounter();
  const serverVariables = (buildNumber: string) => runVariables({ ...facts, devops, run: devopsRun, buildNumber });
  const start = { queuedVariables: variables, secretVariables, counter, startTime };
  const { pipeline, buildNumber } = startPipeline(written, devopsRun, { ...start, serverVariables });
  const workFolder = options.workFolder ? resolve(options.workFolder) : mkdtempSync(join(tmpdir(), 'agent-'));
  mkdirSync(workFolder, { recursive: true });
  const run: RunState = {
    devops: devopsRun,
    attachments: [],
    tags: [],
    buildNumber,
    artifactsFolder: join(workFolder, 'artifacts'),
    attachmentsFolder: join(workFolder, 'attachments'),
  };
  const { repository: name, commit } = facts;
  const self = { alias: 'self', name, folder: sourcesFolder, commit, excluded: [workFolder] };
  const stages = await runStages(pipeline, {
    ...start,
    run,
    plans,
    serverVariables: serverVariables(buildNumber),
    connections,
    environment: agentEnvironment(options.sandbox),
    collectionUrl: devops.collectionUrl,
    nodePath: options.nodePath ?? process.execPath,
    workFolder,
    repositories: repositoriesOf(pipeline, options, self),
    decisions: options.decisions ?? {},
    signal: options.signal ?? new AbortController().signal,
    forceSignal: options.forceSignal ?? new AbortController().signal,
    write: options.write,
    millisecondsPerMinute: options.millisecondsPerMinute ?? 60_000,
  });
  const result = combineOutcomes(stages.map((stage) => stage.result));
  devopsRun.complete(result);
  const { attachments, tags } = run;
  return { result, stages, attachments, tags, buildNumber: run.buildNumber, buildId: devopsRun.id, workFolder };
}
