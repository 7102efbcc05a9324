import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type BatchEndpoint, batchEndpointUpdate } from '../../../lib/azureml/batch-endpoints.ts';
import { endpointUpdate, type OnlineEndpoint } from '../../../lib/azureml/online-endpoints.ts';
import { path, requestTo } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { applyPlan } from '../../../lib/plan/apply.ts';
import type { InspectedPlan } from '../../../lib/plan/inspect.ts';
import { putRequest } from '../../../lib/plan/plan.ts';
import { earlierOf, redeployment } from '../../../lib/rollout/earlier.ts';
import { openedClient } from '../azure/opened-client.ts';
import { fakeWorkspace } from './fake-workspace.ts';

/** A workspace whose requests go through the real client to a transport that keeps them. */
async function recording() {
  const client = await openedClient([{ status: 200, body: { properties: { provisioningState: 'Succeeded' } } }]);
  const { workspace } = fakeWorkspace(() => assert.fail());
  const real: Workspace = {
    ...workspace,
    client,
    location: 'eastus',
    url: `https://management.azure.com${workspace.path}`,
  };
  const written = () => client.asked().filter(({ method }) => method !== 'GET');
  return { workspace: real, written };
}

/** What only a `JSON.parse` and a second `JSON.stringify` would change: order, numbers, nulls, characters. */
const ODD = { z: null, a: 1e21, 'a b': 'ü\u2028', nested: { 2: 'two', 1: 'one' }, empty: {}, list: [1.5, 'x', null] };

const ONLINE = {
  ...{ id: 'x', name: 'churn', location: 'eastus', kind: 'Managed', tags: { team: 'risk' }, sku: null },
  identity: { type: 'UserAssigned', userAssignedIdentities: { '/id/1': { clientId: 'c' } } },
  properties: {
    ...{ authMode: 'Key', description: 'Scores ü', publicNetworkAccess: 'Enabled', compute: null },
    ...{ traffic: { blue: 100 }, mirrorTraffic: {}, scoringUri: 'https://e/score', swaggerUri: 'x' },
    ...{ provisioningState: 'Succeeded', properties: { own: 'kept', 'azureml.onlineendpointid': 'y' } },
  },
} as unknown as OnlineEndpoint;
const BATCH = {
  ...{ name: 'nightly', location: 'eastus', tags: {}, kind: null, identity: { type: 'SystemAssigned' } },
  properties: {
    authMode: 'AADToken',
    description: null,
    defaults: { deploymentName: 'blue' },
    scoringUri: 'x',
    properties: {},
  },
} as unknown as BatchEndpoint;

describe('the bytes of a write are those of its planned body', () => {
  const tags = { team: 'risk', 'rollout.now': 'blue=90 green=10' };

  it('for the traffic of an online endpoint, which keeps everything else that can be written', async () => {
    const { workspace, written } = await recording();
    const request = endpointUpdate(workspace, ONLINE, {
      traffic: { blue: 90, green: 10 },
      mirrorTraffic: { amber: 5 },
      tags,
    });
    await workspace.client.send(request);
    assert.equal(written()[0]?.body, JSON.stringify(request.body));
    assert.deepEqual(request.body, {
      ...{ location: 'eastus', tags, kind: 'Managed' },
      identity: { type: 'UserAssigned', userAssignedIdentities: { '/id/1': {} } },
      properties: {
        ...{ authMode: 'Key', description: 'Scores ü', publicNetworkAccess: 'Enabled' },
        ...{ traffic: { blue: 90, green: 10 }, mirrorTraffic: { amber: 5 }, properties: { own: 'kept' } },
      },
    });
  });

  it('for the default deployment of a batch endpoint', async () => {
    const { workspace, written } = await recording();
    const request = batchEndpointUpdate(workspace, BATCH, { deploymentName: 'green', tags });
    await workspace.client.send(request);
    assert.equal(written()[0]?.body, JSON.stringify(request.body));
    assert.deepEqual(request.body, {
      ...{ location: 'eastus', tags, identity: { type: 'SystemAssigned' } },
      properties: { authMode: 'AADToken', properties: {}, defaults: { deploymentName: 'green' } },
    });
  });

  for (const kind of ['onlineEndpoints', 'batchEndpoints'])
    it(`for a deployment of ${kind}, whatever is in it`, async () => {
      const { workspace, written } = await recording();
      const below = path(kind, 'churn', 'deployments', 'green');
      const main = putRequest(
        `${workspace.path}/${below}`,
        { description: 'ü', properties: ODD },
        { location: 'eastus', tags },
      );
      const plan: InspectedPlan = {
        ...{ workspace: workspace.path, requirements: [], steps: [], warnings: [], actions: [], differing: [] },
        ...{ main, mainAction: 'create' },
      };
      const clock = { now: () => 0, sleep: async () => undefined };
      const nothing = (): void => undefined;
      const tell = { stepDone: nothing, uploading: nothing, sending: nothing };
      const ports = { datastores: {} as never, clock, signal: new AbortController().signal, tell };
      await applyPlan(plan, workspace, ports);
      const hash = (body: unknown): string => createHash('sha256').update(String(body)).digest('hex');
      assert.equal(written().length, 1);
      assert.equal(hash(written()[0]?.body), hash(JSON.stringify(main.body)));
      assert.match(written()[0]!.url, new RegExp(`/${kind}/churn/deployments/green\\?api-version=${main.apiVersion}$`));
    });

  it('for the earlier definition of a deployment that is put back', async () => {
    const { workspace, written } = await recording();
    const properties = { model: '/m/1', environmentVariables: { A: 'ü' }, properties: { azureml: 'x' }, ...ODD };
    const earlier = earlierOf(
      {
        id: 'x',
        name: 'green',
        location: 'eastus',
        tags,
        sku: { capacity: 2 },
        properties,
      } as never,
      () => false,
    );
    const request = redeployment(workspace, { endpoint: 'churn', deployment: 'green' }, earlier);
    await workspace.client.send(request);
    assert.equal(written()[0]?.body, JSON.stringify(request.body));
    const { properties: back } = request.body as { properties: Record<string, unknown> };
    assert.deepEqual([back.model, back.nested, back['a b']], ['/m/1', ODD.nested, ODD['a b']]);
  });

  it('is not true of a body that was changed on its way', async () => {
    const { workspace, written } = await recording();
    const request = requestTo(workspace, 'PUT', 'onlineEndpoints/churn', { body: ODD });
    await workspace.client.send({ ...request, body: { ...ODD, a: 2 } });
    assert.notEqual(written()[0]?.body, JSON.stringify(request.body));
  });
});
