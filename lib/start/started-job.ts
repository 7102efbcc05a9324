import { findJob, type Job } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';

/** How long a job that was started may be unknown to Azure Resource Manager. */
const PATIENCE_MS = 60_000;
const INTERVAL_MS = 2_000;

/**
 * The job that an answer named. It may be some seconds until it can be read; one that can't be by then (runs of SDK v1 may
 * never) is told by its name alone.
 */
export async function awaitStartedJob(
  workspace: Workspace,
  name: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Job> {
  const end = clock.now() + PATIENCE_MS;
  for (;;) {
    const job = await findJob(workspace, name);
    if (job) return job;
    if (clock.now() >= end || signal.aborted)
      return { id: `${workspace.path}/jobs/${name}`, name, properties: { jobType: 'Unknown', status: 'NotStarted' } };
    await clock.sleep(INTERVAL_MS, signal);
  }
}
