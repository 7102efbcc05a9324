/** Computes: clusters that exist as resources; the jobs sent to them run on this machine. */
import express from 'express';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext } from './context.ts';
import { notFound, userError } from './errors.ts';
import { answerPage } from './listing.ts';
import { anything, object } from './shape.ts';

const types = [
  'AmlCompute',
  'ComputeInstance',
  'Kubernetes',
  'VirtualMachine',
  'SynapseSpark',
  'AKS',
  'HDInsight',
  'Databricks',
];

/** Routes relative to the workspace. */
export function createComputes({ resources, settings, url }: ProviderContext): express.Router {
  const router = express.Router();
  const found = (name: string) => {
    const resource = resources.get(`computes/${name}`);
    if (!resource) throw notFound(`Compute ${name} was not found.`);
    return resource;
  };
  router.get('/computes', (request, response) => response.json(answerPage(request, url, resources.list('computes'))));
  router.get('/computes/:name', (request, response) => response.json(found(request.params.name)));
  router.put('/computes/:name', (request, response) => {
    const name = checkName(request.params.name, 'name of a compute');
    const fields = ['id', 'name', 'type', 'location', 'tags', 'identity', 'sku', 'systemData'];
    const optional = Object.fromEntries(fields.map((field) => [field, anything]));
    object({ properties: anything }, optional)(request.body, { path: '', apiVersion: apiVersionOf(request) });
    const { properties, location, tags, identity } = request.body;
    if (!types.includes(properties.computeType)) {
      throw userError(
        `The value '${properties.computeType}' of 'properties.computeType' is not one of: ${types.join(', ')}.`,
      );
    }
    const at = new Date().toISOString();
    const older = resources.get(`computes/${name}`);
    const stored = resources.put(
      `computes/${name}`,
      {
        location: location ?? settings.location,
        tags: tags ?? {},
        ...(identity && { identity }),
        properties: {
          computeLocation: location ?? settings.location,
          description: null,
          isAttachedCompute: false,
          provisioningErrors: null,
          createdOn: older?.properties.createdOn ?? at,
          ...properties,
          properties: { ...stateOf(properties.computeType), ...properties.properties },
          modifiedOn: at,
          provisioningState: 'Succeeded',
        },
      },
      callerOf(response).appid,
    );
    response.status(older ? 200 : 201).json(stored);
  });
  router.patch('/computes/:name', (request, response) => {
    const { name, ...compute } = found(request.params.name);
    const envelope = object({}, { properties: anything, tags: anything, identity: anything });
    envelope(request.body, { path: '', apiVersion: apiVersionOf(request) });
    const { properties, ...given } = request.body;
    const changed = { ...compute.properties.properties, ...properties?.properties };
    const stored = { ...compute.properties, ...properties, properties: changed, modifiedOn: new Date().toISOString() };
    response.json(
      resources.put(`computes/${name}`, { ...compute, ...given, properties: stored }, callerOf(response).appid),
    );
  });
  router.delete('/computes/:name', (request, response) => {
    found(request.params.name);
    resources.delete(`computes/${request.params.name}`);
    response.status(200).end();
  });
  router.post('/computes/:name/listNodes', (request, response) => {
    found(request.params.name);
    response.json({ nodes: [] });
  });
  router.post('/computes/:name/listKeys', (request, response) => {
    const { properties } = found(request.params.name);
    response.json({ computeType: properties.computeType });
  });
  for (const action of ['start', 'stop', 'restart']) {
    router.post(`/computes/:name/${action}`, (request, response) => {
      const compute = found(request.params.name);
      const { properties } = compute;
      if (properties.computeType !== 'ComputeInstance') throw userError(`Only a compute instance can ${action}.`);
      const state = action === 'stop' ? 'Stopped' : 'Running';
      resources.put(`computes/${compute.name}`, {
        ...compute,
        properties: { ...properties, properties: { ...properties.properties, state } },
      });
      // Clients take 202 alone; the operation has ended already when they ask.
      const results = `/subscriptions/${settings.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${settings.location}/mfeOperationResults`;
      const location = `${url}${results}/ci:${settings.workspaceId}:${compute.name}?api-version=${apiVersionOf(request)}`;
      response.status(202).set({ Location: location, 'Retry-After': '1' }).end();
    });
  }
  router.post('/computes/:name/enableSso', (request, response) => {
    found(request.params.name);
    response.status(200).end();
  });
  return router;
}

/** What the service adds to a compute that is ready. */
const stateOf = (computeType: string): Record<string, unknown> => {
  if (computeType === 'ComputeInstance') return { state: 'Running' };
  return { allocationState: 'Steady', currentNodeCount: 0, targetNodeCount: 0 };
};

/** Quotas and sizes of the region, for clients that ask before they create a compute. */
export function createLocation(): express.Router {
  const router = express.Router();
  const location = '/subscriptions/:subscription/providers/Microsoft.MachineLearningServices/locations/:location';
  for (const list of ['usages', 'quotas']) {
    router.get(`${location}/${list}`, (_request, response) => response.json({ value: [] }));
  }
  router.get('/providers/Microsoft.MachineLearningServices/operations', (_request, response) => {
    response.json({ value: [] });
  });
  router.get(`${location}/vmSizes`, (_request, response) => {
    const supportedComputeTypes = ['AmlCompute', 'ComputeInstance'];
    const size = {
      family: 'sandbox',
      gpus: 0,
      lowPriorityCapable: true,
      osVhdSizeMB: 1047552,
      premiumIO: true,
      supportedComputeTypes,
    };
    response.json({
      value: [
        { ...size, name: 'Standard_DS3_v2', vCPUs: 4, memoryGB: 14, maxResourceVolumeMB: 28672 },
        { ...size, name: 'Standard_NC6s_v3', vCPUs: 6, gpus: 1, memoryGB: 112, maxResourceVolumeMB: 344064 },
      ],
    });
  });
  return router;
}
