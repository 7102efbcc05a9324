import { hasStatus } from '../azure/failures.ts';
import { type LongRunningPorts, sendAndPoll } from '../azure/long-running.ts';
import type { EndpointResource } from '../azureml/endpoints.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { UserError } from '../core/errors.ts';
import { readChecked, trafficChanged } from './conflicts.ts';
import type { EndpointKind, ReadEndpoint } from './endpoint-kind.ts';
import { describeRequests, type EndpointState, isBusy } from './endpoint-state.ts';
import { type SavedRollout, savedTags } from './saved-rollout.ts';
import { isSameTraffic, type Traffic, withoutZeros } from './traffic.ts';

/** What a change of an endpoint needs. */
export interface ChangePorts extends LongRunningPorts {
  kind: EndpointKind;
  workspace: Workspace;
  endpoint: string;
}

/** A change of traffic, with what is saved about it. */
export interface TrafficChange {
  traffic: Traffic;
  mirrorTraffic: Traffic;
  /** Undefined: the tags say nothing about a rollout, and stay so. */
  saved: SavedRollout | undefined;
  /** Further changes of the endpoint, made to it as it is then. */
  edit?: (resource: EndpointResource) => EndpointResource;
  /** Throws when the endpoint is not as this rollout left it. */
  check: (state: EndpointState) => void;
}

/** Another change of the endpoint is waited for so long; traffic takes seconds. */
const BUSY_WITHIN_MS = 30 * 60_000;
const BUSY_POLL_MS = 5_000;
/** After a change that succeeded `GET` may show the earlier traffic for a while (seen by users). */
const SHOWN_WITHIN_MS = 60_000;
const SHOWN_POLL_MS = 2_000;

/**
 * Changes the traffic and the tags of an endpoint in one request: reads it, checks that nobody else has changed it, puts
 * it, follows the operation, and reads until it shows the change. There is no ETag, so the check is as close to the write
 * as it can be, and the reading afterwards finds who wrote in between.
 * @throws UserError `TrafficChanged`, `EndpointBusy`, and what `check` throws
 */
export async function changeTraffic(change: TrafficChange, ports: ChangePorts): Promise<EndpointState> {
  const { kind, workspace, endpoint, clock, signal, tell } = ports;
  const began = clock.now();
  const deadline = began + BUSY_WITHIN_MS;
  let isSent = false;
  for (;;) {
    const { traffic, mirrorTraffic, saved, edit = (same: EndpointResource) => same } = change;
    // It was refused, but an earlier try whose answer was lost had been accepted. Of an edit the record says nothing.
    const isDone = (now: EndpointState): boolean =>
      isSent && !change.edit && saved !== undefined && isWritten(now, traffic, saved);
    const { resource, state } = await readChecked(
      () => whenIdle(ports, deadline),
      (read) => {
        if (read.resource && !isDone(read.state)) change.check(read.state);
      },
      { clock, signal },
    );
    if (!resource) throw endpointGone(endpoint);
    if (isDone(state)) return state;
    const edited = edit(resource);
    const request = kind.update(workspace, edited, {
      traffic: withoutZeros(traffic),
      mirrorTraffic: withoutZeros(mirrorTraffic),
      tags: saved ? savedTags(edited.tags ?? {}, saved) : (edited.tags ?? {}),
    });
    try {
      isSent = true;
      await sendAndPoll(workspace.client, { ...request, signal }, ports);
      return await shown(change, state, ports);
    } catch (error) {
      if (!isConflict(error) || clock.now() > deadline) throw error;
      tell('busy', clock.now() - began);
      await clock.sleep(BUSY_POLL_MS, signal);
      signal.throwIfAborted();
    }
  }
}

/** Writes to an endpoint as it is now, in one request whose operation nobody waits for. Checks nothing. */
export async function sendChange(
  { traffic, mirrorTraffic, saved }: Pick<TrafficChange, 'traffic' | 'mirrorTraffic'> & { saved: SavedRollout },
  { kind, workspace, endpoint, signal }: Pick<ChangePorts, 'kind' | 'workspace' | 'endpoint' | 'signal'>,
): Promise<void> {
  const { resource } = await kind.read(workspace, endpoint, signal);
  if (!resource) throw endpointGone(endpoint);
  const tags = savedTags(resource.tags ?? {}, saved);
  const change = { traffic: withoutZeros(traffic), mirrorTraffic: withoutZeros(mirrorTraffic), tags };
  await workspace.client.send({ ...kind.update(workspace, resource, change), signal });
}

/**
 * The endpoint when no other change of it is under way; until then Azure shows what was before.
 * @throws UserError `EndpointBusy`
 */
export async function whenIdle(
  { kind, workspace, endpoint, clock, signal, tell }: ChangePorts,
  deadline = clock.now() + BUSY_WITHIN_MS,
): Promise<ReadEndpoint> {
  const began = clock.now();
  for (;;) {
    const read = await kind.read(workspace, endpoint, signal);
    const { provisioningState } = read.state;
    if (!isBusy(provisioningState)) return read;
    if (clock.now() > deadline) throw endpointBusy(endpoint, provisioningState);
    tell(provisioningState, clock.now() - began);
    await clock.sleep(BUSY_POLL_MS, signal);
    signal.throwIfAborted();
  }
}

/**
 * Waits until the endpoint shows what was written.
 * @param before the endpoint before it was written, which may be shown for a while
 * @throws UserError `TrafficChanged` when it shows what somebody else wrote, `TrafficNotShown` when it keeps showing what was before
 */
async function shown(
  { traffic, saved }: TrafficChange,
  before: EndpointState,
  ports: ChangePorts,
): Promise<EndpointState> {
  const { kind, workspace, endpoint, clock, signal, tell } = ports;
  const began = clock.now();
  const deadline = began + SHOWN_WITHIN_MS;
  for (;;) {
    const { state } = await kind.read(workspace, endpoint, signal);
    if (saved ? isWritten(state, traffic, saved) : isSameTraffic(state.traffic, traffic)) return state;
    const isKnown = !state.saved || [saved?.id, before.saved?.id].includes(state.saved.id);
    if (!isKnown) throw trafficChanged(state, traffic);
    if (clock.now() > deadline) {
      const isOurs = isSameTraffic(state.traffic, before.traffic) || isSameTraffic(state.traffic, traffic);
      throw isOurs ? trafficNotShown(state) : trafficChanged(state, traffic);
    }
    tell('change not shown yet', clock.now() - began);
    await clock.sleep(SHOWN_POLL_MS, signal);
    signal.throwIfAborted();
  }
}

/** True when the endpoint shows exactly this change. */
function isWritten(state: EndpointState, traffic: Traffic, saved: SavedRollout): boolean {
  const found = state.saved;
  const isSame =
    found?.id === saved.id && found.to === saved.to && found.phase === saved.phase && found.until === saved.until;
  return isSame && isSameTraffic(state.traffic, traffic);
}

/** 409 `OperationDuplicationConflict` and the 400 of a change while another one is under way; a lock is neither. */
function isConflict(error: unknown): boolean {
  return hasStatus(error, 400, 409) && /another operation|provisioning state/i.test((error as Error).message);
}

function endpointBusy(name: string, provisioningState: string, withinMs = BUSY_WITHIN_MS): UserError {
  return new UserError({
    code: 'EndpointBusy',
    message: `'${name}' has been in the state ${provisioningState} for ${withinMs / 60_000} minutes, in which it takes no other change.`,
    fix: 'Check in Azure ML studio what changes it, then run the stage again.',
  });
}

function trafficNotShown(state: EndpointState): UserError {
  return new UserError({
    code: 'TrafficNotShown',
    message: `Azure accepted a change of the endpoint '${state.name}' and did not show it within ${SHOWN_WITHIN_MS / 1_000} seconds: ${describeRequests(state, state.traffic)}.`,
    fix: 'Check the traffic of the endpoint in Azure ML studio, then run this stage again.',
  });
}

function endpointGone(name: string): UserError {
  return new UserError({
    code: 'EndpointNotFound',
    message: `The endpoint '${name}' was deleted during the rollout.`,
    fix: 'Run the stage again to create it.',
  });
}

/**
 * Sends a write again for as long as the service refuses it because another operation is under way.
 * @throws what the write throws otherwise
 */
export async function whenFree<T>(write: () => Promise<T>, { clock, signal, tell }: LongRunningPorts): Promise<T> {
  const began = clock.now();
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || clock.now() - began > BUSY_WITHIN_MS) throw error;
      tell('busy', clock.now() - began);
      await clock.sleep(BUSY_POLL_MS, signal);
      signal.throwIfAborted();
    }
  }
}

/** Waits until a deployment or an endpoint takes changes again. @throws UserError `EndpointBusy` */
export async function untilIdle(
  { what, withinMs = BUSY_WITHIN_MS }: { what: string; withinMs?: number },
  stateNow: () => Promise<string>,
  { clock, signal, tell }: { clock: Clock; signal: AbortSignal; tell: LongRunningPorts['tell'] },
): Promise<void> {
  const began = clock.now();
  for (;;) {
    const provisioningState = await stateNow();
    if (!isBusy(provisioningState)) return;
    if (clock.now() - began > withinMs) throw endpointBusy(what, provisioningState, withinMs);
    tell(provisioningState, clock.now() - began);
    await clock.sleep(BUSY_POLL_MS, signal);
    signal.throwIfAborted();
  }
}
