/** Stages and their jobs, one after the other in the order of their dependencies. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ServiceConnection } from '../contracts.ts';
import type { Repository } from './builtin/context.ts';
import { type ExpressionContext, evaluateExpression } from './expression/evaluate.ts';
import type { ExpressionFunction } from './expression/functions.ts';
import { type Dictionary, dictionary, tryText, type Value } from './expression/values.ts';
import { ancestorsOf, dependenciesOf, type Finished, holds, inOrder, statusFunctions, valuesByName } from './graph.ts';
import { jobVariables } from './job-variables.ts';
import { mergeResults, type TaskResult } from './results.ts';
import type { JobResult, StageResult } from './run.ts';
import { runAgentJob } from './run-job.ts';
import { runServerJob } from './run-server-job.ts';
import { resolveSetting } from './steps/conditions.ts';
import type { JobPlan } from './steps/plan.ts';
import type { StepResult } from './steps/run-step.ts';
import type { RunState } from './steps/state.ts';
import { createVariables, type Variables } from './variables.ts';
import type { Job, Pipeline, Stage, VariableDefinition } from './yaml/model.ts';

export interface StagesContext {
  run: RunState;
  plans: Map<Job, JobPlan>;
  serverVariables: Record<string, string>;
  queuedVariables: Record<string, string>;
  secretVariables: Record<string, string>;
  connections: readonly ServiceConnection[];
  environment: Record<string, string | undefined>;
  collectionUrl: string;
  nodePath: string;
  workFolder: string;
  repository: Repository;
  counter: ExpressionFunction;
  signal: AbortSignal;
  write(line: string): void;
  millisecondsPerMinute: number;
}

/** A finished job with the outputs that later jobs may read. */
interface FinishedJob extends Finished {
  outputs: Dictionary;
  secretOutputs: string[];
}

interface FinishedStage extends Finished {
  jobs: FinishedJob[];
}

const lowerFirst = (text: string): string => text[0]!.toLowerCase() + text.slice(1);
const runtime = /^\s*\$\[(.*)\]\s*$/s;

/** Adds variables, evaluating `$[ ]` values with what is known so far; a value made from a secret output is secret. */
function addVariables(
  variables: Variables,
  definitions: readonly VariableDefinition[],
  context: (known: Variables) => ExpressionContext,
  secretOutputs: readonly string[],
): void {
  for (const { name, value, readonly } of definitions) {
    const expression = runtime.exec(value)?.[1];
    const secret =
      expression !== undefined &&
      secretOutputs.some((output) => expression.toLowerCase().includes(output.toLowerCase()));
    const text = expression === undefined ? value : (tryText(evaluateExpression(expression, context(variables))) ?? '');
    variables.set(name, text, { readOnly: readonly, secret });
  }
}

const dictionaryOf = (variables: Variables): Value => {
  variables.recalculate();
  return dictionary(variables.list().map(({ name, value }): [string, Value] => [name, value]));
};

function startVariables(context: StagesContext): Variables {
  const variables = createVariables();
  for (const [name, value] of Object.entries(context.serverVariables)) variables.set(name, value);
  for (const [name, value] of Object.entries(context.queuedVariables)) variables.set(name, value);
  for (const [name, value] of Object.entries(context.secretVariables)) variables.set(name, value, { secret: true });
  return variables;
}

interface Scope {
  context: StagesContext;
  pipeline: Pipeline;
  stage: Stage;
  doneStages: FinishedStage[];
  doneJobs: FinishedJob[];
  /** Number of jobs in the run: with more than one, log lines carry the job's name. */
  jobCount: number;
}

const named = <T extends { name: string }>(items: readonly T[], names: readonly string[]): T[] =>
  items.filter((item) => names.some((name) => name.toLowerCase() === item.name.toLowerCase()));

/** `stageDependencies.<stage>.<job>.outputs[...]`, for the stages that this one depends on. */
function stageDependencies({ pipeline, stage, doneStages }: Scope): Dictionary {
  const direct = named(doneStages, dependenciesOf(stage, pipeline.stages, true));
  return dictionary(direct.map((done): [string, Value] => [done.name, valuesByName(done.jobs)]));
}

function jobContext(scope: Scope, job: Job): (variables: Variables) => ExpressionContext {
  const { stage, doneJobs, context } = scope;
  const ancestors = named(doneJobs, ancestorsOf(job, stage.jobs, false));
  const names = {
    dependencies: valuesByName(named(doneJobs, dependenciesOf(job, stage.jobs, false))),
    stagedependencies: stageDependencies(scope),
    pipeline: dictionary({}),
  };
  const functions = { ...statusFunctions(ancestors, context.signal.aborted), counter: context.counter };
  return (variables) => ({ names: { ...names, variables: dictionaryOf(variables) }, functions });
}

function finishJob(job: Job, result: TaskResult, steps: readonly StepResult[], secretOutputs: string[]): FinishedJob {
  const prefix = job.deployment ? `${job.name}.` : '';
  const entries = steps.flatMap((step) =>
    Object.entries(step.outputs).map(([name, value]): [string, Value] => [`${prefix}${step.name}.${name}`, value]),
  );
  const outputs = dictionary(entries);
  return {
    name: job.name,
    result,
    outputs,
    secretOutputs: secretOutputs.map((name) => prefix + name),
    value: dictionary({ result, outputs }),
  };
}

interface JobOutcome {
  result: TaskResult;
  steps: StepResult[];
  secretOutputs: string[];
}

async function startJob(
  scope: Scope,
  job: Job,
  variables: Variables,
  recordId: string,
  context: ExpressionContext,
): Promise<JobOutcome> {
  const { context: stages, stage } = scope;
  const { run, signal, millisecondsPerMinute } = stages;
  const plan = stages.plans.get(job)!;
  const title = stage.name === '__default' ? job.name : `${stage.name}.${job.name}`;
  const prefix = scope.jobCount > 1 ? `${title} | ` : '';
  const write = (line: string): void => stages.write(`${prefix}${line}`);
  if (job.server) {
    variables.recalculate();
    const server = {
      displayName: job.displayName,
      steps: plan.steps,
      variable: variables.get,
      signal,
      write,
      millisecondsPerMinute,
    };
    return { ...(await runServerJob(server)), secretOutputs: [] };
  }
  const jobId = randomUUID();
  const { accessToken, oidcRequestUri } = await run.devops.jobCredentials(jobId);
  const workFolder = join(stages.workFolder, 'jobs', title);
  const own = Object.entries(jobVariables(stage, job, jobId, workFolder, oidcRequestUri));
  for (const [name, value] of own) variables.set(name, value);
  variables.set('System.AccessToken', accessToken, { secret: true });
  const minutes = (text: string): number => Number(resolveSetting(text, context, variables)) || 0;
  const outcome = await runAgentJob(
    {
      id: jobId,
      displayName: job.displayName,
      steps: plan.steps,
      variables: variables.list().map((variable) => variable),
      connections: stages.connections,
      timeoutInMinutes: minutes(job.timeoutInMinutes),
      cancelTimeoutInMinutes: minutes(job.cancelTimeoutInMinutes),
    },
    {
      run,
      agent: {
        environment: stages.environment,
        system: { url: stages.collectionUrl, accessToken },
        nodePath: stages.nodePath,
        workFolder,
        repository: stages.repository,
      },
      recordId,
      signal,
      write,
      millisecondsPerMinute,
    },
  );
  const secretOutputs = outcome.steps.flatMap((step) =>
    Object.keys(step.outputs)
      .map((name) => `${step.name}.${name}`)
      .filter((name) => outcome.variables.find(name)?.secret),
  );
  return { result: outcome.result, steps: outcome.steps, secretOutputs };
}

async function runJob(
  scope: Scope,
  job: Job,
  stageRecord: string,
): Promise<{ finished: FinishedJob; result: JobResult }> {
  const { context, pipeline, stage } = scope;
  const contextFor = jobContext(scope, job);
  const secretOutputs = [...scope.doneJobs, ...scope.doneStages.flatMap(({ jobs }) => jobs)].flatMap(
    (done) => done.secretOutputs,
  );
  const variables = startVariables(context);
  addVariables(variables, [...pipeline.variables, ...stage.variables], contextFor, secretOutputs);
  const recordId = randomUUID();
  const { devops } = context.run;
  const record = {
    id: recordId,
    parentId: stageRecord,
    type: 'Job',
    name: job.displayName,
    refName: job.name,
    identifier: `${stage.name}.${job.name}`,
  };
  const runs = holds(job.condition, contextFor(variables));
  let outcome: JobOutcome = { result: context.signal.aborted ? 'Canceled' : 'Skipped', steps: [], secretOutputs: [] };
  if (runs) {
    addVariables(variables, job.variables, contextFor, secretOutputs);
    devops.updateRecord({ ...record, state: 'inProgress', startTime: new Date().toISOString() });
    outcome = await startJob(scope, job, variables, recordId, contextFor(variables));
    const continues = resolveSetting(job.continueOnError, contextFor(variables), variables).toLowerCase() === 'true';
    if (outcome.result === 'Failed' && continues) outcome.result = 'SucceededWithIssues';
  } else
    context.write(`##[section]Skipping job ${job.name}: its condition ${job.condition ?? 'succeeded()'} is not met.`);
  devops.updateRecord({
    ...record,
    state: 'completed',
    result: lowerFirst(outcome.result),
    finishTime: new Date().toISOString(),
  });
  const { result, steps } = outcome;
  return {
    finished: finishJob(job, result, steps, outcome.secretOutputs),
    result: { name: job.name, displayName: job.displayName, result, steps },
  };
}

/** A stage's result from its jobs: the worst that ran; skipped when none ran. */
function stageResult(jobs: readonly FinishedJob[]): TaskResult {
  const ran = jobs.map(({ result }) => result).filter((result) => result !== 'Skipped');
  if (ran.length === 0) return jobs.length === 0 ? 'Succeeded' : 'Skipped';
  if (ran.includes('Failed')) return 'Failed';
  return ran.includes('Canceled')
    ? 'Canceled'
    : ran.reduce<TaskResult>((worst, result) => mergeResults(worst, result), 'Succeeded');
}

function finishStage(stage: Stage, jobs: FinishedJob[], result: TaskResult): FinishedStage {
  const outputs = jobs.flatMap((job) =>
    [...job.outputs].map(([name, value]): [string, Value] => [`${job.name}.${name}`, value]),
  );
  return { name: stage.name, result, jobs, value: dictionary({ result, outputs: dictionary(outputs) }) };
}

async function runStage(scope: Scope): Promise<{ finished: FinishedStage; result: StageResult }> {
  const { context, pipeline, stage, doneStages } = scope;
  const variables = startVariables(context);
  const ancestors = named(doneStages, ancestorsOf(stage, pipeline.stages, true));
  const contextFor = (known: Variables): ExpressionContext => ({
    names: {
      variables: dictionaryOf(known),
      dependencies: valuesByName(named(doneStages, dependenciesOf(stage, pipeline.stages, true))),
      stagedependencies: stageDependencies(scope),
      pipeline: dictionary({}),
    },
    functions: { ...statusFunctions(ancestors, context.signal.aborted), counter: context.counter },
  });
  // A variable may need outputs that only jobs know; such a value is empty in a stage's condition.
  addVariables(
    variables,
    pipeline.variables.filter(({ value }) => !runtime.test(value)),
    contextFor,
    [],
  );
  const recordId = randomUUID();
  const record = { id: recordId, type: 'Stage', name: stage.displayName, identifier: stage.name };
  const jobs: JobResult[] = [];
  let result: TaskResult = context.signal.aborted ? 'Canceled' : 'Skipped';
  if (holds(stage.condition, contextFor(variables))) {
    context.run.devops.updateRecord({ ...record, state: 'inProgress', startTime: new Date().toISOString() });
    if (stage.name !== '__default') context.write(`##[section]Stage: ${stage.displayName}`);
    for (const job of inOrder(stage.jobs, false)) {
      const done = await runJob(scope, job, recordId);
      scope.doneJobs.push(done.finished);
      jobs.push(done.result);
    }
    result = stageResult(scope.doneJobs);
  } else
    context.write(
      `##[section]Skipping stage ${stage.name}: its condition ${stage.condition ?? 'succeeded()'} is not met.`,
    );
  context.run.devops.updateRecord({
    ...record,
    state: 'completed',
    result: lowerFirst(result),
    finishTime: new Date().toISOString(),
  });
  return {
    finished: finishStage(stage, scope.doneJobs, result),
    result: { name: stage.name, displayName: stage.displayName, result, jobs },
  };
}

export async function runStages(pipeline: Pipeline, context: StagesContext): Promise<StageResult[]> {
  const doneStages: FinishedStage[] = [];
  const results: StageResult[] = [];
  const jobCount = pipeline.stages.reduce((count, { jobs }) => count + jobs.length, 0);
  for (const stage of inOrder(pipeline.stages, true)) {
    const done = await runStage({ context, pipeline, stage, doneStages, doneJobs: [], jobCount });
    doneStages.push(done.finished);
    results.push(done.result);
  }
  return results;
}
