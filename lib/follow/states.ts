/**
 * Job and run states (ARM `JobStatus`; run history uses the same words). New ones may come: whatever is not known to be
 * an end counts as "still going", so that no job is taken for ended while it runs. `Finalizing` is not an end: a job can
 * fail in it.
 */
export const ENDED = ['Completed', 'Failed', 'Canceled'] as const;
export type EndStatus = (typeof ENDED)[number];

/** States in which code of the user is or has been running, so that there may be logs. */
const WITH_LOGS = new Set(['Running', 'Finalizing', 'CancelRequested', ...ENDED]);

/** States that look like an end or a fault and are neither: the job may go on by itself. */
const UNCLEAR = new Set(['Unknown', 'NotResponding', 'Paused']);

export function hasEnded(status: string | undefined): status is EndStatus {
  return (ENDED as readonly string[]).includes(status ?? '');
}

export function mayHaveLogs(status: string): boolean {
  return WITH_LOGS.has(status);
}

/** True for states that a reader could take for an end although the task keeps waiting. */
export function isUnclear(status: string): boolean {
  return UNCLEAR.has(status);
}
