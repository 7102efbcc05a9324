/** Online endpoints as resources, with the traffic over their deployments. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Resource } from '../../contracts.ts';
import { internalError } from '../online/deployments.ts';
import * as online from '../online/errors.ts';
import type { Traffic } from '../online/traffic.ts';
import { collection } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { missingEndpoint } from './endpoints.ts';
import { listKeys, regenerateKeys, token, writeKeys } from './online-actions.ts';
import { answers, deleting, type OnlineCall, requireIdle, storeBegun } from './online-operations.ts';
import { withTextMaps } from './shape.ts';
import { spelledAuthMode } from './shapes/endpoint.ts';
import { endpointPatch, onlineEndpoint } from './shapes/online.ts';
import { endpointAnswer } from './shapes/online-answer.ts';
import { withoutTypes } from './system-data.ts';

/** 400 unless the name can be a label of the scoring host. */
export function checkEndpointName(name: string, what: string): void {
  if (!/^[a-zA-Z][a-zA-Z0-9-]{1,62}[a-zA-Z0-9]$/.test(name)) throw online.endpointNameInvalid(name, what);
}

const below = ({ context, path }: OnlineCall): Resource[] => context.store.list(`${path}/deployments`);

/** Whole numbers that sum to 0 or 100 over deployments that exist; at most half of it mirrored, to one that has none. */
function checkTraffic(call: OnlineCall, traffic: Traffic, mirrored: Traffic): void {
  const remaining = below(call).filter(({ properties }) => properties.provisioningState !== 'Deleting');
  const deployments = new Set(remaining.map(({ name }) => name));
  for (const [name, share] of [...Object.entries(traffic), ...Object.entries(mirrored)]) {
    if (share < 0 || share > 100) throw online.trafficShare(name, share);
    if (!deployments.has(name)) throw online.trafficUnknown(name);
  }
  const sum = Object.values(traffic).reduce((total, share) => total + share, 0);
  if (sum !== 0 && sum !== 100) throw online.trafficSum(sum);
  const mirrors = Object.entries(mirrored).filter(([, share]) => share > 0);
  if (mirrors.length > 1) throw online.mirrorOfMany();
  for (const [name, share] of mirrors) {
    if (share > 50) throw online.mirrorTooMuch(share);
    if ((traffic[name] ?? 0) > 0) throw online.mirrorAndTraffic(name);
  }
}

const trafficOf = ({ traffic, mirrorTraffic }: Resource['properties']) => ({
  traffic: (traffic ?? {}) as Traffic,
  mirrorTraffic: (mirrorTraffic ?? {}) as Traffic,
});

type Identity = Record<string, any>;

/** The identity with the ids that the directory gives it; the endpoint's own stays the same. */
function identityOf(
  { type, userAssignedIdentities }: Identity,
  call: OnlineCall,
  older: Resource | undefined,
): Identity {
  const { settings, online: part } = call.context;
  const own = /SystemAssigned/i.test(type) && {
    principalId: older?.identity?.principalId ?? part.principalOf(call.name),
    tenantId: settings.tenantId,
  };
  const assigned = Object.keys(userAssignedIdentities ?? {}).map((id) => [
    id,
    { principalId: part.principalOf(id), clientId: part.principalOf(`client of ${id}`) },
  ]);
  return { type, ...own, ...(assigned.length > 0 && { userAssignedIdentities: Object.fromEntries(assigned) }) };
}

/** Versions of clients that have always sent an identity; what older stable ones did without one was taken. */
const needsIdentity = (apiVersion: string): boolean => apiVersion >= '2025' || apiVersion.endsWith('preview');

/** Begins an operation of the endpoint, whose work ends by storing what it has changed. */
function begin(call: OnlineCall, stored: Resource, status: string, work: () => void | Promise<void>): Resource {
  const { context, path, name } = call;
  const operation = context.operations.start('oeidp', path, status, async () => {
    await sleep(context.online.operationMs(name));
    if (context.online.faults.take({ endpoint: name }, 'internalError')) {
      change(call, { provisioningState: 'Failed' });
      throw internalError();
    }
    await work();
  });
  return storeBegun(call, stored, operation);
}

/** Stores the endpoint with these properties. */
function change({ context, path, caller }: OnlineCall, changes: Resource['properties']): void {
  const now = context.store.get(path);
  if (now) context.store.put(path, { ...now, properties: { ...now.properties, ...changes } }, caller);
}

/** The endpoint with its state and the traffic that can be seen now. */
function shown(endpoint: Resource, call: OnlineCall, when?: 'created' | 'changed'): object {
  const { context, at } = call;
  const path = `onlineEndpoints/${endpoint.name}`;
  const { provisioningState } = endpoint.properties;
  const state = provisioningState === 'Deleting' ? provisioningState : context.operations.statusOf(path);
  const seen = context.online.seenTraffic(endpoint);
  const scoringUri = context.online.scoringUri(endpoint.name);
  return endpointAnswer(endpoint, { state: state ?? provisioningState, scoringUri, ...seen }, at.apiVersion, when);
}

export const onlineEndpoints = collection<WorkspaceContext>({
  path: 'onlineEndpoints/:endpoint',
  one: 'Online endpoint',
  names: { endpoint: 'name of an endpoint' },
  shape: onlineEndpoint,
  systemData: withoutTypes,
  missing: missingEndpoint,
  beforePut(call, body, older) {
    const { context, path, name } = call;
    checkEndpointName(name, 'name of an endpoint');
    requireIdle(call, path);
    if (!older && context.online.nameTaken(name)) throw online.nameTaken();
    if (older && !older.properties.wasCreated) throw online.endpointNotCreated(name);
    if (!body.identity && needsIdentity(call.at.apiVersion)) throw online.identityMissing();
    const wanted = trafficOf(body.properties);
    checkTraffic(call, wanted.traffic, wanted.mirrorTraffic);
    const { keys, authMode, ...given } = withTextMaps(body.properties, ['properties']);
    writeKeys(call, keys);
    return {
      location: body.location,
      tags: body.tags ?? {},
      ...(body.identity && { identity: identityOf(body.identity, call, older) }),
      // The traffic changes when the operation has ended; what is interrupted has failed.
      properties: {
        ...given,
        authMode: spelledAuthMode(authMode),
        ...trafficOf(older?.properties ?? {}),
        wasCreated: older?.properties.wasCreated ?? false,
        provisioningState: 'Failed',
      },
    };
  },
  afterPut(call, stored, older) {
    const wanted = trafficOf(call.request.body.properties);
    return begin(call, stored, older ? 'Updating' : 'Creating', () => {
      call.context.online.trafficChanges(stored);
      change(call, { ...wanted, wasCreated: true, provisioningState: 'Succeeded' });
    });
  },
  present: shown,
  patch: {
    shape: endpointPatch,
    change(call, body, older) {
      requireIdle(call, call.path);
      const identity = body.identity ? identityOf(body.identity, call, older) : older.identity;
      return { ...older, tags: body.tags ?? older.tags, ...(identity && { identity }) };
    },
    after: (call, stored) => begin(call, stored, 'Updating', () => {}),
  },
  beforeDelete: (call) =>
    requireIdle(call, call.path, ...below(call).map(({ name }) => `${call.path}/deployments/${name}`)),
  deleteLater(call, endpoint) {
    const { context, path, name } = call;
    begin(call, deleting(endpoint), 'Updating', async () => {
      for (const deployment of below(call)) {
        context.store.delete(`${path}/deployments/${deployment.name}`);
        await context.online.deployments.remove(deployment.id.toLowerCase());
      }
      context.store.delete(path);
      context.store.delete(`onlineEndpointKeys/${name}`);
    });
  },
  actions: { listKeys, token, regenerateKeys: (call) => regenerateKeys(call, begin) },
  answers,
});
