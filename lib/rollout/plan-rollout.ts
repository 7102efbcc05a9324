import { UserError } from '../core/errors.ts';
import { deploymentOf, describeRequests, type EndpointState } from './endpoint-state.ts';
import { isOwnTraffic, isUnfinished, type SavedRollout } from './saved-rollout.ts';
import { describeTraffic, isSameTraffic, liveDeployment, type Traffic, withoutZeros, withShare } from './traffic.ts';

/**
 * `blueGreen`: all requests move in one step. `canary`: in several. `recreate`: a deployment is changed in place and keeps its
 * requests, for subscriptions without the quota for a second one.
 */
export type Strategy = 'blueGreen' | 'canary' | 'recreate';

/** What the user wants. */
export interface Desired {
  id: string;
  run: string;
  deployment: string;
  /** What is there under the deployment's name, compared with its file. */
  present: 'absent' | 'same' | 'differs';
  strategy: Strategy;
  /** Shares of the new deployment in rising order; the last one is what it has at the end. */
  shares: readonly number[];
  /** Percent of the requests that are copied to the new deployment before it gets any; 0 for none. */
  mirror: number;
  bakeMs: number;
  /** The share at which the rollout has to be; undefined: wherever it is. */
  from: number | undefined;
  /** The share after which it waits; 100 for all the way. */
  to: number;
  onFailure: 'rollback' | 'stop';
  /** How many deployments without requests stay, beside the new one. */
  keep: number;
}

/** Everything that a rollout does, as data. */
export interface RolloutPlan extends Omit<Desired, 'present'> {
  endpoint: string;
  /** Traffic that a rollback restores, and what is mirrored beside it. */
  before: Traffic;
  mirrorBefore: Traffic;
  /** `replace`: what is there can't be changed any more, so it is deleted first. */
  change: 'create' | 'update' | 'replace' | 'none';
  createEndpoint: boolean;
  /** A rollout that was cut off and is taken up (`resume`) or undone first (`undo`). */
  earlierRollout: { saved: SavedRollout; how: 'resume' | 'undo' } | undefined;
  /** The endpoint as it was when this was planned; another one must not be taken over. */
  planned: {
    saved: SavedRollout | undefined;
    traffic: Traffic;
    /** Its creation failed: it takes no change, so it is deleted and created again. */
    isBroken: boolean;
  };
  /** Deployments that are deleted when the new one is released. */
  remove: string[];
}

/**
 * Plans a rollout from what is there. Reads nothing, changes nothing.
 * @param now epoch seconds
 * @throws UserError `RolloutInProgress`, `DeploymentIsLive`, `RolloutStepMismatch`
 */
export function planRollout(state: EndpointState, desired: Desired, now: number): RolloutPlan {
  const { deployment, present, strategy } = desired;
  const earlierRollout = takenUp(state, desired, now);
  const before = withoutZeros(earlierRollout ? earlierRollout.saved.before : state.traffic);
  const isLive = (before[deployment] ?? 0) > 0;
  const share = earlierRollout?.how === 'undo' ? 0 : (state.traffic[deployment] ?? 0);
  if (present === 'differs' && strategy !== 'recreate' && (isLive || share > 0))
    throw deploymentIsLive(state, deployment);
  // The first deployment has nobody to share the requests with: it goes from none to all of them.
  const isFirst = liveDeployment({ ...before, [deployment]: 0 }) === undefined;
  // A stage that was cut off, or is run again, is beyond where it began.
  const isOwn = earlierRollout?.saved.id === desired.id && earlierRollout.saved.phase !== 'waiting';
  const isBeyond = isOwn && desired.from !== undefined && share > desired.from;
  if (desired.from !== undefined && desired.from !== share && !isBeyond && !(isFirst && share === 0))
    throw stepMismatch(state, deployment, desired.from, share);
  // Changed in place, it keeps exactly the requests that it has.
  const keeps = strategy === 'recreate' && isLive ? before[deployment]! : undefined;
  if (keeps !== undefined && desired.to < keeps) throw stopsTooEarly(state, deployment, desired.to, keeps);
  const { present: _, ...rest } = desired;
  const there = deploymentOf(state, deployment);
  const isBroken = there?.provisioningState === 'Failed' && share === 0;
  return {
    ...rest,
    shares: keeps !== undefined ? [keeps] : isFirst ? [100] : desired.shares,
    mirror: isFirst || isLive ? 0 : desired.mirror,
    endpoint: state.name,
    before,
    mirrorBefore: withoutZeros(earlierRollout ? earlierRollout.saved.mirror : state.mirrorTraffic),
    change: isBroken ? 'replace' : present === 'absent' ? 'create' : present === 'same' ? 'none' : 'update',
    createEndpoint: !state.exists,
    earlierRollout,
    planned: {
      saved: state.saved,
      traffic: state.traffic,
      isBroken: state.provisioningState === 'Failed' && state.deployments.length === 0,
    },
    remove: removable(state, before, desired),
  };
}

/** An earlier rollout that matters: this run's own, or one that was cut off. */
function takenUp(
  state: EndpointState,
  { id, deployment, present }: Desired,
  now: number,
): RolloutPlan['earlierRollout'] {
  const { saved, traffic } = state;
  if (!saved || saved.phase === 'rolledBack') return undefined;
  // A deployment that was released and is to be changed in place begins anew.
  if (saved.phase === 'released' && present !== 'same') return undefined;
  const isSame = saved.to === deployment;
  const isOwn = saved.id === id;
  if (isOwn && isSame && isOwnTraffic(saved, traffic)) return { saved, how: 'resume' };
  // Somebody has changed the traffic since: what was set then is what counts.
  if (!isUnfinished(saved) || !isOwnTraffic(saved, traffic)) return undefined;
  // Others wait for an approval, for somebody to check them, or are still running, perhaps in another job of this run.
  if (saved.phase === 'running' ? now < saved.until : !isOwn) throw inProgress(state, saved, now);
  if (isSame && present === 'same') return { saved, how: 'resume' };
  // What was changed in place needs its definition back, and not its traffic alone.
  if (Object.keys(saved.earlier).length > 0) throw inProgress(state, saved, now);
  return { saved, how: 'undo' };
}

/** What this task made, gets no requests and is more than is to be kept; the one that served before is the last to go. */
function removable({ deployments }: EndpointState, before: Traffic, { deployment, keep, strategy }: Desired): string[] {
  if (strategy === 'recreate') return [];
  const rank = (name: string): number => before[name] ?? 0;
  return (
    deployments
      .filter(({ name, isOurs }) => name !== deployment && isOurs)
      // A rollback needs all that served before.
      .filter(({ name }) => keep === 0 || rank(name) === 0)
      .toSorted((a, b) => rank(b.name) - rank(a.name) || b.createdAt.localeCompare(a.createdAt))
      .slice(Math.max(0, keep - Object.keys(before).filter((name) => name !== deployment).length))
      .map(({ name }) => name)
  );
}

function inProgress(state: EndpointState, saved: SavedRollout, now: number): UserError {
  const endpoint = state.name;
  const { run, to, phase, until } = saved;
  // Whoever is still at it has a time to come; a change in place that was cut off has none.
  const running = phase === 'running' && now < until;
  return new UserError({
    code: 'RolloutInProgress',
    message: running
      ? `The run ${run} is rolling out the deployment '${to}' of the endpoint '${endpoint}'.`
      : `The run ${run} left the rollout of the deployment '${to}' of the endpoint '${endpoint}' unfinished: ${describeRequests(state, saved.now)}.`,
    fix: running
      ? `Wait for its end. If it was killed, run its stage again, run this after ${new Date(until * 1000).toISOString()}, or go back with mode: rollback.`
      : 'Let that run continue to its end, or go back with mode: rollback, then run this again.',
  });
}

function deploymentIsLive(state: EndpointState, deployment: string): UserError {
  const { name, traffic, isBatch } = state;
  return new UserError({
    code: 'DeploymentIsLive',
    message: `The deployment '${deployment}' of the endpoint '${name}' serves requests (${describeRequests(state, traffic)}) and differs from what is to be deployed, so it is not changed.`,
    fix: isBatch
      ? 'Set deploymentName to a new name, or to colour while blue or green is not the default one, so that the new deployment can be tried first.'
      : 'Set deploymentName to a new name, or to colour while blue or green has no requests, so that the new deployment can be tested first. To change it in place, set strategy to recreate.',
  });
}

function stepMismatch({ name, traffic }: EndpointState, deployment: string, from: number, share: number): UserError {
  return new UserError({
    code: 'RolloutStepMismatch',
    message: `The input from is ${from}, but the deployment '${deployment}' of the endpoint '${name}' has ${share} % of the requests (${describeTraffic(traffic)}).`,
    fix: 'Run the stage before this one first, or leave from empty to continue from wherever the rollout is.',
  });
}

function stopsTooEarly({ name, traffic }: EndpointState, deployment: string, to: number, share: number): UserError {
  return new UserError({
    code: 'RolloutStepMismatch',
    message: `The input to is ${to}, but the deployment '${deployment}' of the endpoint '${name}' has ${share} % of the requests (${describeTraffic(traffic)}) and keeps them while it is changed in place.`,
    fix: 'Leave to empty, or set strategy to canary and deploymentName to a name without requests.',
  });
}

/** True when there is nothing to do: the deployment is there, serves what it is to serve, and nothing is to be removed. */
export function isReleased(plan: RolloutPlan, state: EndpointState): boolean {
  const { deployment, before, shares } = plan;
  return (
    plan.change === 'none' &&
    isSameTraffic(state.traffic, withShare(before, deployment, shares.at(-1)!)) &&
    (!state.saved || !isUnfinished(state.saved)) &&
    plan.remove.every((name) => !deploymentOf(state, name))
  );
}
