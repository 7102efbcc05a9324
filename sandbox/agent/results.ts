/** Results of steps, jobs and runs, and how they merge (agent: TaskResultUtil). */

/** In the order of the agent's enumeration, so that the index is the number `task.complete result=2` may use. */
export const taskResults = ['Succeeded', 'SucceededWithIssues', 'Failed', 'Canceled', 'Skipped', 'Abandoned'] as const;
export type TaskResult = (typeof taskResults)[number];

/** Parses `result=` of `task.complete`: exact case or a digit; anything else (`Cancelled`, `failed`) is undefined. */
export function parseTaskResult(text: string | undefined): TaskResult | undefined {
  if (text === undefined) return undefined;
  if (/^[0-5]$/.test(text)) return taskResults[Number(text)];
  return taskResults.find((result) => result === text);
}

/** Keeps the worst of the two; Canceled, Skipped and Abandoned are final. */
export function mergeResults(current: TaskResult | undefined, coming: TaskResult): TaskResult {
  if (current === undefined) return coming;
  if (taskResults.indexOf(current) > taskResults.indexOf('Failed')) return current;
  return taskResults.indexOf(coming) > taskResults.indexOf(current) ? coming : current;
}

/** The result of a job or stage from those of its parts; skipped when none ran. */
export function combineResults(results: readonly TaskResult[]): TaskResult {
  const ran = results.filter((result) => result !== 'Skipped');
  if (ran.length === 0) return results.length === 0 ? 'Succeeded' : 'Skipped';
  if (ran.includes('Failed')) return 'Failed';
  if (ran.includes('Canceled')) return 'Canceled';
  return ran.reduce<TaskResult>((worst, result) => mergeResults(worst, result), 'Succeeded');
}

export type RunOutcome = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

/** A run's (or stage's) result from the results of its parts; skipped parts don't count. */
export function combineOutcomes(results: readonly TaskResult[]): RunOutcome {
  if (results.includes('Failed') || results.includes('Abandoned')) return 'failed';
  if (results.includes('Canceled')) return 'canceled';
  return results.includes('SucceededWithIssues') ? 'partiallySucceeded' : 'succeeded';
}
