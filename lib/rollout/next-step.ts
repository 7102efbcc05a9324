import { deploymentOf, type EndpointState, isBusy } from './endpoint-state.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import type { RolloutPhase } from './saved-rollout.ts';
import { isSameTraffic, type Traffic, withShare } from './traffic.ts';

/** One thing that a rollout does. Those that change the endpoint change its traffic and its tags in one request. */
export type RolloutStep =
  /** `replaces`: one that could not be made before, which takes no change, is deleted first. */
  | { kind: 'createEndpoint'; replaces: boolean }
  /** Saves the earlier traffic in the endpoint's tags; undoes a rollout that was cut off. */
  | { kind: 'claim'; traffic: Traffic }
  /** Waits for what another request, perhaps of a killed task, has begun. */
  | { kind: 'await'; what: string }
  /** `replaces`: one that could not be made before is deleted first. */
  | { kind: 'deploy'; replaces: boolean }
  | { kind: 'smoke' }
  | { kind: 'mirror'; percent: number }
  | { kind: 'traffic'; percent: number; traffic: Traffic }
  | { kind: 'bake'; percent: number }
  | { kind: 'wait' }
  | { kind: 'release' }
  | { kind: 'remove'; deployment: string }
  | { kind: 'restore'; traffic: Traffic }
  | { kind: 'redeploy' }
  | { kind: 'close'; phase: 'rolledBack' | 'stopped' };

/** What this task has seen itself; a task that takes up a rollout has seen nothing. */
export interface Seen {
  /** The endpoint's tags name this rollout. */
  claimed: boolean;
  /** Phases that this task has written into the record of the rollout, or has tried to. */
  phases: readonly RolloutPhase[];
  deployed: boolean;
  smokePassed: boolean;
  mirrored: boolean;
  /** Shares at which the deployment has proved itself. */
  baked: readonly number[];
  /** What went wrong; ends the rollout. */
  failure: string | undefined;
  /** The earlier definition is back in place. */
  redeployed: boolean;
  /** Deployments that could not be deleted. */
  kept: readonly string[];
}

export const NOTHING_SEEN: Seen = {
  claimed: false,
  phases: [],
  deployed: false,
  smokePassed: false,
  mirrored: false,
  baked: [],
  failure: undefined,
  redeployed: false,
  kept: [],
};

/** What is known before the first step: a rollout that waited has proved itself at its share. */
export function seenBefore({ earlierRollout, deployment }: RolloutPlan): Seen {
  const saved = earlierRollout?.how === 'resume' ? earlierRollout.saved : undefined;
  return {
    ...NOTHING_SEEN,
    phases: saved?.phase === 'released' ? ['released'] : [],
    baked: saved?.phase === 'waiting' ? [saved.now[deployment] ?? 0] : [],
  };
}

/** What is known as soon as a step begins: even of one that fails its phase may have been written. */
export function seenAtStart(step: RolloutStep, seen: Seen): Seen {
  const phase = phaseOf(step);
  if (step.kind === 'claim') return { ...seen, phases: ['running'] };
  return phase === undefined ? seen : { ...seen, phases: [...seen.phases, phase] };
}

function phaseOf(step: RolloutStep): RolloutPhase | undefined {
  switch (step.kind) {
    case 'wait':
      return 'waiting';
    case 'release':
      return 'released';
    case 'close':
      return step.phase;
    default:
      return undefined;
  }
}

/**
 * The next step of a rollout, from what the service says now. Nothing is remembered between steps but what this task has
 * seen, so that a rollout that was cut off anywhere is taken up where it is: tests and baking are done again, since nobody
 * knows how far they came.
 * @returns undefined when the rollout is at an end, or has to wait for somebody
 */
export function nextStep(plan: RolloutPlan, state: EndpointState, seen: Seen): RolloutStep | undefined {
  if (seen.failure !== undefined) return stepBack(plan, state, seen);
  if (!state.exists) return { kind: 'createEndpoint', replaces: false };
  if (isBusy(state.provisioningState)) return { kind: 'await', what: 'endpoint' };
  if (state.provisioningState === 'Failed' && state.deployments.length === 0 && plan.planned.isBroken)
    return { kind: 'createEndpoint', replaces: true };
  if (!isAtIt(plan, state, seen)) return { kind: 'claim', traffic: claimedTraffic(plan, state) };
  const there = deploymentOf(state, plan.deployment);
  if (there && isBusy(there.provisioningState)) return { kind: 'await', what: plan.deployment };
  const isBroken = there !== undefined && there.provisioningState !== 'Succeeded';
  if (!there || isBroken || (plan.change !== 'none' && !seen.deployed))
    return { kind: 'deploy', replaces: isBroken && (state.traffic[plan.deployment] ?? 0) === 0 };
  if (state.saved?.phase === 'released') return leftOver(plan, state, seen);
  if (!seen.smokePassed) return { kind: 'smoke' };
  const share = state.traffic[plan.deployment] ?? 0;
  if (share > 0 && !seen.baked.includes(share)) return { kind: 'bake', percent: share };
  if (share === 0 && plan.mirror > 0 && plan.to > 0 && !seen.mirrored) return { kind: 'mirror', percent: plan.mirror };
  const percent = plan.shares.find((one) => one > share);
  if (percent === undefined) return { kind: 'release' };
  if (percent > plan.to) return state.saved?.phase === 'waiting' ? undefined : { kind: 'wait' };
  return { kind: 'traffic', percent, traffic: withShare(plan.before, plan.deployment, percent) };
}

/** After a failure: traffic first, then the definition of a deployment that was changed in place, then the record of it. */
function stepBack(plan: RolloutPlan, state: EndpointState, seen: Seen): RolloutStep | undefined {
  if (!state.exists || !isAtIt(plan, state, seen) || ENDED.has(state.saved?.phase ?? '')) return undefined;
  if (plan.onFailure === 'stop') return { kind: 'close', phase: 'stopped' };
  const isMirrored = isSameTraffic(state.mirrorTraffic, plan.mirrorBefore);
  const isBefore = isSameTraffic(state.traffic, plan.before) && isMirrored;
  if (!isBefore) return { kind: 'restore', traffic: plan.before };
  // A task that takes up a rollout finds the deployment changed already, and in the tags what it was made of.
  const isChanged = plan.change !== 'none' || Object.keys(state.saved?.earlier ?? {}).length > 0;
  const wasChanged = (plan.before[plan.deployment] ?? 0) > 0 && isChanged;
  if (wasChanged && !seen.redeployed) return { kind: 'redeploy' };
  return { kind: 'close', phase: 'rolledBack' };
}

/** Phases that no step leads back from. */
const ENDED: ReadonlySet<string> = new Set(['released', 'rolledBack', 'stopped']);

/** True when this task is at the rollout: it has written so into the endpoint's tags, or has nothing left but to clean up. */
export function isAtIt({ id, deployment, earlierRollout }: RolloutPlan, { saved }: EndpointState, seen: Seen): boolean {
  if (seen.claimed) return true;
  if (saved?.id !== id || saved.to !== deployment) return false;
  // The record of a claim may be there although the claim failed.
  if (seen.failure !== undefined && seen.phases.includes('running')) return true;
  return earlierRollout?.how === 'resume' && saved.phase === 'released';
}

function claimedTraffic({ earlierRollout, before, deployment }: RolloutPlan, { traffic }: EndpointState): Traffic {
  if (!earlierRollout) return traffic;
  // Without requests of its own nothing of this rollout is left in the traffic, but perhaps of one that it had begun to undo.
  return earlierRollout.how === 'undo' || (traffic[deployment] ?? 0) === 0 ? before : traffic;
}

function leftOver({ remove }: RolloutPlan, state: EndpointState, { kept }: Seen): RolloutStep | undefined {
  const deployment = remove.find(
    (name) => deploymentOf(state, name) && (state.traffic[name] ?? 0) === 0 && !kept.includes(name),
  );
  return deployment === undefined ? undefined : { kind: 'remove', deployment };
}
