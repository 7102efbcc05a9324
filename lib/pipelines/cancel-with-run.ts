import { cancelJob } from '../azureml/jobs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { messageOf } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/** Something that a task has begun outside and that should not outlive the pipeline run. */
export interface Begun {
  cancel(): Promise<void>;
  /** The warning for a cancellation that failed. */
  notCancelled(reason: string): FilledMessage;
}

/**
 * Does work. When the run is cancelled meanwhile, what was begun is cancelled too; if that fails it is a warning.
 * @throws what the work throws, in every case
 */
export async function cancelWithRun<T>(pipeline: Pipeline, begun: Begun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (pipeline.signal.aborted) await cancel(pipeline, begun);
    throw error;
  }
}

async function cancel(pipeline: Pipeline, begun: Begun): Promise<void> {
  try {
    await begun.cancel();
  } catch (error) {
    pipeline.warn(pipeline.translate(begun.notCancelled(messageOf(error))));
  }
}

/** A job that was submitted, perhaps: the run may have been cancelled before the answer came. */
export function begunJob(workspace: Workspace, job: string, pipeline: Pipeline): Begun {
  return {
    async cancel() {
      const outcome = await cancelJob(workspace, job);
      if (outcome === 'cancelled') pipeline.say(messages.JobCancelled, { job });
      else if (outcome === 'ended') pipeline.say(messages.JobHadEnded, { job });
      else pipeline.warn(pipeline.message(messages.CancelUnknown, { job }));
    },
    notCancelled: (reason) => fill(messages.CancelFailed, { job, reason }),
  };
}
