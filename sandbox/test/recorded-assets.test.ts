/** Assets, datastores and registries answer as recordings of the real service do. */
import assert from 'node:assert/strict';
import { send, useSandbox } from './http.ts';

describe('assets, as the service answers them', () => {
  const { sandbox, arm } = useSandbox();

  const at = (path: string, version: string) => `${arm.workspace}/${path}?api-version=${version}`;
  const call: typeof arm.callIn = (...request) => arm.callIn(...request);
  const dataPlane = (method: string, url: string, body?: unknown) =>
    send(sandbox, url, { method, headers: { Authorization: `Bearer ${arm.mlToken}` }, ...(body ? { body } : {}) });
  const component = { type: 'command', command: 'true', environment: 'azureml:AzureML-sklearn-1.5:1' };

  it('answers a new version 201 with the address of the request, a repeated one by its kind', async () => {
    const image = { image: 'mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04' };
    const data = { dataType: 'uri_folder', dataUri: 'azureml://datastores/workspaceblobstore/paths/d' };
    const statuses: unknown[] = [];
    for (const [path, properties] of [
      ['environments/e/versions/1', image],
      ['components/c/versions/1', { componentSpec: component }],
      ['data/d/versions/1', data],
    ] as const) {
      const first = await call('PUT', path, '2024-04-01', properties);
      assert.equal(first.headers.location, `${sandbox.azuremlUrl}${at(path, '2024-04-01')}`);
      const second = await call('PUT', path, '2024-04-01', properties);
      statuses.push([path.split('/')[0], first.status, second.status]);
    }
    assert.deepEqual(statuses, [
      ['environments', 201, 201],
      ['components', 201, 200],
      ['data', 201, 200],
    ]);
  });

  it('normalises the specification of a component', async () => {
    const spec = {
      ...component,
      _source: 'YAML.COMPONENT',
      is_deterministic: true,
      inputs: { rate: { type: 'number', optional: true, default: 0.5 }, rows: { type: 'uri_folder' } },
    };
    const { body } = await call('PUT', 'components/n/versions/7', '2024-01-01-preview', { componentSpec: spec });
    assert.deepEqual(body.properties.componentSpec, {
      type: 'command',
      command: 'true',
      environment: 'azureml://registries/azureml/environments/AzureML-sklearn-1.5/versions/1',
      name: 'n',
      version: '7',
      is_deterministic: 'True',
      inputs: {
        rows: { type: 'uri_folder', optional: 'False' },
        rate: { type: 'number', optional: 'True', default: '0.5' },
      },
      resources: { instance_count: '1' },
    });
    assert.deepEqual([body.properties.stage, body.properties.autoDeleteSetting], ['Development', null]);
    const changed = { componentSpec: { ...spec, command: 'false' } };
    const refused = await call('PUT', 'components/n/versions/7', '2024-01-01-preview', changed);
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.message, /since field "command" is immutable, try specifying a new version\.$/);
  });

  it('names the next version by kind: a number, or a time for components, which have no latest', async () => {
    const next = async (path: string) => {
      const { latestVersion, nextVersion } = (await call('GET', path, '2024-04-01')).body.properties;
      return [latestVersion, nextVersion];
    };
    await call('PUT', 'data/any/versions/foobar', '2023-04-01-preview', {
      dataType: 'uri_file',
      dataUri: 'https://x/a',
    });
    assert.deepEqual(await next('data/any'), ['foobar', '1']);
    const [latest, time] = await next('components/c');
    assert.equal(latest, null);
    assert.match(time, /^\d{4}(-\d\d){5}-\d{7}$/);
  });

  it('takes whole numbers above 0 as versions of a model', async () => {
    for (const version of ['1.2.0', '0', 'one'])
      assert.equal(
        (await call('PUT', `models/m/versions/${version}`, '2024-04-01', { modelUri: 'https://x/y' })).status,
        400,
      );
    const made = await call('PUT', 'models/m/versions/2', '2024-04-01', { modelUri: 'https://x/y' });
    assert.deepEqual(
      [made.status, made.body.properties.stage, made.body.properties.jobName],
      [201, 'Development', null],
    );
  });

  it('says what is missing in the words of its kind', async () => {
    const { status, headers, body } = await call('GET', 'components/none', '2024-04-01');
    assert.deepEqual([status, headers['x-ms-response-type'], body.error.code], [404, 'error', 'UserError']);
    assert.equal(body.error.message, 'Not found component none.');
    assert.equal('target' in body.error, false);
    const inner = body.error.additionalInfo.find(({ type }: any) => type === 'InnerError').info.value;
    assert.deepEqual(inner, { code: 'NotFound', innerError: { code: 'ComponentNotFound', innerError: null } });
    const model = (await call('GET', 'models/none/versions', '2024-04-01')).body.error;
    assert.equal(model.details[0].code, 'ModelNotFound');
    assert.ok(!model.additionalInfo.some(({ type }: any) => type === 'InnerError'));
  });

  it('keeps a conda file as JSON, and shows members by api-version', async () => {
    const conda = { image: 'a', condaFile: 'name: e\ndependencies: [python=3.10]\n', isAnonymous: true };
    const { properties } = (await call('PUT', 'environments/a/versions/1', '2023-04-01-preview', conda)).body;
    assert.deepEqual(JSON.parse(properties.condaFile), { name: 'e', dependencies: ['python=3.10'] });
    assert.deepEqual([properties.stage, properties.properties], ['Logged', { 'azureml.labels': '' }]);
    const older = (await call('GET', 'environments/a/versions/1', '2022-05-01')).body.properties;
    assert.ok(!('provisioningState' in older) && !('autoDeleteSetting' in older));
  });

  it('pages lists of 50 by $skipToken with all filters', async () => {
    for (let index = 0; index < 51; index++)
      await call('PUT', `data/many-${index}/versions/1`, '2024-04-01', {
        dataType: 'uri_file',
        dataUri: 'https://x/a',
      });
    const { body } = await call('GET', 'data', '2024-04-01&listViewType=All');
    assert.equal(body.value.length, 50);
    assert.match(body.nextLink, /listViewType=All&\$skipToken=[\w-]+$/);
    const names = new Set(body.value.map(({ name }: any) => name));
    const rest = (await dataPlane('GET', body.nextLink)).body;
    assert.ok(rest.value.length > 0 && !rest.value.some(({ name }: any) => names.has(name)));
    assert.equal('nextLink' in rest, false);
  });

  it('lets lists lag behind on request, while the container knows the newest version', async () => {
    sandbox.faults.add({ match: '^GET .*/data/late/versions', kind: 'lag', lagSeconds: 60 });
    await call('PUT', 'data/late/versions/1', '2024-04-01', { dataType: 'uri_file', dataUri: 'https://x/a' });
    assert.deepEqual((await call('GET', 'data/late/versions', '2024-04-01')).body.value, []);
    assert.equal((await call('GET', 'data/late', '2024-04-01')).body.properties.latestVersion, '1');
    assert.equal((await call('GET', 'data/late/versions', '2024-04-01')).body.value.length, 1);
  });

  it('gives a SAS that expires instead of the key when it is asked for one', async () => {
    const secrets = (body: object) => arm.call('POST', 'datastores/workspaceblobstore/listSecrets', body);
    const { body } = await secrets({ expirableSecret: true, expireAfterHours: 1 });
    assert.equal(body.secretsType, 'Sas');
    assert.match(body.sasToken, /^\?sv=/);
    assert.equal((await secrets({})).body.secretsType, 'AccountKey');
    const { properties } = (await arm.call('GET', 'datastores/workspaceartifactstore')).body;
    assert.deepEqual([properties.tags, properties.properties, properties.subscriptionId], [null, null, null]);
  });

  it('answers a compute that is not there without a body', async () => {
    const { status, body } = await arm.call('GET', 'computes/none');
    assert.deepEqual([status, body], [404, '']);
  });

  describe('the registry', () => {
    const registryUrl = (path: string) =>
      `${sandbox.azuremlUrl}/mferp/managementfrontend/subscriptions/${sandbox.settings.subscriptionId}/resourceGroups/${sandbox.settings.resourceGroup}/providers/Microsoft.MachineLearningServices/registries/azureml/${path}?api-version=2021-10-01-dataplanepreview`;

    it('answers 403 for one that may not be used, or is not there', async () => {
      const url = `${sandbox.azuremlUrl}/registrymanagement/v1.0/registries/other/discovery`;
      const { status, body } = await dataPlane('GET', url);
      assert.deepEqual([status, body.statusCode, body.componentName], [403, 403, 'feedmanagement']);
      assert.equal(body.error.message, 'User/tenant/subscription is not allowed to access registry other');
      assert.equal(body.error.innerError.innerError.innerError.code, 'UnAuthorizedRegistryAccess');
    });

    it('makes a version by an operation on another host', async () => {
      const path = 'models/shared/versions/3';
      const { status, headers, body } = await dataPlane('PUT', registryUrl(path), {
        properties: { modelUri: 'https://x/y' },
      });
      assert.deepEqual([status, body, headers['retry-after']], [202, null, undefined]);
      const location = String(headers.location);
      assert.notEqual(new URL(location).origin, sandbox.azuremlUrl);
      let poll = await dataPlane('GET', location);
      assert.deepEqual([poll.status, poll.body], [202, '']);
      while (poll.status === 202) poll = await dataPlane('GET', location);
      assert.deepEqual(poll.body, { assetId: `azureml://registries/azureml/${path}` });
      const version = (await dataPlane('GET', registryUrl(path))).body;
      // Of a model the name is the model's, not the version's.
      assert.deepEqual(
        [version.name, version.type, version.id],
        ['shared', 'models', `azureml://registries/azureml/${path}`],
      );
      assert.ok(!('provisioningState' in version.properties));
    });
  });
});
