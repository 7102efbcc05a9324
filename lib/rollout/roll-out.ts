import { explainFailure } from '../azure/failures.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { requireUntouched } from './conflicts.ts';
import type { EndpointState } from './endpoint-state.ts';
import { isAtIt, NOTHING_SEEN, nextStep, type RolloutStep, type Seen } from './next-step.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { isUnfinished, isUntouched, type RolloutPhase, type SavedRollout } from './saved-rollout.ts';
import type { Traffic } from './traffic.ts';

/** The endpoint as a rollout works on it. Every call is done when it returns; all of them may throw `UserError`s. */
export interface RolloutService {
  read(): Promise<EndpointState>;
  createEndpoint(): Promise<void>;
  /** Changes traffic and tags in one request, unless somebody else has changed them. @throws UserError `TrafficChanged` */
  change(change: {
    traffic: Traffic;
    mirrorTraffic?: Traffic;
    saved: SavedRollout;
    claims: boolean;
    /** Done when the service has accepted it. */
    unattended?: boolean;
  }): Promise<void>;
  /** Waits until nothing changes the endpoint (`endpoint`) or the deployment of this name. */
  idle(what: string): Promise<void>;
  /** Creates or updates the deployment. @param replace delete what is there first */
  deploy(replace: boolean): Promise<void>;
  /** Puts the earlier definition of the deployment back. @param earlier what the endpoint's tags say of it */
  redeploy(earlier: Readonly<Record<string, string>>): Promise<void>;
  remove(deployment: string): Promise<void>;
}

/** What decides whether a deployment may go on. Each gives what is wrong, or undefined. */
export interface RolloutChecks {
  smoke(): Promise<string | undefined>;
  /** @param percent the deployment's share; 0 while requests are only copied to it */
  bake(percent: number): Promise<string | undefined>;
}

export interface RolloutPorts {
  service: RolloutService;
  checks: RolloutChecks;
  /** Epoch milliseconds. */
  now: () => number;
  signal: AbortSignal;
  /** Hears of every step before it is done. */
  onStep: (step: RolloutStep, state: EndpointState) => void;
  /** Hears of a failure before traffic is restored. */
  onFailure: (error: unknown) => void;
  /** What the deployment that is changed in place was made of. */
  earlier: Readonly<Record<string, string>>;
}

/** How a rollout ends. `waiting`: at the share that was asked for. */
export interface RolloutEnd {
  end: 'released' | 'waiting' | 'rolledBack' | 'stopped';
  /** Why it did not go on; empty otherwise. */
  why: string;
  /** The traffic at the end. */
  traffic: Traffic;
}

/** A rollout that is silent for longer than this, beside the time that a step takes by plan, is taken for dead. */
const SILENT_MS = 30 * 60_000;
/** Provisioning of a deployment may take so long (azure-ai-ml waits for 2 hours as well). */
const PROVISIONING_MS = 2 * 60 * 60_000;

/**
 * Carries a rollout out, step by step: reads the endpoint, decides what is next, does it. A failure ends it as the plan
 * says: traffic is restored first.
 * @throws what ends the task whatever is done: the run is cancelled, traffic can't be restored
 */
export async function rollOut(plan: RolloutPlan, ports: RolloutPorts): Promise<RolloutEnd> {
  const { service, signal, onStep, onFailure } = ports;
  let seen = NOTHING_SEEN;
  for (;;) {
    signal.throwIfAborted();
    const state = await service.read();
    const changed = isAtIt(plan, state, seen) ? changedUnderUs(state, plan) : undefined;
    if (changed) return { end: 'stopped', why: changed.message, traffic: state.traffic };
    const step = nextStep(plan, state, seen);
    if (!step) return endOf(plan, state, seen);
    onStep(step, state);
    try {
      seen = { ...seen, ...(await doStep(step, seen, { plan, state, ports })) };
    } catch (thrown) {
      const error = explainFailure(thrown) ?? thrown;
      if (signal.aborted || seen.failure !== undefined) throw error;
      // What somebody else has set is not overwritten, by no rollback either.
      if (isChangedUnderUs(error))
        return { end: 'stopped', why: messageOf(error), traffic: (await service.read()).traffic };
      onFailure(error);
      seen = { ...seen, failure: messageOf(error) };
    }
  }
}

function isChangedUnderUs(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'TrafficChanged';
}

function changedUnderUs(state: EndpointState, plan: RolloutPlan): UserError | undefined {
  try {
    requireUntouched(state, plan);
    return undefined;
  } catch (error) {
    if (isChangedUnderUs(error)) return error;
    throw error;
  }
}

interface Now {
  plan: RolloutPlan;
  state: EndpointState;
  ports: RolloutPorts;
}

/** Does one step. @returns what was seen by it */
async function doStep(step: RolloutStep, seen: Seen, { plan, state, ports }: Now): Promise<Partial<Seen>> {
  const { service, checks } = ports;
  const save = (traffic: Traffic, phase: RolloutPhase, mirrorTraffic: Traffic = {}): Promise<void> => {
    const saved = savedFor(plan, state, traffic, phase, ports);
    return service.change({ traffic, mirrorTraffic, claims: step.kind === 'claim', saved });
  };
  switch (step.kind) {
    case 'createEndpoint':
      await service.createEndpoint();
      return {};
    case 'claim':
      await save(step.traffic, 'running');
      return { claimed: true };
    case 'await':
      await service.idle(step.what);
      return {};
    case 'deploy':
      await service.deploy(plan.change === 'replace');
      return { deployed: true };
    case 'smoke':
      return passed(await checks.smoke(), { smokePassed: true });
    case 'mirror':
      await save(state.traffic, 'running', { [plan.deployment]: step.percent });
      return passed(await checks.bake(0), { mirrored: true });
    case 'traffic':
      await save(step.traffic, 'running');
      return {};
    case 'bake':
      return passed(await checks.bake(step.percent), { baked: [...seen.baked, step.percent] });
    case 'wait':
      await save(state.traffic, 'waiting');
      return {};
    case 'release':
      await save(state.traffic, 'released');
      return {};
    case 'remove':
      await service.remove(step.deployment);
      return {};
    case 'restore':
      await save(step.traffic, 'running');
      return {};
    case 'redeploy':
      await service.redeploy(state.saved?.earlier ?? {});
      return { redeployed: true };
    case 'close':
      await save(state.traffic, step.phase);
      return {};
  }
}

function passed(wrong: string | undefined, seen: Partial<Seen>): Partial<Seen> {
  return wrong === undefined ? seen : { failure: wrong };
}

function savedFor(
  plan: RolloutPlan,
  { saved }: EndpointState,
  traffic: Traffic,
  phase: RolloutPhase,
  { now, earlier }: RolloutPorts,
): SavedRollout {
  const { id, run, deployment, before, bakeMs } = plan;
  const isOurs = saved?.id === id && saved.to === deployment && isUnfinished(saved);
  // Provisioning comes after the claim, and is the only step that takes long without a word.
  const silentMs = isOurs ? SILENT_MS + bakeMs : PROVISIONING_MS;
  return {
    id,
    run,
    to: deployment,
    before,
    now: traffic,
    phase,
    until: Math.ceil((now() + silentMs) / 1000),
    earlier: isOurs
      ? saved.earlier
      : plan.earlierRollout?.how === 'resume'
        ? plan.earlierRollout.saved.earlier
        : earlier,
  };
}

function endOf({ deployment }: RolloutPlan, { saved, traffic }: EndpointState, { failure }: Seen): RolloutEnd {
  if (failure === undefined) return { end: saved?.phase === 'waiting' ? 'waiting' : 'released', why: '', traffic };
  const isBack = saved?.to === deployment && saved.phase === 'rolledBack';
  return { end: isBack ? 'rolledBack' : 'stopped', why: failure, traffic };
}

/**
 * Restores the traffic of a rollout that the run's cancelling cuts off: one request, since there are only seconds.
 * @returns true when the earlier traffic is on its way; false when nothing had to be restored
 */
export async function abandon(
  plan: RolloutPlan,
  { service, now }: Pick<RolloutPorts, 'service' | 'now'>,
): Promise<boolean> {
  const state = await service.read();
  const { saved, traffic } = state;
  if (saved?.id !== plan.id || saved.to !== plan.deployment || !isUnfinished(saved) || !isUntouched(saved, traffic))
    return false;
  const until = Math.ceil(now() / 1000);
  await service.change({
    traffic: plan.before,
    mirrorTraffic: {},
    claims: false,
    unattended: true,
    saved: { ...saved, now: plan.before, phase: 'rolledBack', until },
  });
  return true;
}
