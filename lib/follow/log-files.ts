/** User logs of the common runtime (azure-ai-ml `_job_ops_helper`); the lowest number is rank 0. */
const USER_LOG = /user_logs\/std_log.*\.txt$/;
/** Older layouts, each only where the newer ones are missing. A step's `executionlogs.txt` says nothing of the user's. */
const OLDER = [
  /azureml-logs\/\d{2}.+\.txt$/,
  /logs\/azureml\/(?!executionlogs)[^/]*automl[^/]*\.log$/,
  /azureml-logs\/hyperdrive\.txt$/,
];

/**
 * Of a run's log files the ones that people want to see: what the processes of the user's code printed, rank 0 first; else
 * those of older layouts.
 */
export function selectLogs(names: readonly string[]): string[] {
  const user = names.filter((name) => USER_LOG.test(name));
  if (user.length > 0) return user.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const pattern of OLDER) {
    const found = names.filter((name) => pattern.test(name)).sort();
    if (found.length > 0) return found;
  }
  return [];
}

/** `std_log_process_3.txt` -> 3; the log without a number is rank 0. */
function rank(name: string): number {
  return Number(/(\d+)\D*\.txt$/.exec(name.slice(name.lastIndexOf('/') + 1))?.[1] ?? 0);
}

/** What a line of this file is marked with beside its step; empty for the main log. */
export function logMark(name: string, all: readonly string[]): string {
  return name === all[0] ? '' : name.slice(name.lastIndexOf('/') + 1).replace(/^std_log_?|\.txt$/g, '');
}
