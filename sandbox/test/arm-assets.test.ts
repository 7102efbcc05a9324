import assert from 'node:assert/strict';
import { armClient, refused, trueCommand, uploadBlob, useSandbox } from './http.ts';

const environmentId = 'azureml:AzureML-sklearn-1.5@latest';

describe('assets of the resource provider', () => {
  const { sandbox, arm } = useSandbox();

  describe('assets', () => {
    it('finds code by its hash, and checks the hash against what was uploaded', async () => {
      const pending = await arm.call('POST', 'codes/c/versions/1/startPendingUpload', {
        pendingUploadType: 'TemporaryBlobReference',
      });
      const again = await arm.call('POST', 'codes/c/versions/1/startPendingUpload', {});
      const { blobUri, credential } = pending.body.blobReferenceForConsumption;
      assert.equal(again.body.blobReferenceForConsumption.blobUri, blobUri);
      for (const [path, content] of [
        ['src/b.py', 'print(2)\n'],
        ['src/A.py', 'print(1)\n'],
      ] as const) {
        assert.equal(await uploadBlob(sandbox, credential.sasUri, path, content), 201);
      }
      // sha256 of "2" + "#A.py#9" + "#b.py#9" + both contents.
      const hash = 'f8bd90320c71f817878cb3c28f4c2972f7eb9eb018f753c5130570871ebb2281';
      const put = (value: string) =>
        arm.call('PUT', 'codes/c/versions/1', {
          properties: { codeUri: `${blobUri}/src`, properties: { hash_sha256: value, hash_version: '202208' } },
        });
      refused(await put('0'.repeat(64)), 400, 'UserError', /hash of the uploaded code is/);
      assert.equal((await put(hash)).status, 201);
      const found = await arm.call('GET', `codes/any-name/versions?hash=${hash}&hashVersion=202208`);
      assert.deepEqual(
        found.body.value.map(({ id }: { id: string }) => id),
        [`${arm.workspace}/codes/c/versions/1`],
      );
      assert.deepEqual((await arm.call('GET', 'codes/x/versions?hash=none&hashVersion=202208')).body.value, []);
    });

    it('keeps a version as it was made', async () => {
      const data = (dataUri: string, more: object = {}) => ({ properties: { dataType: 'uri_file', dataUri, ...more } });
      assert.equal((await arm.call('PUT', 'data/d/versions/1', data('azureml://datastores/x/paths/a'))).status, 201);
      const changed = await arm.call('PUT', 'data/d/versions/1', data('azureml://datastores/x/paths/b'));
      refused(changed, 400, 'UserError', /^Asset paths cannot be updated\.$/);
      const tagged = await arm.call(
        'PUT',
        'data/d/versions/1',
        data('azureml://datastores/x/paths/a', { tags: { k: 'v' } }),
      );
      assert.deepEqual([tagged.status, tagged.body.properties.tags], [200, { k: 'v' }]);
      const { latestVersion, nextVersion } = (await arm.call('GET', 'data/d')).body.properties;
      assert.deepEqual([latestVersion, nextVersion], ['1', '2']);
      refused(
        await arm.call('PUT', 'data/d/versions/2', { properties: { dataType: 'uri_folder', dataUri: 'x' } }),
        400,
        'UserError',
        /type uri_file/,
      );
    });

    it('lets one of two simultaneous writers of a version win', async () => {
      const put = (image: string) => arm.call('PUT', 'environments/race/versions/1', { properties: { image } });
      const answers = await Promise.all([put('one'), put('two'), put('one'), put('two')]);
      // A repeated PUT of the same content is answered as the first one is.
      const made = answers.filter(({ status }) => status === 201);
      const { image } = (await arm.call('GET', 'environments/race/versions/1')).body.properties;
      assert.deepEqual(
        made.map(({ body }) => body.properties.image),
        [image, image],
      );
      const others = answers.filter(({ status }) => status !== 201);
      for (const other of others)
        refused(other, 400, 'UserError', /version 1 is already registered and cannot be changed/);
    });

    it('refuses what could never work', async () => {
      const tries: [string, object, RegExp][] = [
        ['environments/e', {}, /needs 'image' or 'build'/],
        ['environments/e', { image: 'a', condaFile: '{' }, /'condaFile' is not YAML/],
        ['environments/e', { image: 'a', conda: 'x' }, /Could not find member 'conda'/],
        ['components/k', { componentSpec: { type: 'comand' } }, /type 'comand'/],
        ['components/k', { componentSpec: { type: 'command', environment: environmentId } }, /'command'/],
        [
          'components/k',
          { componentSpec: { type: 'command', command: 'x', environment: 'azureml:no:1' } },
          /environment/,
        ],
        [
          'components/k',
          { componentSpec: { type: 'command', command: '${{inputs.no}}', environment: environmentId } },
          /declares no such entry/,
        ],
        ['models/m', { modelUri: 'azureml://jobs/none/outputs/o' }, /job 'none', which does not exist/],
        ['models/m', { modelUri: 'azureml://datastores/workspaceblobstore/paths/none' }, /No matching artifacts/],
        ['models/m', {}, /Required property 'modelUri'/],
        ['data/f', { dataUri: 'x' }, /dataType/],
      ];
      for (const [path, properties, message] of tries) {
        refused(await arm.call('PUT', `${path}/versions/1`, { properties }), 400, 'UserError', message);
        assert.equal((await arm.call('GET', path)).status, 404, `${path} was created`);
      }
    });
  });

  describe('what azure-ai-ml asks for beside the main road', () => {
    it('refuses addresses that cannot be decoded, and names that lead elsewhere', async () => {
      refused(await arm.call('GET', 'jobs/%zz'), 400, 'BadRequest', /decode/);
      const environment = { properties: { image: 'python' } };
      for (const name of ['..%2f..%2fx', 'a%00', '__proto__']) {
        const answer = await arm.call('PUT', `environments/${name}/versions/1`, environment);
        refused(answer, 400, 'UserError', /is not a valid name/);
      }
    });

    it('finds assets that are named with azureml: before the name', async () => {
      await arm.call('PUT', 'environments/prefixed/versions/1', { properties: { image: 'python' } });
      assert.equal((await arm.call('GET', 'environments/azureml%3Aprefixed')).body.name, 'prefixed');
      const environmentId = `${arm.workspace}/environments/azureml:prefixed/versions/1`;
      assert.equal((await arm.putJob('prefixed', { ...trueCommand, environmentId })).status, 201);
    });

    it('runs a job without a compute', async () => {
      const { computeId: _none, ...serverless } = trueCommand;
      assert.equal((await arm.putJob('serverless', serverless)).status, 201);
    });

    it('has no serverless endpoints and says so', async () => {
      assert.deepEqual((await arm.call('GET', 'serverlessEndpoints')).body, { value: [] });
      for (const path of ['serverlessEndpoints/none', 'serverlessEndpoints/none/deployments', 'outboundRules/none']) {
        refused(await arm.call('GET', path), 404, 'ResourceNotFound', /'none' was not found; the sandbox has none/);
      }
      refused(
        await arm.call('PUT', 'serverlessEndpoints/one', { properties: {} }),
        400,
        'NotSupported',
        /serverless endpoint/,
      );
    });

    it('keeps connections, without showing their credentials', async () => {
      const properties = { authType: 'PAT', category: 'Git', target: 'https://x', credentials: { pat: 'p' } };
      assert.equal((await arm.call('PUT', 'connections/git', { properties })).status, 200);
      assert.equal((await arm.call('GET', 'connections/git')).body.properties.credentials, undefined);
      const secrets = await arm.call('POST', 'connections/git/listsecrets');
      assert.deepEqual(secrets.body.properties.credentials, { pat: 'p' });
      const reader = await armClient(sandbox, 'sandbox-reader');
      refused(await reader.call('POST', 'connections/git/listsecrets'), 403, 'AuthorizationFailed', /listsecrets/);
      assert.equal((await arm.call('DELETE', 'connections/git')).status, 200);
      refused(await arm.call('GET', 'connections/git'), 404, 'UserError', /git was not found/);
    });
  });
});
