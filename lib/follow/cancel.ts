import { AzureError, hasStatus } from '../azure/failures.ts';
import { findJob } from '../azureml/jobs.ts';
import { path, requestTo } from '../azureml/resources.ts';
import { type Workspace, withPatience } from '../azureml/workspace.ts';
import { type Clock, timeLimit } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { hasEnded } from './states.ts';

/** What became of a cancellation: the job is being cancelled, had ended before, or may still be running. */
export interface Cancellation {
  result: 'cancelled' | 'ended' | 'unknown';
  /** Why it is not known. */
  reason?: string;
}

/** The agent kills a cancelled task 10 seconds after its first signal; the rest is for what is said about it. */
export const CANCEL_WITHIN_MS = 8_000;
const AGAIN_AFTER_MS = 500;
/** One that is not answered by then is sent again: it may have been lost, and cancelling twice does no harm. */
const ANSWER_WITHIN_MS = 3_000;

/**
 * Cancels a job: `POST jobs/{name}/cancel`. Recorded: 202 for a running job, whose status is `CancelRequested` at once; 200
 * for one that has ended; an error while it is `Finalizing`. A job whose PUT is still being answered is 404 at first, so a
 * 404 is asked again, and so is every failure, until the time is up. Has a time of its own, since the task's signal has
 * aborted by then.
 * @param within milliseconds
 * @param stopped ends it before
 */
export async function cancelJob(
  workspace: Workspace,
  job: string,
  clock: Clock,
  within = CANCEL_WITHIN_MS,
  stopped?: AbortSignal,
): Promise<Cancellation> {
  const end = clock.now() + within;
  let reason = 'it is not known to Azure ML';
  do {
    const late = timeLimit(Math.max(1, Math.min(ANSWER_WITHIN_MS, end - clock.now())));
    const signal = stopped ? AbortSignal.any([late, stopped]) : late;
    const hasty = withPatience(workspace, { signal, retry: 'none' });
    try {
      const { status } = await hasty.client.send(requestTo(hasty, 'POST', path('jobs', job, 'cancel')));
      if (status !== 200) return { result: 'cancelled' };
      return { result: (await isOver(hasty, job)) ? 'ended' : 'cancelled' };
    } catch (error) {
      reason = late.aborted ? NO_ANSWER : messageOf(error);
      if (hasStatus(error, 400, 409) && (await isOver(hasty, job))) return { result: 'ended' };
      if (error instanceof AzureError && [401, 403].includes(error.status)) break;
    }
    await clock.sleep(AGAIN_AFTER_MS, stopped);
  } while (clock.now() < end && !stopped?.aborted);
  return { result: 'unknown', reason };
}

const NO_ANSWER = 'Azure ML did not answer the cancellation.';

/** False when it can't be read: then nothing is known. */
async function isOver(workspace: Workspace, job: string): Promise<boolean> {
  const found = await findJob(workspace, job).catch(() => undefined);
  return hasEnded(found?.properties.status);
}
