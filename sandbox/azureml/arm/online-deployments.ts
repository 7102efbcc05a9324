/** Deployments of online endpoints as resources; what serves them is in `../online`. */
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import type { Resource } from '../../contracts.ts';
import type { Place } from '../online/deployments.ts';
import { shownVariables } from '../online/environment.ts';
import * as online from '../online/errors.ts';
import { collection } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { deploymentsOf } from './endpoints.ts';
import * as errors from './errors.ts';
import { checkEndpointName } from './online-endpoints.ts';
import { answers, deleting, type OnlineCall, requireIdle, storeBegun } from './online-operations.ts';
import { findAsset } from './references.ts';
import { checkBody, withTextMaps } from './shape.ts';
import { deploymentPatch, logsRequest, onlineDeployment } from './shapes/online.ts';
import { deploymentAnswer } from './shapes/online-answer.ts';
import { withoutTypes } from './system-data.ts';

/** How long a PUT is held up by an endpoint that is being created. */
const creationMs = 1000;

const endpointPath = ({ params }: OnlineCall): string => `onlineEndpoints/${params.endpoint}`;
const endpointOf = (call: OnlineCall): Resource | undefined => call.context.store.get(endpointPath(call));

function placeOf(call: OnlineCall, { id }: Resource): Place {
  return { id: id.toLowerCase(), endpoint: String(call.params.endpoint), deployment: String(call.params.deployment) };
}

/** 400 unless everything that the deployment names exists. */
function checkReferences({ model, codeConfiguration, environmentId }: Resource['properties'], call: OnlineCall): void {
  const { context } = call;
  if (!model && !codeConfiguration) throw online.modelOrCodeMissing();
  const named = [
    ['models', 'model', model],
    ['codes', 'code', codeConfiguration?.codeId],
    ['environments', 'environment', environmentId],
  ] as const;
  for (const [kind, one, id] of named) if (id && !findAsset(id, kind, context)) throw errors.referenceNotFound(one, id);
}

/** Refuses while the endpoint changes. One that is being created is waited for. */
async function requireEndpointIdle(call: OnlineCall): Promise<void> {
  const { operations } = call.context;
  const path = endpointPath(call);
  for (const end = Date.now() + creationMs; operations.statusOf(path) === 'Creating' && Date.now() < end; )
    await sleep(20);
  const state = operations.statusOf(path);
  if (state) throw online.endpointBusy(String(call.params.endpoint), state);
}

/** Begins an operation of the deployment. Its work stores what it has changed; where it fails, the deployment has failed. */
function begin(call: OnlineCall, stored: Resource, status: string, work: () => Promise<void>): Resource {
  const { context, path } = call;
  const operation = context.operations.start('odidp', path, status, async () => {
    await sleep(context.online.operationMs(String(call.params.endpoint), call.name));
    await work();
  });
  return storeBegun(call, stored, operation);
}

/** Starts the container of the deployment; notes that it serves. */
async function provision(call: OnlineCall, deployment: Resource): Promise<void> {
  const { context, path, caller } = call;
  await context.online.deployments.provision(placeOf(call, deployment), deployment);
  const now = context.store.get(path);
  if (!now) return;
  const properties = { ...now.properties, hasServed: true, provisioningState: 'Succeeded' };
  context.store.put(path, { ...now, properties }, caller);
}

function shown(deployment: Resource, call: OnlineCall, when?: 'created' | 'changed'): object {
  const { context, at } = call;
  const path = `${endpointPath(call)}/deployments/${deployment.name}`;
  const { provisioningState } = deployment.properties;
  const running = provisioningState === 'Deleting' ? undefined : context.operations.statusOf(path);
  const state = running ?? provisioningState;
  const variables = when === undefined ? shownVariables(deployment.properties, context) : {};
  return deploymentAnswer(deployment, { state, variables }, at.apiVersion);
}

/** `POST getLogs` */
function getLogs(call: OnlineCall, deployment: Resource): void {
  checkBody(logsRequest, call.request.body ?? {}, call.at);
  const { containerType, tail } = call.request.body ?? {};
  const log = call.context.online.deployments.logs(deployment.id.toLowerCase());
  call.response.json({ content: log.text(containerType ?? 'InferenceServer', tail ?? undefined) });
}

/** `GET skus`: how many instances a deployment can have; relative to the workspace. */
export function createOnlineSkus({ resources }: WorkspaceContext): express.Router {
  const router = express.Router();
  router.get('/onlineEndpoints/:endpoint/deployments/:deployment/skus', ({ params }, response) => {
    const { endpoint, deployment } = params;
    const found = resources.get(`onlineEndpoints/${endpoint}/deployments/${deployment}`);
    if (!found) throw errors.deploymentNotFound(deployment, endpoint);
    const capacity = { default: found.sku?.capacity ?? 1, minimum: 1, maximum: 50, scaleType: 'Manual' };
    const resourceType = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments';
    response.json({ value: [{ resourceType, sku: { name: 'Default', tier: 'Standard' }, capacity }] });
  });
  return router;
}

export const onlineDeployments = collection<WorkspaceContext>({
  ...deploymentsOf(endpointOf),
  path: 'onlineEndpoints/:endpoint/deployments/:deployment',
  one: 'Online deployment',
  shape: onlineDeployment,
  systemData: withoutTypes,
  async beforePut(call, body, older) {
    const { context, name, path } = call;
    checkEndpointName(name, 'name of a deployment');
    await requireEndpointIdle(call);
    requireIdle(call, path);
    if (older && !older.properties.hasServed) throw online.deploymentUnrecoverable(name);
    checkReferences(body.properties, call);
    const at = { endpoint: String(call.params.endpoint), deployment: name };
    if (context.online.faults.take(at, 'quota'))
      throw online.quotaExceeded(body.properties.instanceType, context.settings.subscriptionId);
    return {
      location: body.location,
      tags: body.tags ?? {},
      ...(body.identity && { identity: body.identity }),
      ...(body.sku && { sku: body.sku }),
      properties: {
        endpointComputeType: 'Managed',
        ...withTextMaps(body.properties, ['properties']),
        hasServed: older?.properties.hasServed ?? false,
        // Until the operation says otherwise: what is interrupted has failed.
        provisioningState: 'Failed',
      },
    };
  },
  afterPut: (call, stored, older) =>
    begin(call, stored, older ? 'Updating' : 'Creating', () => provision(call, stored)),
  present: shown,
  patch: {
    shape: deploymentPatch,
    change(call, body, older) {
      requireIdle(call, call.path);
      return { ...older, tags: body.tags ?? older.tags, ...(body.sku && { sku: { ...older.sku, ...body.sku } }) };
    },
    after(call, stored) {
      return begin(call, stored, 'Updating', async () =>
        call.context.online.deployments.resize(stored.id.toLowerCase(), stored),
      );
    },
  },
  beforeDelete(call, { name }) {
    requireIdle(call, call.path, endpointPath(call));
    if ((endpointOf(call)?.properties.traffic?.[name] ?? 0) > 0) throw online.deploymentHasTraffic(name);
  },
  deleteLater(call, deployment) {
    begin(call, deleting(deployment), 'Updating', async () => {
      await call.context.online.deployments.remove(deployment.id.toLowerCase());
      call.context.store.delete(call.path);
    });
  },
  actions: { getLogs },
  answers,
});
