import { UserError } from '../core/errors.ts';
import { describeRequests, type EndpointState } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { isUntouched } from './saved-rollout.ts';
import { isSameTraffic, type Traffic } from './traffic.ts';

/**
 * Checks that the endpoint is as this rollout left it. There is no ETag, so this is what two pipelines on one endpoint
 * notice each other by.
 * @throws UserError `TrafficChanged`
 */
export function requireUntouched(
  state: EndpointState,
  { id, deployment }: Pick<RolloutPlan, 'id' | 'deployment'>,
): void {
  const { saved, traffic } = state;
  const isOurs = saved?.id === id && saved.to === deployment;
  if (isOurs && isUntouched(saved, traffic)) return;
  throw trafficChanged(state, isOurs ? saved.now : undefined);
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
  const isSameRollout = JSON.stringify(saved) === JSON.stringify(planned.saved);
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
