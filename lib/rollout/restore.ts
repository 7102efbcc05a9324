import { UserError } from '../core/errors.ts';
import { deploymentOf, describeRequests, type EndpointState } from './endpoint-state.ts';
import type { SavedRollout } from './saved-rollout.ts';
import { isSameTraffic, type Traffic } from './traffic.ts';

/** What a rollback without a rollout does. */
export interface RestorePlan {
  endpoint: string;
  from: Traffic;
  to: Traffic;
  saved: SavedRollout;
  /** The deployment is to get its earlier definition back. */
  redeploys: boolean;
}

/** States in which a deployment answers requests; a failed one may have been made never. */
const SERVING: ReadonlySet<string> = new Set(['Succeeded', 'Updating', 'Scaling']);

/**
 * Plans the return to the traffic before the last rollout, whether that came to its end or was cut off.
 * @returns undefined when the traffic is as it was before
 * @throws UserError `NothingToRollBack`
 */
export function planRestore(state: EndpointState): RestorePlan | undefined {
  const { name, saved, traffic } = state;
  if (!saved) throw nothing(name, 'its tags do not record a rollout', 'Only rollouts of this task can be rolled back.');
  const redeploys = Object.keys(saved.earlier).length > 0 && (saved.before[saved.to] ?? 0) > 0;
  // What is mirrored after a rollout has ended is somebody else's.
  const isBack = isSameTraffic(traffic, saved.before);
  if (saved.phase === 'rolledBack' && isBack) return undefined;
  if (isBack && !redeploys && saved.phase === 'released') return undefined;
  // A deployment with requests serves whatever its state: a later update of it may have failed.
  const serves = (one: string): boolean =>
    (traffic[one] ?? 0) > 0 || SERVING.has(deploymentOf(state, one)?.provisioningState ?? '');
  const gone = Object.keys(saved.before).filter((one) => !(redeploys && one === saved.to) && !serves(one));
  if (gone.length > 0)
    throw nothing(
      name,
      `before the rollout ${describeRequests(state, saved.before, 'was')}, and ${gone.join(', ')} can't serve any more`,
      'Deploy the earlier model again. To keep the deployment before the new one, set keep to 1 or more.',
    );
  return { endpoint: name, from: traffic, to: saved.before, saved, redeploys };
}

function nothing(endpoint: string, why: string, fix: string): UserError {
  return new UserError({
    code: 'NothingToRollBack',
    message: `The endpoint '${endpoint}' can't be rolled back: ${why}.`,
    fix,
  });
}
