/** Conditions of steps, with the status functions as the agent knows them. */
import { type ExpressionContext, evaluateExpression } from '../expression/evaluate.ts';
import { dictionary, toBoolean, type Value } from '../expression/values.ts';
import type { TaskResult } from '../results.ts';
import { expandMacros, type Variables } from '../variables.ts';
import { isDynamic } from '../yaml/read.ts';

export const variablesDictionary = (variables: Variables): Value =>
  dictionary(variables.list().map(({ name, value }): [string, Value] => [name, value]));

/** What a step's condition may refer to when the job has this status. */
export function stepContext(variables: Variables, status: TaskResult): ExpressionContext {
  const good = status === 'Succeeded' || status === 'SucceededWithIssues';
  return {
    names: { variables: variablesDictionary(variables), pipeline: dictionary({}) },
    functions: {
      always: () => true,
      canceled: () => status === 'Canceled',
      failed: () => status === 'Failed',
      succeeded: () => good,
      succeededorfailed: () => good || status === 'Failed',
    },
  };
}

export const conditionHolds = (condition: string, context: ExpressionContext): boolean =>
  toBoolean(evaluateExpression(condition, context));

/** A setting such as `timeoutInMinutes: $(minutes)` or `continueOnError: $[ ... ]`, resolved. */
export function resolveSetting(text: string, context: ExpressionContext, variables: Variables): string {
  if (!isDynamic(text)) return text;
  const runtime = /^\$\[(.*)\]$/s.exec(text.trim());
  if (!runtime) return expandMacros(text, variables.get);
  const value = evaluateExpression(runtime[1]!, context);
  return value === null ? '' : String(value);
}
