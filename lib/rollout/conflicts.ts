import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { UserError } from '../core/errors.ts';
import { describeRequests, type EndpointState } from './endpoint-state.ts';
import type { Seen } from './next-step.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { isOwnTraffic, isUntouched, type SavedRollout } from './saved-rollout.ts';
import { isSameTraffic, type Traffic } from './traffic.ts';

/**
 * Checks that the endpoint is as this rollout left it. There is no ETag, so this is what two pipelines on one endpoint
 * notice each other by.
 * @param seen the phases that this task has written into the record, and whether a change of it has failed
 * @throws UserError `TrafficChanged`
 */
export function requireUntouched(
  state: EndpointState,
  { id, deployment }: Pick<RolloutPlan, 'id' | 'deployment'>,
  { phases, failure }: Pick<Seen, 'phases' | 'failure'>,
): void {
  const { saved, traffic } = state;
  if (saved?.id !== id || saved.to !== deployment) throw trafficChanged(state, undefined);
  if (!phases.includes(saved.phase)) throw endedByOthers(state, saved);
  // A change that failed may have written its tags and not its traffic.
  const isOurs = failure === undefined ? isUntouched(saved, traffic) : isOwnTraffic(saved, traffic);
  if (!isOurs) throw trafficChanged(state, saved.now);
}

/**
 * Checks that the endpoint is as it was when the rollout was planned, before the rollout is written into its tags.
 * @throws UserError `TrafficChanged`
 */
export function requireAsPlanned(
  state: EndpointState,
  { planned }: { planned: Pick<RolloutPlan['planned'], 'saved' | 'traffic'> },
): void {
  const { saved, traffic } = state;
  const isSameRollout = isDeepStrictEqual(saved, planned.saved);
  if (isSameRollout && isSameTraffic(traffic, planned.traffic)) return;
  throw trafficChanged(state, planned.traffic);
}

/** True for the error that says so. */
export function isChangedUnderUs(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'TrafficChanged';
}

/** @param ours the traffic that this rollout had set or planned with */
export function trafficChanged(state: EndpointState, ours: Traffic | undefined): UserError {
  const { name, traffic, saved, lastModified } = state;
  const by = [lastModified.by && ` by ${lastModified.by}`, lastModified.at && ` at ${lastModified.at}`].join('');
  const run = saved ? ` Its tags name the run ${saved.run}.` : '';
  const expected =
    ours && !isSameTraffic(ours, traffic) ? `; as this rollout left it, ${describeRequests(state, ours, 'was')}` : '';
  return new UserError({
    code: 'TrafficChanged',
    message: `Somebody else changed the endpoint '${name}' during this rollout${by}: ${describeRequests(state, traffic)}${expected}.${run}`,
    fix: 'Nothing was overwritten. Find out who made the change and what it is for, then run this stage again.',
  });
}

/** The record of a rollout is at a phase that the task which rolls out has not written. */
function endedByOthers(state: EndpointState, { to, phase, run }: SavedRollout): UserError {
  const by = phase === 'rolledBack' || phase === 'stopped' ? 'mode: rollback' : `another job of the run ${run}`;
  return new UserError({
    code: 'TrafficChanged',
    message: `The rollout of '${to}' on the endpoint '${state.name}' was ended by ${by}: ${describeRequests(state, state.traffic)}.`,
    fix: 'Nothing was overwritten. Find out why it was ended, then run this stage again.',
  });
}

/** Wait for this long before the second reading. */
const REREAD_MS = 5_000;

/**
 * Reads the endpoint and checks it. Azure may show what was before for a moment, so one reading proves nothing: another one is
 * taken before it counts as a change of somebody else.
 * @throws UserError what the check throws of the second reading
 */
export async function readChecked<T>(
  read: () => Promise<T>,
  check: (found: T) => void,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<T> {
  const found = await read();
  try {
    check(found);
    return found;
  } catch (error) {
    if (!isChangedUnderUs(error)) throw error;
  }
  await clock.sleep(REREAD_MS, signal);
  signal.throwIfAborted();
  const again = await read();
  check(again);
  return again;
}
