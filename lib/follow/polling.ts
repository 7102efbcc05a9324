/**
 * How long to wait before the next look at a job, in milliseconds: 2 s at first, growing along a curve to 60 s after
 * some minutes. The curve of azure-ai-ml (`_job_ops_helper._get_sorted_filtered_logs`' caller), which the service is used to.
 * @param elapsed milliseconds since watching began
 */
export function pollingInterval(elapsed: number, minimum = 2_000, maximum = 60_000): number {
  const seconds = elapsed / 1000;
  const curve = Math.floor(maximum / 1000 / (1 + 100 * Math.exp(-seconds / 20))) * 1000;
  return Math.min(maximum, Math.max(minimum, curve));
}
