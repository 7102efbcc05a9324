import type { Clock } from '../core/clock.ts';
import { isChangedUnderUs, requireUntouched } from './conflicts.ts';
import type { EndpointState } from './endpoint-state.ts';
import type { Seen } from './next-step.ts';
import type { RolloutPlan } from './plan-rollout.ts';

/** What a step that may take long is watched with. */
export interface WatchPorts {
  clock: Clock;
  signal: AbortSignal;
  read: () => Promise<EndpointState>;
  /** Writes a later time into the record of the rollout. */
  renew: (state: EndpointState) => Promise<void>;
}

/** Two reads of the endpoint per minute are little of what a subscription may read. */
const CHECK_EVERY_MS = 60_000;
/** Enough for a write that has to wait for another one, or that fails a few times. */
const RENEW_BEFORE_MS = 10 * 60_000;

/**
 * Does work that may take longer than planned, such as the replay of golden data or a trial job. Meanwhile it reads the endpoint
 * every minute. The record of the rollout is written again only when its time is almost over, so that other runs do not take this
 * one for dead. Traffic that somebody else has set ends the work.
 * @throws UserError `TrafficChanged`, and what the work throws
 */
export async function whileWatched<T>(
  [plan, seen]: readonly [RolloutPlan, Pick<Seen, 'phases' | 'failure'>],
  { clock, signal, read, renew }: WatchPorts,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [ended, changed] = [new AbortController(), new AbortController()];
  const quiet = AbortSignal.any([signal, ended.signal]);
  const watch = async (): Promise<void> => {
    // Azure may show traffic of before for a moment: one reading proves nothing.
    for (let isSuspicious = false; ; ) {
      await clock.sleep(CHECK_EVERY_MS, quiet);
      if (quiet.aborted) return;
      try {
        const state = await read();
        requireUntouched(state, plan, seen);
        isSuspicious = false;
        const until = (state.saved?.until ?? 0) * 1_000;
        if (!quiet.aborted && until - clock.now() < RENEW_BEFORE_MS) await renew(state);
      } catch (error) {
        // What fails otherwise is tried again in a minute, and in the next step.
        if (!isChangedUnderUs(error)) continue;
        if (isSuspicious) return changed.abort(error);
        isSuspicious = true;
      }
    }
  };
  const watching = watch();
  try {
    return await work(AbortSignal.any([signal, changed.signal]));
  } catch (error) {
    throw changed.signal.aborted ? changed.signal.reason : error;
  } finally {
    ended.abort();
    // A write that is under way would get into the way of the next one.
    await watching;
  }
}
