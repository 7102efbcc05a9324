import { hasTrials, type RunDetails } from '../azureml/runs.ts';

/**
 * How long a log is waited for that is not listed when its run has ended: the service writes the list of files after the
 * state (recorded: the log of a step of 13 s is listed at the end only).
 */
const LISTED_WITHIN_MS = 8_000;
/** A run that ended longer ago has all of its files; clocks differ by less. */
const ENDED_LONG_AGO_MS = 300_000;
/** Runs that have ended and have no log yet, with the time at which that was noticed. @param now milliseconds since the epoch */
export function unlistedLogs(now: () => number) {
  const runs = new Map<string, { label: string; since: number }>();
  const isLate = (since: number): boolean => now() - since < LISTED_WITHIN_MS;
  return {
    /** Notes how many logs a run has that has ended. @returns true while one may come */
    isAwaiting({ runId, label }: { runId: string; label: string }, details: RunDetails, files: number): boolean {
      if (files > 0 || !expectsLog(details, now())) {
        runs.delete(runId);
        return false;
      }
      const since = runs.get(runId)?.since ?? now();
      runs.set(runId, { label, since });
      return isLate(since);
    },
    isAwaited: (runId?: string): boolean =>
      [...runs].some(([id, { since }]) => (runId === undefined || id === runId) && isLate(since)),
    missing: (): string[] => [...runs.values()].map(({ label }) => label),
  };
}

/**
 * True for a run that executed something and ended not long ago. Pipelines, sweeps and AutoML jobs have no log of the user's
 * (recorded sources: `azureml.PipelineRun`, `hyperdrive`, `automl`).
 */
function expectsLog({ startTimeUtc, endTimeUtc, properties, tags }: RunDetails, now: number): boolean {
  if (!startTimeUtc || (endTimeUtc && now - Date.parse(endTimeUtc) > ENDED_LONG_AGO_MS)) return false;
  return (
    !/pipelinerun|hyperdrive|sweep|automl/i.test(properties?.['azureml.runsource'] ?? '') &&
    !hasTrials({ properties, tags })
  );
}

export type UnlistedLogs = ReturnType<typeof unlistedLogs>;
