import { isPassing } from '../azure/failures.ts';
import { findJob, type Job, jobNotFound } from '../azureml/jobs.ts';
import { findRun } from '../azureml/runs.ts';
import { type Workspace, withQuickRetries } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';

/** How long a job may be unknown: for some seconds after its creation it is. */
const GRACE_MS = 10_000;
const INTERVAL_MS = 2_000;

/**
 * The job that is to be followed. Resource Manager says more, run history is enough; while neither answers, the name is
 * taken as it is, since following has more patience than a question has.
 * @throws UserError `JobNotFound` when both say that there is none; AzureError for a refusal
 */
export async function jobToFollow(patient: Workspace, name: string, clock: Clock, signal: AbortSignal): Promise<Job> {
  const workspace = withQuickRetries(patient);
  const end = clock.now() + GRACE_MS;
  for (;;) {
    const found = await findSomewhere(workspace, name);
    if (found) return found;
    if (clock.now() >= end) throw jobNotFound(workspace, name);
    await clock.sleep(INTERVAL_MS, signal);
    signal.throwIfAborted();
  }
}

async function findSomewhere(workspace: Workspace, name: string): Promise<Job | undefined> {
  const passing = (error: unknown): 'down' => {
    if (isPassing(error)) return 'down';
    throw error;
  };
  const job = await findJob(workspace, name).catch(passing);
  if (job && job !== 'down') return job;
  const run = await findRun(workspace, name).catch(passing);
  if (!run && !job) return undefined;
  const status = run && run !== 'down' ? { status: run.status } : {};
  return { id: `${workspace.path}/jobs/${name}`, name, properties: { jobType: 'Unknown', ...status } };
}
