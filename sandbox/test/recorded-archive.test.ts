/** Versions and containers that are changed, archived and restored, as recordings of the real service show it. */
import assert from 'node:assert/strict';
import { useSandbox } from './http.ts';

describe('versions that are changed and archived, as the service answers them', () => {
  const { arm } = useSandbox();
  const call: typeof arm.callIn = (...request) => arm.callIn(...request);

  const kinds = {
    models: { version: '2023-08-01-preview', properties: { modelUri: 'https://x/y' } },
    components: {
      version: '2024-01-01-preview',
      properties: { componentSpec: { type: 'command', command: 'true', environment: 'azureml:AzureML-sklearn-1.5:1' } },
    },
    data: { version: '2023-04-01-preview', properties: { dataType: 'uri_file', dataUri: 'https://x/a.csv' } },
  };

  for (const [kind, { version, properties }] of Object.entries(kinds)) {
    it(`archives and restores one of ${kind}: 200, hidden from lists of active ones`, async () => {
      const path = `${kind}/kept/versions/1`;
      const write = (isArchived: boolean) => call('PUT', path, version, { ...properties, isArchived });
      const active = async () =>
        (await call('GET', `${kind}/kept/versions`, `${version}&listViewType=ActiveOnly`)).body.value.length;
      assert.equal((await write(false)).status, 201);
      assert.equal(await active(), 1);
      const archived = await write(true);
      assert.deepEqual([archived.status, archived.headers.location], [200, undefined]);
      const stage = kind === 'data' ? null : 'Archived';
      assert.deepEqual([archived.body.properties.isArchived, archived.body.properties.stage], [true, stage]);
      assert.equal(await active(), 0);
      // A client may put back the stage that it has read.
      const restored = await call('PUT', path, version, { ...properties, isArchived: false, stage: 'Archived' });
      assert.equal(restored.body.properties.isArchived, false);
      if (kind !== 'data') assert.equal(restored.body.properties.stage, 'Development');
      assert.equal(await active(), 1);
    });
  }

  it('keeps the stage Archived of a model that is not archived', async () => {
    const { version, properties } = kinds.models;
    await call('PUT', 'models/retired/versions/1', version, properties);
    for (const tags of [{}, { a: 'b' }]) {
      const given = { ...properties, tags, isArchived: false, stage: 'Archived' };
      const { body } = await call('PUT', 'models/retired/versions/1', version, given);
      assert.deepEqual([body.properties.isArchived, body.properties.stage], [false, 'Archived']);
    }
  });

  it('finds archived models by their stage', async () => {
    const { version, properties } = kinds.models;
    await call('PUT', 'models/staged/versions/1', version, properties);
    await call('PUT', 'models/staged/versions/2', version, { ...properties, isArchived: true });
    const found = async (stage: string) =>
      (await call('GET', 'models/staged/versions', `${version}&listViewType=All&stage=${stage}`)).body.value;
    assert.deepEqual(
      (await found('Archived')).map(({ name }: any) => name),
      ['2'],
    );
    assert.deepEqual(
      (await found('Development')).map(({ name }: any) => name),
      ['1'],
    );
  });

  it('shows who changed data only after a change', async () => {
    const { version, properties } = kinds.data;
    const first = (await call('PUT', 'data/changed/versions/1', version, properties)).body.systemData;
    assert.deepEqual(Object.keys(first), ['createdAt', 'createdBy', 'createdByType', 'lastModifiedAt']);
    await new Promise((done) => setTimeout(done, 5));
    const second = (await call('PUT', 'data/changed/versions/1', version, { ...properties, tags: { a: 'b' } })).body;
    assert.ok(second.systemData.lastModifiedBy && second.systemData.lastModifiedByType);
  });

  it('leaves a version of an environment as it is, and archives the container: 201 each time', async () => {
    const version = '2023-04-01-preview';
    const image = { image: 'ubuntu' };
    const labels = async (name: string) =>
      (await call('GET', `environments/tools/versions/${name}`, version)).body.properties.properties['azureml.labels'];
    await call('PUT', 'environments/tools/versions/1', version, image);
    assert.equal(await labels('1'), 'latest');
    await call('PUT', 'environments/tools/versions/2', version, image);
    assert.deepEqual([await labels('1'), await labels('2')], ['', 'latest']);
    const ignored = await call('PUT', 'environments/tools/versions/1', version, { ...image, isArchived: true });
    assert.deepEqual([ignored.status, ignored.body.properties.isArchived], [201, false]);
    const container = await call('GET', 'environments/tools', version);
    assert.equal(container.body.properties.description, '');
    const archived = await call('PUT', 'environments/tools', version, { description: '', isArchived: true });
    assert.deepEqual([archived.status, archived.body.properties.isArchived], [201, true]);
    assert.ok(archived.headers.location);
  });

  it('answers an anonymous component in its stage, which a name of its own changes', async () => {
    const put = async (name: string) => {
      const componentSpec = { ...kinds.components.properties.componentSpec, name, version: '1' };
      const path = 'components/azureml_anonymous/versions/0f0e8d3c-0000-4000-8000-000000000001';
      return (await call('PUT', path, '2024-01-01-preview', { componentSpec, isAnonymous: true })).body.properties
        .stage;
    };
    assert.equal(await put('azureml_anonymous'), 'Logged');
    assert.equal(await put('my_own_step'), 'Development');
  });

  it('says of every input of a pipeline component whether it is optional', async () => {
    const inputs = { place: { type: 'string', default: 'here' }, rows: { type: 'uri_folder' } };
    const spec = { type: 'pipeline', inputs, jobs: {} };
    const step = { type: 'command', componentId: '' };
    const made = await call('PUT', 'components/step/versions/1', '2024-04-01', kinds.components.properties);
    step.componentId = made.body.id;
    const componentSpec = { ...spec, jobs: { step } };
    const { body } = await call('PUT', 'components/pipe/versions/1', '2024-04-01', { componentSpec });
    assert.deepEqual(body.properties.componentSpec.inputs, {
      rows: { type: 'uri_folder', optional: 'False' },
      place: { type: 'string', optional: 'False', default: 'here' },
    });
  });

  it('refuses to delete data by itself that is in a datastore of the workspace', async () => {
    const setting = { autoDeleteSetting: { condition: 'CreatedGreaterThan', value: '5d' } };
    const put = (store: string) =>
      call('PUT', `data/short-${store}/versions/1`, '2023-04-01-preview', {
        dataType: 'uri_folder',
        dataUri: `azureml://datastores/${store}/paths/a/`,
        ...setting,
      });
    const { status, body } = await put('workspaceblobstore');
    assert.deepEqual(
      [status, body.error.message],
      [400, 'AutoDeleteSetting is only supported for assets in managed datastore.'],
    );
    assert.equal((await put('workspacemanageddatastore')).status, 201);
  });
});
