import { explainFailure } from '../azure/failures.ts';
import type { Clock } from '../core/clock.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { isChangedUnderUs, readChecked, requireAsPlanned, requireUntouched } from './conflicts.ts';
import { type EndpointState, PROVISIONED_WITHIN_MS } from './endpoint-state.ts';
import { isAtIt, nextStep, type RolloutStep, type Seen, seenAtStart, seenBefore } from './next-step.ts';
import type { RolloutPlan } from './plan-rollout.ts';
import { mirrorFor, type RolloutService } from './rollout-service.ts';
import { isUnfinished, type RolloutPhase, type SavedRollout } from './saved-rollout.ts';
import type { Traffic } from './traffic.ts';
import { whileWatched } from './watched.ts';

/**
 * What decides whether a deployment may go on. Each gives what is wrong, or undefined. They end when their signal does: the run
 * was cancelled, or somebody else has changed the endpoint.
 */
export interface RolloutChecks {
  /** What can be known before the deployment is made, which takes minutes. @throws UserError */
  prepare(): Promise<void>;
  smoke(signal: AbortSignal): Promise<string | undefined>;
  /** @param percent the deployment's share; 0 while requests are only copied to it */
  bake(percent: number, signal: AbortSignal): Promise<string | undefined>;
}

export interface RolloutPorts {
  service: RolloutService;
  checks: RolloutChecks;
  clock: Clock;
  signal: AbortSignal;
  /** Hears of every step before it is done. */
  onStep: (step: RolloutStep, state: EndpointState) => void;
  /** Hears of a failure before traffic is restored. */
  onFailure: (error: unknown) => void;
  /** Hears of a deployment that could not be deleted after the release, which remains valid. */
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
/** Steps in which a deployment is made, or is waited for: the endpoint should take no other change meanwhile. */
const PROVISIONS: ReadonlySet<RolloutStep['kind']> = new Set(['claim', 'await', 'deploy', 'redeploy']);

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
      const state = await readOwn(plan, seen, ports);
      traffic = state.traffic;
      step = nextStep(plan, state, seen);
      if (!step) return endOf(plan, state, seen);
      onStep(step, state);
      seen = seenAtStart(step, seen);
      seen = { ...seen, ...(await doStep(step, seen, { plan, state, ports })) };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = explainFailure(thrown) ?? thrown;
      // What somebody else has set is not overwritten, by no rollback either.
      if (isChangedUnderUs(error)) {
        const theirs = await service.read().catch(() => undefined);
        return { end: 'stopped', why: error.message, traffic: theirs?.traffic ?? traffic, error };
      }
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

/** The endpoint, as this rollout left it once it is at it. @throws UserError `TrafficChanged` */
function readOwn(plan: RolloutPlan, seen: Seen, { service, clock, signal }: RolloutPorts): Promise<EndpointState> {
  const check = (state: EndpointState): void => {
    if (isAtIt(plan, state, seen)) requireUntouched(state, plan, seen);
  };
  return readChecked(() => service.read(), check, { clock, signal });
}

/** The end of a rollout whose rollback failed too: what to do is more important than why. */
function notRestored(failure: string, thrown: unknown, traffic: Traffic): RolloutEnd {
  const why = `${failure.replace(/\.?$/, '.')} The earlier state could not be restored: ${messageOf(thrown)}`;
  const fix = 'Run this stage again, or go back with mode: rollback.';
  return { end: 'stopped', why, traffic, error: new UserError({ code: 'NotRestored', message: why, fix }) };
}

interface Now {
  plan: RolloutPlan;
  state: EndpointState;
  ports: RolloutPorts;
}

/** Does one step. @returns what was seen by it */
async function doStep(step: RolloutStep, seen: Seen, { plan, state, ports }: Now): Promise<Partial<Seen>> {
  const { service, checks, clock } = ports;
  const save = (traffic: Traffic, phase: RolloutPhase, mirrorTraffic = mirrorFor(plan, traffic)): Promise<void> => {
    const saved = savedFor(plan, state, traffic, phase, { ...ports, step });
    const check = (now: EndpointState): void =>
      step.kind === 'claim' ? requireAsPlanned(now, plan) : requireUntouched(now, plan, seen);
    return service.change({ traffic, mirrorTraffic, saved, check });
  };
  /** A check that may take longer than planned. */
  const check = (checked: (signal: AbortSignal) => Promise<string | undefined>, mirrorTraffic?: Traffic) => {
    const renew = ({ traffic }: EndpointState): Promise<void> => save(traffic, 'running', mirrorTraffic);
    return whileWatched([plan, seen], { ...ports, read: () => service.read(), renew }, checked);
  };
  const until = (state.saved?.until ?? 0) * 1_000;
  if (seen.claimed && PROVISIONS.has(step.kind) && until - clock.now() < PROVISIONED_WITHIN_MS)
    await save(state.traffic, 'running');
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
      await checks.prepare();
      await service.deploy(step.replaces);
      return { deployed: true };
    case 'smoke':
      return passed(await check((signal) => checks.smoke(signal)), { smokePassed: true });
    case 'mirror': {
      const mirrored = { [plan.deployment]: step.percent };
      await save(state.traffic, 'running', mirrored);
      return passed(await check((signal) => checks.bake(0, signal), mirrored), { mirrored: true });
    }
    case 'traffic':
      await save(step.traffic, 'running');
      return {};
    case 'bake':
      return passed(await check((signal) => checks.bake(step.percent, signal)), {
        baked: [...seen.baked, step.percent],
      });
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
  { saved, traffic: from }: EndpointState,
  traffic: Traffic,
  phase: RolloutPhase,
  { clock, earlier, step }: RolloutPorts & { step: RolloutStep },
): SavedRollout {
  const { id, run, deployment, before, mirrorBefore, bakeMs } = plan;
  const isOurs = saved?.id === id && saved.to === deployment && isUnfinished(saved);
  // What is put back after the traffic is a deployment too.
  const provisions = PROVISIONS.has(step.kind) || (step.kind === 'restore' && plan.change !== 'none');
  const silentMs = SILENT_MS + (provisions ? PROVISIONED_WITHIN_MS : bakeMs);
  return {
    id,
    run,
    to: deployment,
    before,
    mirror: mirrorBefore,
    now: traffic,
    from,
    phase,
    until: Math.ceil((clock.now() + silentMs) / 1000),
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
