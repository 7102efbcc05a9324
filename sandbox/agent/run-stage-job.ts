/** Runs one job of a stage with all its copies, or skips it, and keeps what later jobs may read of it. */
import { randomUUID } from 'node:crypto';
import { type ExpressionContext, evaluateExpression } from './expression/evaluate.ts';
import { dictionary, tryText, type Value } from './expression/values.ts';
import { ancestorsOf, dependenciesOf, holds, statusFunctions, valuesByName } from './graph.ts';
import type { JobCopy } from './job-variables.ts';
import { combineResults, type TaskResult } from './results.ts';
import {
  addVariables,
  dictionaryOf,
  type FinishedJob,
  type JobResult,
  lowerFirst,
  named,
  pipelineObject,
  runtime,
  type Scope,
  stageDependencies,
  startVariables,
} from './run-scope.ts';
import { type JobOutcome, startJob } from './start-job.ts';
import { resolveSetting } from './steps/conditions.ts';
import type { Variables } from './variables.ts';
import type { Job, Leg } from './yaml/model.ts';
import { PipelineFileError } from './yaml/nodes.ts';
import { legsOfCount, legsOfJson } from './yaml/read-strategy.ts';

type ContextFor = (variables: Variables) => ExpressionContext;

function jobContext(scope: Scope, job: Job): ContextFor {
  const { stage, doneJobs, context } = scope;
  const ancestors = named(doneJobs, ancestorsOf(job, stage.jobs, false));
  const names = {
    dependencies: valuesByName(named(doneJobs, dependenciesOf(job, stage.jobs, false))),
    stagedependencies: stageDependencies(scope),
    pipeline: pipelineObject(context.startTime),
  };
  const functions = { ...statusFunctions(ancestors, context.signal.aborted), counter: context.counter };
  return (variables) => ({ names: { ...names, variables: dictionaryOf(variables) }, functions });
}

/** A copy's outputs have its name in front, a deployment's those of the job: `copy.step.variable`. */
interface Run {
  prefix: string;
  outcome: JobOutcome;
}

function finishJob(job: Job, result: TaskResult, runs: readonly Run[]): FinishedJob {
  const entries = runs.flatMap(({ prefix, outcome }) =>
    outcome.steps.flatMap((step) =>
      Object.entries(step.outputs).map(([name, value]): [string, Value] => [`${prefix}${step.name}.${name}`, value]),
    ),
  );
  const outputs = dictionary(entries);
  return {
    name: job.name,
    result,
    outputs,
    secretOutputs: runs.flatMap(({ prefix, outcome }) => outcome.secretOutputs.map((name) => prefix + name)),
    value: dictionary({ result, outputs }),
  };
}

/** The job's copies; one without a name when it has no strategy. Throws when an expression gives no copies. */
function legsOf({ strategy }: Job, context: ExpressionContext, variables: Variables): (Leg | undefined)[] {
  if (!strategy) return [undefined];
  if (strategy.kind === 'matrix') return strategy.legs;
  if (strategy.kind === 'matrixExpression') {
    const value = evaluateExpression(runtime.exec(strategy.expression)?.[1] ?? "''", context);
    return legsOfJson(tryText(value) ?? '');
  }
  const count = Number(resolveSetting(strategy.count, context, variables));
  if (!(count >= 1)) throw new Error(`'parallel' must be a number above 0, but is '${strategy.count}'.`);
  return legsOfCount(count);
}

interface Prepared {
  scope: Scope;
  job: Job;
  stageRecord: string;
  contextFor: ContextFor;
  secretOutputs: string[];
  /** The variables that the job's condition sees: all but its own. */
  outerVariables(): Variables;
}

function prepare(scope: Scope, job: Job, stageRecord: string): Prepared {
  const { context, pipeline, stage } = scope;
  const contextFor = jobContext(scope, job);
  const secretOutputs = [...scope.doneJobs, ...scope.doneStages.flatMap(({ jobs }) => jobs)].flatMap(
    (done) => done.secretOutputs,
  );
  const outerVariables = (): Variables => {
    const variables = startVariables(context);
    addVariables(variables, [...pipeline.variables, ...stage.variables], contextFor, secretOutputs);
    return variables;
  };
  return { scope, job, stageRecord, contextFor, secretOutputs, outerVariables };
}

/** Keeps the timeline's record of a job, or of a copy. */
function createRecord({ scope, job, stageRecord }: Prepared, copy: JobCopy | undefined) {
  const { devops } = scope.context.run;
  const id = randomUUID();
  const record = {
    id,
    parentId: stageRecord,
    type: 'Job',
    name: copy ? `${job.displayName} ${copy.name}` : job.displayName,
    refName: copy?.name ?? job.name,
    identifier: [scope.stage.name, job.name, ...(copy ? [copy.name] : [])].join('.'),
  };
  const now = (): string => new Date().toISOString();
  return {
    id,
    displayName: record.name,
    start: () => devops.updateRecord({ ...record, state: 'inProgress', startTime: now() }),
    finish: (result: TaskResult) =>
      devops.updateRecord({ ...record, state: 'completed', result: lowerFirst(result), finishTime: now() }),
  };
}

async function runCopy(prepared: Prepared, leg: Leg | undefined, copy: JobCopy | undefined): Promise<JobOutcome> {
  const { scope, job, contextFor, secretOutputs, outerVariables } = prepared;
  const variables = outerVariables();
  const setOwn = (): void => {
    for (const [name, value] of Object.entries(leg?.variables ?? {})) variables.set(name, value);
  };
  // First for the job's variables that are made of them, then again since a copy's value counts more than the job's.
  setOwn();
  addVariables(variables, job.variables, contextFor, secretOutputs);
  setOwn();
  const record = createRecord(prepared, copy);
  record.start();
  const context = contextFor(variables);
  const outcome = await startJob(scope, {
    job,
    copy,
    displayName: record.displayName,
    variables,
    recordId: record.id,
    context,
  });
  const continues = resolveSetting(job.continueOnError, contextFor(variables), variables).toLowerCase() === 'true';
  if (outcome.result === 'Failed' && continues) outcome.result = 'SucceededWithIssues';
  record.finish(outcome.result);
  return outcome;
}

function skip(prepared: Prepared): { finished: FinishedJob; results: JobResult[] } {
  const { scope, job } = prepared;
  const { context } = scope;
  context.write(`##[section]Skipping job ${job.name}: its condition ${job.condition ?? 'succeeded()'} is not met.`);
  const result: TaskResult = context.signal.aborted ? 'Canceled' : 'Skipped';
  createRecord(prepared, undefined).finish(result);
  const { name, displayName } = job;
  return { finished: finishJob(job, result, []), results: [{ name, displayName, result, steps: [] }] };
}

/** A job that can't start fails, with the reason in the log. */
function fail(prepared: Prepared, error: Error): { finished: FinishedJob; results: JobResult[] } {
  const { scope, job } = prepared;
  if (error instanceof PipelineFileError || error instanceof TypeError) throw error;
  scope.context.write(`##[error]Job ${job.name} can't start: ${error.message}`);
  createRecord(prepared, undefined).finish('Failed');
  const { name, displayName } = job;
  return { finished: finishJob(job, 'Failed', []), results: [{ name, displayName, result: 'Failed', steps: [] }] };
}

/** Runs the job's copies one after the other; a failed one doesn't keep the others from running. */
export async function runJob(
  scope: Scope,
  job: Job,
  stageRecord: string,
): Promise<{ finished: FinishedJob; results: JobResult[] }> {
  const prepared = prepare(scope, job, stageRecord);
  const variables = prepared.outerVariables();
  const context = prepared.contextFor(variables);
  if (!holds(job.condition, context)) return skip(prepared);
  let legs: (Leg | undefined)[];
  try {
    legs = legsOf(job, context, variables);
  } catch (error) {
    return fail(prepared, error as Error);
  }
  const runs: Run[] = [];
  const results: JobResult[] = [];
  for (const [index, leg] of legs.entries()) {
    const copy = leg && { name: leg.name, position: index + 1, total: legs.length };
    const outcome = await runCopy(prepared, leg, copy);
    runs.push({ prefix: copy ? `${copy.name}.` : job.deployment ? `${job.name}.` : '', outcome });
    results.push({
      name: copy ? `${job.name}.${copy.name}` : job.name,
      displayName: copy ? `${job.displayName} ${copy.name}` : job.displayName,
      result: outcome.result,
      steps: outcome.steps,
    });
  }
  const result = combineResults(results.map((one) => one.result));
  return { finished: finishJob(job, result, runs), results };
}
