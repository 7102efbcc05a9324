/** Stages and their jobs, one after the other in the order of their dependencies. */
import { randomUUID } from 'node:crypto';
import type { ExpressionContext } from './expression/evaluate.ts';
import { dictionary, type Value } from './expression/values.ts';
import { ancestorsOf, dependenciesOf, holds, inOrder, statusFunctions, valuesByName } from './graph.ts';
import { combineResults, type TaskResult } from './results.ts';
import {
  addVariables,
  dictionaryOf,
  type FinishedJob,
  type FinishedStage,
  type JobResult,
  lowerFirst,
  named,
  pipelineObject,
  runtime,
  type Scope,
  type StageResult,
  type StagesContext,
  startVariables,
} from './run-scope.ts';
import { runJob } from './run-stage-job.ts';
import type { Variables } from './variables.ts';
import type { Pipeline, Stage } from './yaml/model.ts';

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
  const stages = valuesByName(named(doneStages, dependenciesOf(stage, pipeline.stages, true)));
  const contextFor = (known: Variables): ExpressionContext => ({
    names: {
      variables: dictionaryOf(known),
      dependencies: stages,
      // On a stage both names mean the same: stages with `outputs['job.step.variable']`. Only jobs see a stage's jobs.
      stagedependencies: stages,
      pipeline: pipelineObject(context.startTime),
    },
    functions: { ...statusFunctions(ancestors, context.signal.aborted), counter: context.counter },
  });
  // What is still an expression needs outputs that only jobs know; such a value is empty in a stage's condition.
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
      jobs.push(...done.results);
    }
    result = combineResults(scope.doneJobs.map((job) => job.result));
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
