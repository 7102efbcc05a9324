import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, refused, send, useSandbox } from './http.ts';
import { deploymentBody, endpointBody, followed, putCode, putOnline, scriptOf } from './online-workspace.ts';

/** What the service behind the resource provider says in `details`. */
const said = ({ body }: Answer): any => JSON.parse(body.error.details[0].message).errors;

describe('online endpoints and deployments as resources', () => {
  const { sandbox, arm } = useSandbox();
  let code: string;

  before(async () => {
    code = await putCode(sandbox, arm, scriptOf('one'));
  });
  afterEach(() => sandbox.online.behave());

  const poll = (url: unknown) =>
    send(sandbox, String(url), { headers: { Authorization: `Bearer ${arm.token}` } }).then(({ body }) => body);
  /** The next operation takes long enough to be seen. */
  const slowly = (endpoint: string) =>
    sandbox.online.misbehave({ kind: 'slowOperation', endpoint, delayMs: 800, times: 1 });
  const withDeployment = async (endpoint: string, ...names: string[]) => {
    await putOnline(sandbox, arm, `onlineEndpoints/${endpoint}`, endpointBody());
    for (const name of names)
      await putOnline(sandbox, arm, `onlineEndpoints/${endpoint}/deployments/${name}`, deploymentBody(code));
  };

  it('begin with an operation, and have no address before it has ended', async () => {
    const path = 'onlineEndpoints/begins';
    slowly('begins');
    const made = await arm.call('PUT', path, endpointBody({ description: 'first' }));
    assert.equal(made.status, 201);
    const { headers, body } = made;
    assert.match(String(headers['azure-asyncoperation']), /mfeOperationsStatus\/oeidp:.*&t=\d+&c=[\w-]+&s=[\w-]+&h=/);
    assert.equal(headers.location, `${sandbox.azuremlUrl}${arm.workspace}/${path}?api-version=2026-05-01`);
    assert.equal(headers['x-ms-async-operation-timeout'], 'PT30M');
    assert.equal(headers['retry-after'], undefined);
    assert.equal(body.properties.provisioningState, 'Creating');
    assert.equal(body.properties.scoringUri, null);
    assert.deepEqual([body.location, body.identity], [undefined, undefined]);
    const running = await poll(headers['azure-asyncoperation']);
    assert.deepEqual(
      [running.status, running.percentComplete, running.endTime],
      ['Updating', 0, '0001-01-01T00:00:00+00:00'],
    );
    assert.equal((await arm.call('GET', path)).body.properties.provisioningState, 'Creating');
    const ended = await followed(sandbox, arm, made);
    assert.deepEqual([ended.status, ended.percentComplete, ended.error], ['Succeeded', 100, undefined]);
    const read = (await arm.call('GET', path)).body;
    assert.equal(read.properties.provisioningState, 'Succeeded');
    assert.match(read.properties.scoringUri, /^https:\/\/begins\.eastus\.inference\.ml\.azure\.localhost:\d+\/score$/);
    assert.equal(read.location, 'eastus');
    assert.equal(read.identity.type, 'SystemAssigned');
    assert.deepEqual(read.properties.traffic, {});
    assert.equal(read.kind, 'Managed');
    const listed = (await arm.call('GET', 'onlineEndpoints')).body.value;
    assert.ok(listed.some(({ name }: { name: string }) => name === 'begins'));
  });

  it('answer a change with 201 and the old traffic', async () => {
    await withDeployment('changes', 'blue');
    const path = 'onlineEndpoints/changes';
    const changed = await arm.call('PUT', path, endpointBody({ traffic: { blue: 100 } }));
    assert.equal(changed.status, 201);
    assert.equal(changed.body.properties.provisioningState, 'Updating');
    assert.deepEqual(changed.body.properties.traffic, {});
    assert.match(changed.body.properties.scoringUri, /^https:/);
    await followed(sandbox, arm, changed);
    const read = (await arm.call('GET', path)).body.properties;
    assert.deepEqual(read.traffic, { blue: 100 });
    assert.ok(String(changed.headers['azure-asyncoperation']).startsWith(read.properties.AzureAsyncOperationUri));
  });

  it('fill in what a deployment does not say', async () => {
    await withDeployment('fills', 'blue');
    const { body } = await arm.call('GET', 'onlineEndpoints/fills/deployments/blue');
    const { properties, sku, kind } = body;
    assert.deepEqual(properties.scaleSettings, { scaleType: 'Default' });
    assert.deepEqual(properties.requestSettings, {
      maxQueueWait: 'PT0S',
      requestTimeout: 'PT5S',
      maxConcurrentRequestsPerInstance: 1,
    });
    assert.equal(properties.readinessProbe.failureThreshold, 30);
    assert.equal(properties.egressPublicNetworkAccess, 'Enabled');
    assert.deepEqual(properties.environmentVariables, {
      AZUREML_ENTRY_SCRIPT: 'score.py',
      AML_APP_ROOT: '/var/azureml-app/src',
    });
    assert.deepEqual(sku, { name: 'Default', tier: 'Standard', capacity: 1 });
    assert.equal(kind, 'Managed');
    const skus = (await arm.call('GET', 'onlineEndpoints/fills/deployments/blue/skus')).body.value;
    assert.equal(skus[0].capacity.default, 1);
  });

  it('are patched with tags and a capacity, and answer the operation alone', async () => {
    await withDeployment('patched', 'blue');
    const path = 'onlineEndpoints/patched/deployments/blue';
    slowly('patched');
    const patched = await arm.call('PATCH', path, { tags: { a: 'b' }, sku: { capacity: 3 } });
    assert.equal(patched.status, 202);
    assert.equal(patched.body, null);
    assert.equal(patched.headers['azure-asyncoperation'], undefined);
    const results = () =>
      send(sandbox, String(patched.headers.location), { headers: { Authorization: `Bearer ${arm.token}` } });
    const running = await results();
    assert.deepEqual([running.status, running.body.status], [202, 'Updating']);
    let ended = running;
    while (ended.status === 202) ended = await sleep(20).then(results);
    assert.deepEqual([ended.status, ended.body.status], [200, 'Succeeded']);
    const read = (await arm.call('GET', path)).body;
    assert.deepEqual([read.tags, read.sku.capacity, read.sku.name], [{ a: 'b' }, 3, 'Default']);
    refused(
      await arm.call('PATCH', 'onlineEndpoints/patched', { properties: { traffic: {} } }),
      400,
      'UserError',
      /'properties'/,
    );
  });

  it('are deleted at the end of an operation', async () => {
    await withDeployment('deleted', 'blue');
    slowly('deleted');
    const removed = await arm.call('DELETE', 'onlineEndpoints/deleted/deployments/blue');
    assert.deepEqual([removed.status, removed.body], [202, null]);
    assert.match(String(removed.headers.location), /mfeOperationResults\/odidp:/);
    const state = (await arm.call('GET', 'onlineEndpoints/deleted/deployments/blue')).body.properties.provisioningState;
    assert.equal(state, 'Deleting');
    assert.equal((await followed(sandbox, arm, removed)).status, 'Succeeded');
    refused(await arm.call('GET', 'onlineEndpoints/deleted/deployments/blue'), 404, 'UserError', /blue/);
    assert.equal((await arm.call('DELETE', 'onlineEndpoints/deleted/deployments/blue')).status, 204);
    await followed(sandbox, arm, await arm.call('DELETE', 'onlineEndpoints/deleted'));
    refused(await arm.call('GET', 'onlineEndpoints/deleted'), 404, 'UserError', /'deleted' does not exist/);
    assert.equal((await arm.call('DELETE', 'onlineEndpoints/deleted')).status, 204);
  });

  it('refuse traffic that does not sum up, is for nobody, or is mirrored too much', async () => {
    await withDeployment('traffic', 'blue', 'green');
    const tries: [object, RegExp][] = [
      [{ traffic: { blue: 90 } }, /0 or 100, but it is 90/],
      [{ traffic: { blue: 60, green: 60 } }, /but it is 120/],
      [{ traffic: { blue: 150, green: -50 } }, /from 0 to 100, but it is 150/],
      [{ traffic: { red: 100 } }, /\[red\] does not exist/],
      [{ traffic: { blue: 100 }, mirrorTraffic: { green: 51 } }, /50 percent/],
      [{ traffic: {}, mirrorTraffic: { blue: 10, green: 10 } }, /one deployment/],
      [{ traffic: { blue: 100 }, mirrorTraffic: { blue: 10 } }, /not both/],
    ];
    for (const [properties, words] of tries) {
      const answer = await arm.call('PUT', 'onlineEndpoints/traffic', endpointBody(properties));
      refused(answer, 400, 'BadRequest', /^The request is invalid\.$/m);
      assert.match(JSON.stringify(said(answer)), words);
    }
    refused(
      await arm.call('PUT', 'onlineEndpoints/traffic', endpointBody({ traffic: { blue: '100' } })),
      400,
      'UserError',
      /integer/,
    );
    const shares = { traffic: { blue: 90, green: 10 } };
    assert.equal((await putOnline(sandbox, arm, 'onlineEndpoints/traffic', endpointBody(shares))).status, 'Succeeded');
  });

  it('keep a deployment that has traffic', async () => {
    await withDeployment('kept', 'blue');
    await putOnline(sandbox, arm, 'onlineEndpoints/kept', endpointBody({ traffic: { blue: 100 } }));
    const answer = await arm.call('DELETE', 'onlineEndpoints/kept/deployments/blue');
    refused(answer, 400, 'BadRequest', /./);
    assert.deepEqual(said(answer), { '': ["Can't delete deployment [blue] with non-zero traffic weight"] });
  });

  it('do one thing at a time', async () => {
    await withDeployment('busy', 'blue');
    slowly('busy');
    const changing = await arm.call('PUT', 'onlineEndpoints/busy', endpointBody({ traffic: { blue: 100 } }));
    const conflict = /another operation on same entity is already running in workspace sandbox-ws\./;
    refused(await arm.call('PUT', 'onlineEndpoints/busy', endpointBody()), 409, 'Conflict', conflict);
    refused(await arm.call('PATCH', 'onlineEndpoints/busy', { tags: {} }), 409, 'Conflict', conflict);
    refused(await arm.call('DELETE', 'onlineEndpoints/busy'), 409, 'Conflict', conflict);
    refused(
      await arm.call('PUT', 'onlineEndpoints/busy/deployments/green', deploymentBody(code)),
      400,
      'UserError',
      /^Cannot create a deployment in endpoint busy because it is in Updating provisioning state$/m,
    );
    await followed(sandbox, arm, changing);
    slowly('busy');
    const updating = await arm.call('PUT', 'onlineEndpoints/busy/deployments/blue', deploymentBody(code));
    assert.equal(updating.body.properties.provisioningState, 'Updating');
    refused(
      await arm.call('PUT', 'onlineEndpoints/busy/deployments/blue', deploymentBody(code)),
      409,
      'Conflict',
      conflict,
    );
    refused(await arm.call('DELETE', 'onlineEndpoints/busy/deployments/blue'), 409, 'Conflict', conflict);
    await followed(sandbox, arm, updating);
  });

  it('refuse what they cannot be made of', async () => {
    const { identity: _none, ...without } = endpointBody();
    const nobody = await arm.call('PUT', 'onlineEndpoints/nobody', without);
    refused(nobody, 400, 'BadRequest', /./);
    assert.match(JSON.stringify(said(nobody)), /identity/);
    refused(
      await arm.call('PUT', 'onlineEndpoints/9lives', endpointBody()),
      400,
      'UserError',
      /'9lives' is not a valid/,
    );
    refused(
      await arm.call('PUT', 'onlineEndpoints/extra', endpointBody({ trafic: {} })),
      400,
      'UserError',
      /'trafic' on object of type 'Properties'/,
    );
    refused(
      await arm.call('PUT', 'onlineEndpoints/none/deployments/blue', deploymentBody(code)),
      404,
      'UserError',
      /'none' does not exist in the workspace/,
    );
    await putOnline(sandbox, arm, 'onlineEndpoints/strict', endpointBody());
    const tries: [object, RegExp][] = [
      [{ model: 'azureml:none:1' }, /model 'azureml:none:1' does not exist/],
      [{ environmentId: 'azureml:none:1' }, /environment 'azureml:none:1' does not exist/],
      [{ codeConfiguration: { codeId: `${arm.workspace}/codes/none/versions/1`, scoringScript: 'a.py' } }, /code '/],
      [{ requestSettings: { requestTimeout: '5s' } }, /'5s'.*ISO 8601/],
      [{ endpointComputeType: 'Serverless' }, /'Serverless'.*Managed, Kubernetes/],
      [{ instanceCount: 3 }, /'instanceCount'/],
    ];
    for (const [properties, words] of tries)
      refused(
        await arm.call('PUT', 'onlineEndpoints/strict/deployments/blue', deploymentBody(code, properties)),
        400,
        'UserError',
        words,
      );
  });

  it('share their names with batch endpoints', async () => {
    const batch = { location: 'eastus', properties: { authMode: 'AADToken' } };
    assert.equal((await arm.call('PUT', 'batchEndpoints/shared', batch)).status, 201);
    refused(
      await arm.call('PUT', 'onlineEndpoints/shared', endpointBody()),
      400,
      'UserError',
      /^An endpoint with this name already exists\./m,
    );
    await putOnline(sandbox, arm, 'onlineEndpoints/mine', endpointBody());
    refused(await arm.call('PUT', 'batchEndpoints/mine', batch), 400, 'UserError', /already exists/);
  });

  it('have the identities that they are given', async () => {
    const id = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mine';
    const identity = { type: 'UserAssigned', userAssignedIdentities: { [id]: {} } };
    await putOnline(sandbox, arm, 'onlineEndpoints/identity', { ...endpointBody(), identity });
    const read = (await arm.call('GET', 'onlineEndpoints/identity')).body.identity;
    assert.deepEqual(Object.keys(read), ['type', 'userAssignedIdentities']);
    assert.deepEqual(Object.keys(read.userAssignedIdentities[id]), ['principalId', 'clientId']);
    await putOnline(sandbox, arm, 'onlineEndpoints/identity', endpointBody());
    const own = async () => (await arm.call('GET', 'onlineEndpoints/identity')).body.identity;
    const { principalId } = await own();
    assert.match(principalId, /^[\da-f-]{36}$/);
    await putOnline(sandbox, arm, 'onlineEndpoints/identity', endpointBody({ description: 'changed' }));
    assert.equal((await own()).principalId, principalId);
  });

  it('know only the members of the api-version', async () => {
    await withDeployment('versions', 'blue');
    const path = 'onlineEndpoints/versions/deployments/blue?api-version=';
    const read = async (version: string) =>
      Object.keys(
        (await send(sandbox, `${sandbox.azuremlUrl}${arm.workspace}/${path}${version}`, { headers: bearer })).body
          .properties,
      );
    const bearer = { Authorization: `Bearer ${arm.token}` };
    assert.ok(!(await read('2024-04-01')).includes('startupProbe'));
    assert.ok((await read('2024-04-01')).includes('dataCollector'));
    assert.ok(!(await read('2022-10-01')).includes('dataCollector'));
    assert.ok((await read('2024-10-01')).includes('startupProbe'));
    const body = deploymentBody(code, { startupProbe: { period: 'PT1S' } });
    const put = { method: 'PUT', headers: bearer, body };
    const answer = await send(sandbox, `${sandbox.azuremlUrl}${arm.workspace}/${path}2024-04-01`, put);
    refused(answer, 400, 'UserError', /'startupProbe'/);
  });
});
