/** Microsoft's JavaScript client, @azure/arm-machinelearning, judges the resource provider of the sandbox. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { armClient } from '../../sandbox/test/http.ts';
import { deploymentBody, putCode, score, scriptOf } from '../../sandbox/test/online-workspace.ts';

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
const quickly = { updateIntervalInMs: 100 };
const status = (code: number) => (error: { statusCode?: number }) => error.statusCode === code;

describe('@azure/arm-machinelearning against the sandbox', function () {
  this.timeout(120_000);
  let sandbox: Sandbox;
  let agent: Agent;
  let client: AzureMachineLearningWorkspaces;
  let scope: [group: string, workspace: string];

  before(async () => {
    sandbox = await startSandbox();
    agent = new Agent({ ca: readFileSync(sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!) });
    const inner = createDefaultHttpClient();
    // The process that runs the sandbox can't have its CA in NODE_EXTRA_CA_CERTS, which is read at the start.
    const httpClient: HttpClient = {
      sendRequest(request) {
        request.agent = agent;
        return inner.sendRequest(request);
      },
    };
    const { AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET, AZURE_AUTHORITY_HOST } = sandbox.environment;
    const credential = new ClientSecretCredential(AZURE_TENANT_ID!, AZURE_CLIENT_ID!, AZURE_CLIENT_SECRET!, {
      authorityHost: AZURE_AUTHORITY_HOST!,
      disableInstanceDiscovery: true,
      httpClient,
    });
    client = new AzureMachineLearningWorkspaces(credential, sandbox.settings.subscriptionId, {
      endpoint: sandbox.azuremlUrl,
      $host: sandbox.azuremlUrl,
      credentialScopes: `${sandbox.azuremlUrl}/.default`,
      httpClient,
    });
    scope = [sandbox.settings.resourceGroup, sandbox.settings.workspaceName];
  });
  after(async () => {
    agent?.destroy();
    await sandbox?.stop();
  });

  const submit = (name: string, command: string) =>
    client.jobs.createOrUpdate(...scope, name, {
      properties: {
        jobType: 'Command',
        command,
        environmentId: 'azureml:AzureML-sklearn-1.5@latest',
        computeId: 'cpu-cluster',
        experimentName: 'from-javascript',
      } as never,
    });

  it('reads workspaces', async () => {
    const workspace = await client.workspaces.get(...scope);
    assert.equal(workspace.workspaceId, sandbox.settings.workspaceId);
    assert.match(workspace.mlFlowTrackingUri ?? '', /^azureml:\/\//);
    const listed = await all(client.workspaces.listByResourceGroup(scope[0]));
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['sandbox-ws'],
    );
    assert.deepEqual((await all(client.workspaces.listBySubscription())).map(({ name }) => name).sort(), [
      'sandbox-prod-ws',
      'sandbox-ws',
    ]);
    await assert.rejects(client.workspaces.get(scope[0], 'other'), status(404));
  });

  it('submits, lists, reads, cancels and deletes jobs', async () => {
    const made = await submit('js-sleeps', 'sleep 100');
    assert.equal(made.properties.jobType, 'Command');
    assert.equal((await client.jobs.get(...scope, 'js-sleeps')).name, 'js-sleeps');
    assert.deepEqual(
      (await all(client.jobs.list(...scope))).map(({ name }) => name),
      ['js-sleeps'],
    );
    assert.deepEqual(await all(client.jobs.list(...scope, { jobType: 'Pipeline' })), []);
    await client.jobs.beginCancelAndWait(...scope, 'js-sleeps', { updateIntervalInMs: 200 });
    assert.equal((await client.jobs.get(...scope, 'js-sleeps')).properties.status, 'Canceled');
    // The service takes the cancellation of a job that has ended, and does nothing.
    await client.jobs.beginCancelAndWait(...scope, 'js-sleeps', { updateIntervalInMs: 200 });
    await client.jobs.beginDeleteAndWait(...scope, 'js-sleeps', { updateIntervalInMs: 200 });
    await assert.rejects(client.jobs.get(...scope, 'js-sleeps'), status(404));
  });

  it('pages through more versions than one page holds', async () => {
    for (let version = 1; version <= 103; version++) {
      const body = { properties: { image: 'python' } };
      await client.environmentVersions.createOrUpdate(...scope, 'many', String(version), body);
    }
    const listed = await all(client.environmentVersions.list(...scope, 'many'));
    assert.equal(listed.length, 103);
    assert.equal(new Set(listed.map(({ name }) => name)).size, 103);
    const newest = client.environmentVersions.list(...scope, 'many', { top: 1, orderBy: 'createdtime desc' });
    assert.deepEqual(
      (await all(newest)).map(({ name }) => name),
      ['103'],
    );
    assert.equal((await client.environmentContainers.get(...scope, 'many')).properties.nextVersion, '104');
  });

  it('creates, changes, archives and deletes assets', async () => {
    const uri = 'azureml://datastores/workspaceblobstore/paths/somewhere/';
    const data = await client.dataVersions.createOrUpdate(...scope, 'rows', '1', {
      properties: { dataType: 'uri_folder', dataUri: uri, tags: { a: 'b' } },
    });
    assert.match(
      data.properties.dataUri,
      /\/workspaces\/sandbox-ws\/datastores\/workspaceblobstore\/paths\/somewhere\/$/,
    );
    assert.equal((await all(client.dataVersions.list(...scope, 'rows', { tags: 'a=b' }))).length, 1);
    assert.equal((await all(client.dataVersions.list(...scope, 'rows', { tags: 'a=c' }))).length, 0);
    await assert.rejects(
      client.dataVersions.createOrUpdate(...scope, 'rows', '1', {
        properties: { dataType: 'uri_folder', dataUri: `${uri}else/` },
      }),
      status(400),
    );
    const component = { type: 'command', command: 'echo', environment: 'azureml:AzureML-sklearn-1.5@latest' };
    await client.componentVersions.createOrUpdate(...scope, 'echo', '1', { properties: { componentSpec: component } });
    assert.equal((await client.componentVersions.get(...scope, 'echo', '1')).properties.componentSpec?.command, 'echo');
    await client.componentContainers.createOrUpdate(...scope, 'echo', { properties: { isArchived: true } });
    assert.deepEqual(await all(client.componentContainers.list(...scope)), []);
    assert.equal((await all(client.componentContainers.list(...scope, { listViewType: 'ArchivedOnly' }))).length, 1);
    await assert.rejects(
      client.modelVersions.createOrUpdate(...scope, 'none', '1', { properties: { modelUri: `${uri}no-such-model` } }),
      status(400),
    );
    await assert.rejects(client.codeVersions.get(...scope, 'none', '1'), status(404));
    await client.dataVersions.delete(...scope, 'rows', '1');
    await assert.rejects(client.dataVersions.get(...scope, 'rows', '1'), status(404));
  });

  it('reads datastores with their secrets, and computes', async () => {
    const [store] = await all(client.datastores.list(...scope, { isDefault: true }));
    assert.equal(store?.name, 'workspaceblobstore');
    const secrets = await client.datastores.listSecrets(...scope, 'workspaceblobstore');
    assert.equal(secrets.secretsType, 'AccountKey');
    const computes = await all(client.computeOperations.list(...scope));
    assert.deepEqual(computes.map(({ name }) => name).sort(), ['cpu-cluster', 'gpu-cluster']);
    assert.equal((await client.computeOperations.get(...scope, 'cpu-cluster')).properties?.computeType, 'AmlCompute');
  });

  it('creates and changes computes and schedules; asks for what a workspace may have and this one has not', async () => {
    const size = { vmSize: 'STANDARD_DS3_V2', scaleSettings: { maxNodeCount: 1 } };
    const cluster = { location: 'eastus', properties: { computeType: 'AmlCompute' as const, properties: size } };
    await client.computeOperations.beginCreateOrUpdateAndWait(...scope, 'js-cluster', cluster);
    const changed = await client.computeOperations.beginUpdateAndWait(...scope, 'js-cluster', {
      properties: { scaleSettings: { maxNodeCount: 4 } },
    });
    const { properties } = changed.properties as {
      properties?: { vmSize?: string; scaleSettings?: { maxNodeCount: number } };
    };
    assert.equal(properties?.scaleSettings?.maxNodeCount, 4);
    assert.equal(properties?.vmSize, 'STANDARD_DS3_V2');
    await client.computeOperations.beginDeleteAndWait(...scope, 'js-cluster', 'Delete');

    const jobDefinition = { jobType: 'Command', command: 'true', environmentId: 'azureml:AzureML-sklearn-1.5@latest' };
    await client.schedules.beginCreateOrUpdateAndWait(...scope, 'js-nightly', {
      properties: {
        action: { actionType: 'CreateJob', jobDefinition: jobDefinition as never },
        trigger: { triggerType: 'Cron', expression: '0 1 * * *' },
      },
    });
    assert.ok((await all(client.schedules.list(...scope))).some(({ name }) => name === 'js-nightly'));
    await client.schedules.beginDeleteAndWait(...scope, 'js-nightly');
    await assert.rejects(client.schedules.get(...scope, 'js-nightly'), status(404));

    assert.deepEqual(await all(client.operations.list()), []);
    assert.deepEqual(await all(client.quotas.list('eastus')), []);
    assert.deepEqual(await all(client.workspaceFeatures.list(...scope)), []);
    await assert.rejects(client.onlineEndpoints.get(...scope, 'none'), status(404));
    await assert.rejects(client.onlineDeployments.get(...scope, 'none', 'none'), status(404));
    await assert.rejects(client.privateEndpointConnections.get(...scope, 'none'), status(404));
    await assert.rejects(client.workspaces.beginDeleteAndWait(...scope), status(409));
  });

  it('reads, changes, deletes and opens online endpoints', async () => {
    const endpoint = { location: 'eastus', identity: { type: 'SystemAssigned' }, properties: { authMode: 'Key' } };
    const made = await client.onlineEndpoints.beginCreateOrUpdateAndWait(...scope, 'js-online', endpoint, quickly);
    assert.equal(made.properties.provisioningState, 'Succeeded');
    assert.match(made.properties.scoringUri ?? '', /^https:\/\/js-online\.eastus\.inference\..*\/score$/);
    const arm = await armClient(sandbox);
    const codeId = await putCode(sandbox, arm, scriptOf('javascript'));
    const deployment = deploymentBody(codeId) as never;
    const put = client.onlineDeployments.beginCreateOrUpdateAndWait(...scope, 'js-online', 'blue', deployment, quickly);
    assert.equal((await put).properties.provisioningState, 'Succeeded');
    assert.deepEqual(
      (await all(client.onlineDeployments.list(...scope, 'js-online'))).map(({ name }) => name),
      ['blue'],
    );
    const read = await client.onlineDeployments.get(...scope, 'js-online', 'blue');
    assert.equal(read.sku?.capacity, 1);
    const skus = await all(client.onlineDeployments.listSkus(...scope, 'js-online', 'blue'));
    assert.equal(skus[0]?.sku?.name, 'Default');
    const bigger = { sku: { name: 'Default', capacity: 2 }, tags: { a: 'b' } };
    await client.onlineDeployments.beginUpdateAndWait(...scope, 'js-online', 'blue', bigger, quickly);
    assert.equal((await client.onlineDeployments.get(...scope, 'js-online', 'blue')).sku?.capacity, 2);
    const { content } = await client.onlineDeployments.getLogs(...scope, 'js-online', 'blue', { tail: 50 });
    assert.match(content ?? '', /init of javascript/);

    const { primaryKey } = await client.onlineEndpoints.listKeys(...scope, 'js-online');
    const scored = await score(sandbox, made.properties.scoringUri!, { key: primaryKey!, deployment: 'blue' });
    assert.equal(scored.body.from, 'javascript');
    await client.onlineEndpoints.beginRegenerateKeysAndWait(...scope, 'js-online', { keyType: 'Primary' }, quickly);
    assert.notEqual((await client.onlineEndpoints.listKeys(...scope, 'js-online')).primaryKey, primaryKey);
    await assert.rejects(client.onlineEndpoints.getToken(...scope, 'js-online'), status(400));
    const byToken = { ...endpoint, properties: { authMode: 'AMLToken' } };
    await client.onlineEndpoints.beginCreateOrUpdateAndWait(...scope, 'js-token', byToken, quickly);
    const token = await client.onlineEndpoints.getToken(...scope, 'js-token');
    assert.equal(typeof token.expiryTimeUtc, 'number');

    const broken = deploymentBody(await putCode(sandbox, arm, 'raise RuntimeError("no")\n')) as never;
    await assert.rejects(
      client.onlineDeployments.beginCreateOrUpdateAndWait(...scope, 'js-online', 'red', broken, quickly),
      /ResourceNotReady|failed/i,
    );
    await client.onlineDeployments.beginDeleteAndWait(...scope, 'js-online', 'blue', quickly);
    await assert.rejects(client.onlineDeployments.get(...scope, 'js-online', 'blue'), status(404));
    await client.onlineEndpoints.beginDeleteAndWait(...scope, 'js-online', quickly);
    assert.deepEqual(
      (await all(client.onlineEndpoints.list(...scope))).map(({ name }) => name),
      ['js-token'],
    );
  });
});
