/** What running stages and jobs have in common: the run, what is done already, and the variables. */
import type { ServiceConnection } from '../contracts.ts';
import type { Repository } from './builtin/context.ts';
import { type ExpressionContext, evaluateExpression } from './expression/evaluate.ts';
import type { ExpressionFunction } from './expression/functions.ts';
import { type Dictionary, dictionary, tryText, type Value } from './expression/values.ts';
import { dependenciesOf, type Finished, valuesByName } from './graph.ts';
import type { TaskResult } from './results.ts';
import type { Decision } from './server/built-in.ts';
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
  repositories: readonly Repository[];
  counter: ExpressionFunction;
  startTime: Date;
  signal: AbortSignal;
  /** Aborted when a cancelled run must end without waiting for its cancel timeout. */
  forceSignal: AbortSignal;
  /** What becomes of manual validations, by the step's name or display name; those without one are approved. */
  decisions: Readonly<Record<string, Decision>>;
  write(line: string): void;
  millisecondsPerMinute: number;
}

/** A finished job with the outputs that later jobs may read. */
export interface FinishedJob extends Finished {
  outputs: Dictionary;
  secretOutputs: string[];
}

export interface FinishedStage extends Finished {
  jobs: FinishedJob[];
}

export interface JobResult {
  name: string;
  displayName: string;
  result: TaskResult;
  steps: StepResult[];
}

export interface StageResult {
  name: string;
  displayName: string;
  result: TaskResult;
  jobs: JobResult[];
}

export const lowerFirst = (text: string): string => text[0]!.toLowerCase() + text.slice(1);
export const runtime = /^\s*\$\[(.*)\]\s*$/s;

/** Adds variables, evaluating `$[ ]` values with what is known so far; a value made from a secret output is secret. */
export function addVariables(
  variables: Variables,
  definitions: readonly VariableDefinition[],
  context: (known: Variables) => ExpressionContext,
  secretOutputs: readonly string[],
): void {
  for (const { name, value, readonly, secret: declared } of definitions) {
    const expression = runtime.exec(value)?.[1];
    const secret =
      declared ||
      (expression !== undefined &&
        secretOutputs.some((output) => expression.toLowerCase().includes(output.toLowerCase())));
    const text = expression === undefined ? value : (tryText(evaluateExpression(expression, context(variables))) ?? '');
    variables.set(name, text, { readOnly: readonly, secret });
  }
}

export const dictionaryOf = (variables: Variables): Value => {
  variables.recalculate();
  return dictionary(variables.list().map(({ name, value }): [string, Value] => [name, value]));
};

/** What `pipeline` is in an expression. */
export const pipelineObject = (startTime: Date): Dictionary => dictionary({ startTime: { date: startTime } });

/** The variables that a run starts with: the service's, then those that it was given. */
export function startVariables(
  context: Pick<StagesContext, 'serverVariables' | 'queuedVariables' | 'secretVariables'>,
): Variables {
  const variables = createVariables();
  for (const [name, value] of Object.entries(context.serverVariables)) variables.set(name, value);
  for (const [name, value] of Object.entries(context.queuedVariables)) variables.set(name, value);
  for (const [name, value] of Object.entries(context.secretVariables)) variables.set(name, value, { secret: true });
  return variables;
}

export interface Scope {
  context: StagesContext;
  pipeline: Pipeline;
  stage: Stage;
  doneStages: FinishedStage[];
  doneJobs: FinishedJob[];
  /** Number of jobs in the run: with more than one, log lines carry the job's name. */
  jobCount: number;
}

export const named = <T extends { name: string }>(items: readonly T[], names: readonly string[]): T[] =>
  items.filter((item) => names.some((name) => name.toLowerCase() === item.name.toLowerCase()));

/** `stageDependencies.<stage>.<job>.outputs[...]`, for the stages that this one depends on. */
export function stageDependencies({ pipeline, stage, doneStages }: Scope): Dictionary {
  const direct = named(doneStages, dependenciesOf(stage, pipeline.stages, true));
  return dictionary(direct.map((done): [string, Value] => [done.name, valuesByName(done.jobs)]));
}
