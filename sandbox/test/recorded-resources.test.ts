/** Computes, datastores, connections, schedules and endpoints answer as recordings of the real service do. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { send, trueCommand, useSandbox } from './http.ts';

describe('resources of a workspace, as the service answers them', () => {
  const { sandbox, arm } = useSandbox();
  const call: typeof arm.callIn = (...request) => arm.callIn(...request);
  const put = (path: string, version: string, body: object) =>
    send(sandbox, `${sandbox.azuremlUrl}${arm.workspace}/${path}?api-version=${version}`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${arm.token}` },
      body,
    });
  /** Follows an operation to its end; answers its last status. */
  const ended = async (url: unknown): Promise<any> => {
    for (;;) {
      const { body } = await send(sandbox, String(url), { headers: { Authorization: `Bearer ${arm.token}` } });
      if (/^(Succeeded|Failed)$/.test(body.status)) return body;
      await wait(50);
    }
  };

  describe('computes', () => {
    const version = '2023-08-01-preview';
    const cluster = {
      location: 'westeurope',
      properties: {
        computeType: 'AmlCompute',
        properties: {
          vmSize: 'Standard_D2_v3',
          userAccountCredentials: { adminUserName: 'me', adminUserPassword: 'secret' },
        },
      },
    };

    it('are made and changed by an operation: 201 without location, and nothing of the nodes yet', async () => {
      const first = await put('computes/nodes', version, cluster);
      assert.deepEqual([first.status, first.headers.location], [201, undefined]);
      const { tags, properties } = first.body;
      assert.deepEqual([tags, properties.provisioningState, properties.provisioningWarnings], [null, 'Creating', null]);
      const { vmSize, currentNodeCount, allocationState } = properties.properties;
      assert.deepEqual([vmSize, currentNodeCount, allocationState], ['STANDARD_D2_V3', null, null]);
      assert.ok(!('computeLocation' in properties || 'userAccountCredentials' in properties.properties));
      assert.deepEqual(await ended(first.headers['azure-asyncoperation']), {
        status: 'Succeeded',
        percentComplete: 100,
      });
      const read = (await call('GET', 'computes/nodes', version)).body;
      assert.equal(read.properties.provisioningState, 'Succeeded');
      assert.deepEqual(read.properties.properties.userAccountCredentials, {
        adminUserName: 'me',
        adminUserPassword: null,
      });
      const second = await put('computes/nodes', version, cluster);
      assert.equal(second.status, 201);
      assert.deepEqual([second.body.tags, second.body.properties.computeLocation], [{}, 'westeurope']);
    });

    it('are deleted by an operation: 202 without a body and without location', async () => {
      await put('computes/gone', version, cluster);
      const { status, body, headers } = await call('DELETE', 'computes/gone', version);
      assert.deepEqual([status, body, headers.location], [202, '', undefined]);
      assert.match(String(headers['azure-asyncoperation']), /computeOperationsStatus/);
      assert.equal((await call('GET', 'computes/gone', version)).status, 404);
    });

    it('shows what belongs to a compute instance, and nothing of a cluster', async () => {
      const properties = { computeType: 'ComputeInstance', properties: { vmSize: 'Standard_D2_v3' } };
      await put('computes/own', version, { location: 'westeurope', properties });
      const inner = (await call('GET', 'computes/own', version)).body.properties.properties;
      assert.deepEqual([inner.state, inner.errors, inner.sshSettings.sshPublicAccess], ['Running', [], 'Disabled']);
      assert.ok(!('scaleSettings' in inner || 'currentNodeCount' in inner));
    });
  });

  it('gives a SAS of file shares and of other accounts, too, and says that there are no secrets', async () => {
    const version = '2024-07-01-preview';
    const share = {
      datastoreType: 'AzureFile',
      accountName: 'elsewhere',
      fileShareName: 'files',
      credentials: { credentialsType: 'AccountKey', secrets: { secretsType: 'AccountKey', key: 'c2VjcmV0' } },
    };
    await call('PUT', 'datastores/files', version, share);
    const { properties } = (await call('GET', 'datastores/files', version)).body;
    assert.deepEqual([properties.endpoint, properties.protocol], ['core.windows.net', 'https']);
    const secrets = (name: string, body: object) =>
      send(sandbox, `${sandbox.azuremlUrl}${arm.workspace}/datastores/${name}/listSecrets?api-version=${version}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${arm.token}` },
        body,
      });
    const sas = (await secrets('files', { expirableSecret: true })).body;
    assert.match(sas.sasToken, /^\?sv=.*&sig=/);
    assert.equal((await secrets('files', {})).body.key, 'c2VjcmV0');
    await call('PUT', 'datastores/open', version, { ...share, credentials: { credentialsType: 'None' } });
    const none = await secrets('open', { expirableSecret: true });
    assert.equal(none.body.error.message, 'No secrets for credentials of type None.');
    assert.ok(!none.body.error.additionalInfo.some(({ type }: any) => type === 'InnerError'));
  });

  it('has the four datastores of every workspace, which nobody made', async () => {
    const { value } = (await call('GET', 'datastores', '2024-04-01')).body;
    const own = value.filter(({ name }: any) => name.startsWith('workspace'));
    assert.deepEqual(own.map(({ name, properties }: any) => [name, properties.datastoreType]).sort(), [
      ['workspaceartifactstore', 'AzureBlob'],
      ['workspaceblobstore', 'AzureBlob'],
      ['workspacefilestore', 'AzureFile'],
      ['workspaceworkingdirectory', 'AzureFile'],
    ]);
    assert.ok(own.every(({ systemData }: any) => !('createdBy' in systemData) && systemData.lastModifiedBy));
  });

  it('shows of connections what the api-version has, and no credentials', async () => {
    const credentials = { key: 'secret' };
    const properties = { authType: 'ApiKey', category: 'ContainerRegistry', target: 'images', credentials };
    const older = await call('PUT', 'connections/images', '2022-05-01', properties);
    assert.deepEqual(older.body.properties, {
      authType: 'ApiKey',
      category: 'ContainerRegistry',
      target: 'images',
      metadata: null,
    });
    assert.equal(older.body.systemData, null);
    const { body } = await call('GET', 'connections/images', '2024-04-01');
    const { group, peStatus, createdByWorkspaceArmId } = body.properties;
    assert.deepEqual([group, peStatus, createdByWorkspaceArmId], ['Azure', 'NotApplicable', arm.workspace]);
    assert.ok(!('credentials' in body.properties) && body.systemData.createdAt);
  });

  it('fills in services and queue of a scheduled command only when the schedule is read', async () => {
    const version = '2023-06-01-preview';
    const trigger = { triggerType: 'Cron', expression: '0 3 * * *' };
    const schedule = (jobDefinition: object) => ({ trigger, action: { actionType: 'CreateJob', jobDefinition } });
    const made = await call('PUT', 'schedules/early', version, schedule({ ...trueCommand, experimentName: 'early' }));
    const shown = ({ properties }: any) => {
      const { services, queueSettings, parameters, identity } = properties.action.jobDefinition;
      return [services, queueSettings, parameters, identity];
    };
    assert.deepEqual(shown(made.body), [null, null, null, null]);
    const read = (await call('GET', 'schedules/early', version)).body;
    assert.deepEqual(shown(read), [{}, { jobTier: 'Null', priority: null }, null, null]);
  });

  it('begins a batch endpoint without an address, and notes the api-version of its creation', async () => {
    const body = { location: 'eastus', properties: { authMode: 'aadToken' } };
    const made = await put('batchEndpoints/nightly', '2023-10-01', body);
    assert.equal(made.body.properties.scoringUri, null);
    await ended(made.headers['azure-asyncoperation']);
    const { id, properties } = (await call('GET', 'batchEndpoints/nightly', '2024-04-01')).body;
    assert.match(properties.scoringUri, /\/nightly\/jobs$/);
    assert.deepEqual(properties.properties, {
      BatchEndpointCreationApiVersion: '2023-10-01',
      'azureml.onlineendpointid': id,
    });
  });

  it('begins an online endpoint with its place and identity in older api-versions only', async () => {
    const body = { location: 'eastus', identity: { type: 'SystemAssigned' }, properties: { authMode: 'Key' } };
    const older = (await put('onlineEndpoints/older-one', '2022-02-01-preview', body)).body;
    assert.deepEqual([older.location, older.identity.type], ['eastus', 'SystemAssigned']);
    const newer = (await put('onlineEndpoints/newer-one', '2024-04-01', body)).body;
    assert.ok(!('location' in newer) && !('identity' in newer));
  });

  it('leaves null what data was not given, and has a time for next versions in lists', async () => {
    const version = '2024-04-01';
    const { body } = await call('PUT', 'data/bare/versions/1', version, {
      dataType: 'uri_file',
      dataUri: 'https://x/a',
    });
    assert.deepEqual([body.properties.tags, body.properties.properties], [null, null]);
    const listed = (await call('GET', 'data', version)).body.value.find(({ name }: any) => name === 'bare');
    assert.match(listed.properties.nextVersion, /^\d{4}-/);
    assert.equal((await call('GET', 'data/bare', version)).body.properties.nextVersion, '2');
  });

  it('names people in the list of components, not in the container alone', async () => {
    const componentSpec = { type: 'command', command: 'true', environment: 'azureml:AzureML-sklearn-1.5:1' };
    await call('PUT', 'components/known/versions/1', '2024-04-01', { componentSpec });
    const alone = (await call('GET', 'components/known', '2024-04-01')).body;
    assert.deepEqual(Object.keys(alone.systemData), ['createdAt', 'lastModifiedAt']);
    const [listed] = (await call('GET', 'components', '2024-04-01')).body.value;
    assert.ok(listed.systemData.createdBy);
  });

  it('says in the words of its kind which version is not there', async () => {
    const { status, body } = await call('GET', 'models/none/versions/3', '2024-04-01');
    const [detail] = body.error.details;
    assert.deepEqual([status, detail.code], [404, 'NoSuchModelRegistered']);
    assert.match(detail.message, /with id none:3$/);
    const data = (await call('GET', 'data/none/versions/3', '2024-04-01')).body.error;
    assert.equal(data.message, 'Data version none:3 (dataContainerName:version) not found.');
    const { info } = data.additionalInfo.find(({ type }: any) => type === 'InnerError');
    assert.deepEqual(info.value, { code: 'NotFoundError', innerError: null });
  });

  it('has members of inputs and outputs of jobs from their api-versions on', async () => {
    const outputs = { made: { jobOutputType: 'uri_folder', pathOnCompute: '/tmp/made' } };
    const job = { ...trueCommand, experimentName: 'members', outputs };
    assert.equal((await call('PUT', 'jobs/members-2023', '2023-04-01-preview', job)).status, 400);
    const made = await call('PUT', 'jobs/members-2024', '2024-01-01-preview', job);
    assert.equal(made.body.properties.outputs.made.pathOnCompute, '/tmp/made');
    const older = (await call('GET', 'jobs/members-2024', '2023-04-01-preview')).body.properties.outputs.made;
    assert.ok(!('pathOnCompute' in older) && 'assetVersion' in older && 'autoDeleteSetting' in older);
  });
});
