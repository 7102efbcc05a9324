import { type Workspace, withPatience } from '../azureml/workspace.ts';
import { type Clock, timeLimit } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { CANCEL_WITHIN_MS, cancelJob } from '../follow/cancel.ts';
import type { AzureTarget } from './azure-target.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';
import type { Ports } from './run-task.ts';

/** Something that a task has begun outside and that should not outlive the pipeline run. Cancelling it never throws. */
export interface Begun {
  cancel(): Promise<void>;
}

/**
 * Does work. When the run is cancelled meanwhile, at whatever moment, what was begun is cancelled too.
 * @throws what the work throws, in every case
 */
export async function cancelWithRun<T>(pipeline: Pipeline, begun: Begun, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (pipeline.signal.aborted) await begun.cancel();
    throw error;
  }
}

/** A job that should not outlive the run, and the way to it. */
export interface BegunJob {
  /** Undefined while nothing is known to have been begun. */
  name: string | undefined;
  workspace: Workspace | undefined;
  /** The job that an earlier try of the step may have begun and that this one would have taken up. */
  earlier?: EarlierJob | undefined;
}

export interface EarlierJob {
  /** Name of the step's first job. */
  job: string;
  /** Undefined when there is none, or it has ended. */
  find(workspace: Workspace): Promise<string | undefined>;
}

/**
 * A job that was begun, perhaps: the run may be cancelled before the workspace is found and before the job's request is
 * answered. Then the workspace is opened anew, since the requests of the run have ended with it.
 * @param job is read when it matters, so it may be filled in later
 * @param onCancel hears that there is a job to cancel
 */
export function begunJob(
  job: BegunJob,
  target: AzureTarget,
  { pipeline, clock, connect }: Ports,
  onCancel: () => void = () => undefined,
): Begun {
  // The agent's time counts from its signal, and an answer may have been waited for since.
  let end: number | undefined;
  pipeline.signal.addEventListener('abort', () => (end = clock.now() + CANCEL_WITHIN_MS), { once: true });
  return {
    async cancel() {
      const { earlier } = job;
      if (job.name === undefined && !earlier) return;
      const say = (name: string): void => {
        onCancel();
        pipeline.say(messages.CancellingJob, { job: name });
      };
      if (job.name !== undefined) say(job.name);
      const left = () => Math.max(LEAST_MS, (end ?? clock.now() + CANCEL_WITHIN_MS) - clock.now());
      try {
        const workspace = job.workspace ?? (await connect(target, timeLimit(left())));
        if (job.name === undefined) {
          job.name = await earlier!.find(withPatience(workspace, { signal: timeLimit(left()), retry: 'quick' }));
          if (job.name === undefined) return;
          say(job.name);
        }
        await cancelAndSay(workspace, job.name, pipeline, clock, left());
      } catch (error) {
        const reason = messageOf(error);
        if (job.name !== undefined) pipeline.warn(pipeline.message(messages.CancelFailed, { job: job.name, reason }));
        else pipeline.warn(pipeline.message(messages.EarlierUnknown, { job: earlier!.job, reason }));
      }
    },
  };
}

/** For one try, however late it is. */
const LEAST_MS = 500;

/** Cancels a job and says what became of it. @returns false when it may be running still */
export async function cancelAndSay(
  workspace: Workspace,
  job: string,
  pipeline: Pipeline,
  clock: Clock,
  within = CANCEL_WITHIN_MS,
  stopped?: AbortSignal,
): Promise<boolean> {
  const { result, reason = '' } = await cancelJob(workspace, job, clock, within, stopped);
  // Whoever stopped it has something else to say.
  if (result === 'unknown' && stopped?.aborted) return false;
  if (result === 'cancelled') pipeline.say(messages.JobCancelled, { job });
  else if (result === 'ended') pipeline.say(messages.JobHadEnded, { job });
  else pipeline.warn(pipeline.message(messages.CancelFailed, { job, reason }));
  return result !== 'unknown';
}
