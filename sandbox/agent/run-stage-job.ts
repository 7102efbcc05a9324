/** Runs one job of a stage, or skips it, and keeps what later jobs may read of it. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { ExpressionContext } from './expression/evaluate.ts';
import { dictionary, type Value } from './expression/values.ts';
import { ancestorsOf, dependenciesOf, holds, statusFunctions, valuesByName } from './graph.ts';
import { jobVariables } from './job-variables.ts';
import type { TaskResult } from './results.ts';
import { runAgentJob } from './run-job.ts';
import {
  addVariables,
  dictionaryOf,
  type FinishedJob,
  type JobResult,
  lowerFirst,
  named,
  type Scope,
  stageDependencies,
  startVariables,
} from './run-scope.ts';
import { runServerJob } from './run-server-job.ts';
import { resolveSetting } from './steps/conditions.ts';
import type { StepResult } from './steps/run-step.ts';
import type { Variables } from './variables.ts';
import type { Job } from './yaml/model.ts';

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

/** The job's name, with the stage's where another stage has a job of that name. */
function titleOf({ pipeline, stage }: Scope, job: Job): string {
  const same = pipeline.stages
    .flatMap(({ jobs }) => jobs)
    .filter(({ name }) => name.toLowerCase() === job.name.toLowerCase());
  return same.length === 1 ? job.name : `${stage.name}.${job.name}`;
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
  const title = titleOf(scope, job);
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

export async function runJob(
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
