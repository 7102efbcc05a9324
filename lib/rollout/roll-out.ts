import { explainFailure } from '../azure/failures.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { requireUntouched } from './conflicts.ts';
import type { EndpointState } from './endpoint-state.ts';
import { isAtIt, nextStep, type RolloutStep, type Seen, seenBefore } from './next-step.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { isUnfinished, isUntouched, type RolloutPhase, type SavedRollout } from './saved-rollout.ts';
import type { Traffic } from './traffic.ts';

/** The endpoint as a rollout works on it. Every call is done when it returns; all of them may throw `UserError`s. */
export interface RolloutService {
  read(): Promise<EndpointState>;
  /** @param replace delete what is there first */
  createEndpoint(replace: boolean): Promise<void>;
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
  /** Hears of a deployment that could not be deleted after the release, which stands all the same. */
  onKept: (deployment: string, error: unknown) => void;
  /** What the deployment that is changed in place was made of. */
  earlier: Readonly<Record<string, string>>;
}

/** How a rollout ends. `waiting`: at the share that was asked for. */
export interface RolloutEnd {
  end: 'released' | 'waiting' | 'rolledBack' | 'stopped';
  /** Why it did not go on; empty otherwise. */
  why: string;
  /** The traffic at the end, as far as it is known. */
  traffic: Traffic;
  /** Somebody else changed the endpoint, or the earlier traffic could not be restored. */
  error?: UserError;
}

/** A rollout that is silent for longer than this, beside the time that a step takes by plan, is taken for dead. */
const SILENT_MS = 30 * 60_000;
/** Provisioning of a deployment may take so long (azure-ai-ml waits for 2 hours as well). */
const PROVISIONING_MS = 2 * 60 * 60_000;

/**
 * Carries a rollout out, step by step: reads the endpoint, decides what is next, does it. A failure ends it as the plan
 * says: traffic is restored first.
 * @throws when the run is cancelled
 */
export async function rollOut(plan: RolloutPlan, ports: RolloutPorts): Promise<RolloutEnd> {
  const { service, signal, onStep, onFailure, onKept } = ports;
  let seen = seenBefore(plan);
  let traffic = plan.planned.traffic;
  for (;;) {
    signal.throwIfAborted();
    let step: RolloutStep | undefined;
    try {
      const state = await service.read();
      traffic = state.traffic;
      if (isAtIt(plan, state, seen)) requireUntouched(state, plan);
      step = nextStep(plan, state, seen);
      if (!step) return endOf(plan, state, seen);
      onStep(step, state);
      seen = { ...seen, ...(await doStep(step, seen, { plan, state, ports })) };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = explainFailure(thrown) ?? thrown;
      // What somebody else has set is not overwritten, by no rollback either.
      if (isChangedUnderUs(error)) return { end: 'stopped', why: error.message, traffic, error };
      if (seen.failure !== undefined) return notRestored(seen.failure, error, traffic);
      if (step?.kind === 'remove') {
        onKept(step.deployment, error);
        seen = { ...seen, kept: [...seen.kept, step.deployment] };
        continue;
      }
      onFailure(error);
      seen = { ...seen, failure: messageOf(error) };
    }
  }
}

/** The end of a rollout whose rollback failed too: what to do is more important than why. */
function notRestored(failure: string, thrown: unknown, traffic: Traffic): RolloutEnd {
  const why = `${failure.replace(/\.?$/, '.')} The earlier state could not be restored: ${messageOf(thrown)}`;
  const fix = 'Run this stage again, or restore the earlier traffic with mode: rollback.';
  return { end: 'stopped', why, traffic, error: new UserError({ code: 'NotRestored', message: why, fix }) };
}

function isChangedUnderUs(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'TrafficChanged';
}

interface Now {
  plan: RolloutPlan;
  state: EndpointState;
  ports: RolloutPorts;
}

/** Does one step. @returns what was seen by it */
async function doStep(step: RolloutStep, seen: Seen, { plan, state, ports }: Now): Promise<Partial<Seen>> {
  const { service, checks } = ports;
  const save = (traffic: Traffic, phase: RolloutPhase, mirrorTraffic = mirrorFor(plan, traffic)): Promise<void> => {
    const saved = savedFor(plan, state, traffic, phase, ports);
    return service.change({ traffic, mirrorTraffic, claims: step.kind === 'claim', saved });
  };
  switch (step.kind) {
    case 'createEndpoint':
      await service.createEndpoint(step.replaces);
      return {};
    case 'claim':
      await save(step.traffic, 'running');
      return { claimed: true };
    case 'await':
      await service.idle(step.what);
      return {};
    case 'deploy':
      // It was made, and the service says all the same that it was not.
      if (seen.deployed) return { failure: `The deployment '${plan.deployment}' is not in the state Succeeded.` };
      await service.deploy(step.replaces);
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

/** What is mirrored stays, but for a deployment that gets requests of its own: the service takes no other. */
function mirrorFor({ mirrorBefore }: RolloutPlan, traffic: Traffic): Traffic {
  return Object.fromEntries(Object.entries(mirrorBefore).filter(([name]) => (traffic[name] ?? 0) === 0));
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
  const { id, run, deployment, before, mirrorBefore, bakeMs } = plan;
  const isOurs = saved?.id === id && saved.to === deployment && isUnfinished(saved);
  // Provisioning comes after the claim, and is the only step that takes long without a word.
  const silentMs = isOurs ? SILENT_MS + bakeMs : PROVISIONING_MS;
  return {
    id,
    run,
    to: deployment,
    before,
    mirror: mirrorBefore,
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
  if (failure === undefined || saved?.phase === 'released')
    return { end: saved?.phase === 'waiting' ? 'waiting' : 'released', why: '', traffic };
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
  // A deployment that was changed in place needs its definition back, which takes minutes: whoever comes next does it.
  const isUndone = Object.keys(saved.earlier).length === 0;
  await service.change({
    traffic: plan.before,
    mirrorTraffic: mirrorFor(plan, plan.before),
    claims: false,
    unattended: true,
    saved: { ...saved, now: plan.before, phase: isUndone ? 'rolledBack' : saved.phase, until },
  });
  return true;
}
