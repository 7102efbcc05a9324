import { AzureError } from '../azure/failures.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import { trafficChanged } from './conflicts.ts';
import { type EndpointState, isBusy } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { mirrorFor, type RolloutService } from './rollout-service.ts';
import { isOwnTraffic, isUnfinished, type SavedRollout } from './saved-rollout.ts';
import { isSameTraffic, type Traffic, withShare } from './traffic.ts';

/** What is left of a rollout that was cut off. */
export interface Abandoned {
  /** Azure has accepted the request that ends the rollout: with the earlier traffic, or with the traffic as it is for `stop`. */
  isSent: boolean;
  /** The traffic that the endpoint showed last; undefined when it could not be read. */
  traffic: Traffic | undefined;
  /** A deployment that is changed in place may have its new definition. */
  isRedefined: boolean;
  /** Why the request was not accepted; empty when it was. */
  why: string;
  /** The deployment was released before: nothing is to be restored. */
  isReleased?: true;
}

const TRY_EVERY_MS = 500;

/**
 * Ends a rollout that the run's cancelling cuts off. There are only seconds, and Azure refuses changes while another one is under
 * way, so one request is tried again and again until it is accepted or the signal aborts. Nobody waits for its operation.
 * @returns undefined when the rollout has written nothing
 */
export async function abandon(
  plan: RolloutPlan,
  { service, clock, signal }: { service: Pick<RolloutService, 'read' | 'send'>; clock: Clock; signal: AbortSignal },
): Promise<Abandoned | undefined> {
  let [traffic, why, isRedefined]: [Traffic | undefined, string, boolean] = [undefined, '', false];
  while (!signal.aborted) {
    try {
      const state = await service.read();
      traffic = state.traffic;
      if (isReleased(plan, state)) return { isSent: false, traffic, isRedefined: false, why: '', isReleased: true };
      const saved = ownRecord(plan, state);
      isRedefined = Object.keys(saved?.earlier ?? {}).length > 0;
      if (saved && isAnyOwnTraffic(plan, saved, traffic)) {
        await service.send(lastChange(plan, state, saved, clock.now()));
        return { isSent: true, traffic, isRedefined, why: '' };
      }
      // What is under way may be the record itself.
      const isDone = !isBusy(state.provisioningState);
      if (!saved && isDone) return undefined;
      why = saved
        ? trafficChanged(state, saved.now).message
        : `The endpoint is in the state ${state.provisioningState}.`;
      if (isDone) break;
    } catch (error) {
      // That the time is over says less than what happened before.
      if (!signal.aborted || why === '') why = reasonOf(error);
    }
    await clock.sleep(TRY_EVERY_MS, signal);
  }
  return { isSent: false, traffic, isRedefined, why };
}

/** In the service's own words, without the address: there is no time to read. */
function reasonOf(error: unknown): string {
  return error instanceof AzureError ? error.serviceMessage : messageOf(error);
}

function isReleased({ id, deployment }: RolloutPlan, { saved }: EndpointState): boolean {
  return saved?.id === id && saved.to === deployment && saved.phase === 'released';
}

/** The record of this rollout, when there is one that has not come to its end. */
function ownRecord({ id, deployment }: RolloutPlan, { saved }: EndpointState): SavedRollout | undefined {
  return saved?.id === id && saved.to === deployment && isUnfinished(saved) ? saved : undefined;
}

/**
 * True for a traffic that this rollout sets, whichever: a change may not be shown yet. What somebody else has set is not
 * overwritten.
 */
function isAnyOwnTraffic({ deployment, before, shares }: RolloutPlan, saved: SavedRollout, traffic: Traffic): boolean {
  const own = [before, ...shares.map((share) => withShare(before, deployment, share))];
  return isOwnTraffic(saved, traffic) || own.some((one) => isSameTraffic(one, traffic));
}

function lastChange(plan: RolloutPlan, { traffic, mirrorTraffic }: EndpointState, saved: SavedRollout, now: number) {
  const until = Math.ceil(now / 1000);
  if (plan.onFailure === 'stop')
    return {
      traffic,
      mirrorTraffic,
      saved: { ...saved, now: traffic, from: traffic, phase: 'stopped' as const, until },
    };
  const { before } = plan;
  // A deployment that was changed in place needs its definition back, which takes minutes: whoever comes next does it.
  const phase = Object.keys(saved.earlier).length === 0 ? 'rolledBack' : saved.phase;
  const last = { ...saved, now: before, from: traffic, phase, until };
  return { traffic: before, mirrorTraffic: mirrorFor(plan, before), saved: last };
}
