import assert from 'node:assert/strict';
import { getBlobDatastore } from '../../../lib/azureml/datastores.ts';
import { fakeWorkspace } from './fake-workspace.ts';

const datastore = (credentialsType: string | undefined): unknown => ({
  properties: {
    datastoreType: 'AzureBlob',
    accountName: 'acct',
    containerName: 'c',
    credentials: credentialsType === undefined ? null : { credentialsType },
  },
});

/** Opens a datastore with these credentials; `secrets` is what listSecrets answers. */
async function open(credentialsType: string | undefined, secrets: unknown) {
  const { workspace, requests } = fakeWorkspace(({ method }) =>
    method === 'GET' ? datastore(credentialsType) : secrets,
  );
  const { secret } = await getBlobDatastore(workspace, 'workspaceblobstore');
  return { secret, asked: requests.filter(({ method }) => method === 'POST') };
}

describe('a datastore', () => {
  it('without credentials is opened with the connection’s identity, and its secrets are not asked for', async () => {
    for (const none of ['None', 'none']) {
      const { secret, asked } = await open(none, 400);
      assert.deepEqual([secret, asked], [{ kind: 'identity' }, []]);
    }
  });

  it('gives a signature that ends soon, where the service has it', async () => {
    const { secret, asked } = await open('AccountKey', { secretsType: 'Sas', sasToken: '?sv=1&sig=x' });
    assert.deepEqual(secret, { kind: 'sas', token: '?sv=1&sig=x' });
    assert.deepEqual(asked[0]!.body, { expirableSecret: true, expireAfterHours: 1 });
  });

  it('gives its key where the service has nothing else', async () => {
    const { secret } = await open('AccountKey', { secretsType: 'AccountKey', key: 'k' });
    assert.deepEqual(secret, { kind: 'accountKey', key: 'k' });
  });

  it('that refuses its secrets is opened with the connection’s identity', async () => {
    for (const status of [400, 403, 404, 405, 409])
      assert.deepEqual((await open('AccountKey', status)).secret, { kind: 'identity' }, String(status));
    assert.deepEqual((await open(undefined, null)).secret, { kind: 'identity' });
  });

  it('is not concluded from a service in trouble', async () => {
    for (const status of [401, 429, 500, 503])
      await assert.rejects(open('AccountKey', status), new RegExp(`${status}`));
  });

  it('on a host that is not of this cloud gets nothing, and its secrets are not asked for', async () => {
    const odd: Record<string, string>[] = [
      { endpoint: 'evil.example' },
      { endpoint: 'core.windows.net.evil.example' },
      { protocol: 'http' },
      { accountName: 'evil.example/' },
      { accountName: 'evil.example#' },
      { accountName: 'user@evil' },
    ];
    for (const more of odd) {
      const { properties } = datastore('AccountKey') as { properties: object };
      const { workspace, requests } = fakeWorkspace(() => ({ properties: { ...properties, ...more } }));
      await assert.rejects(
        getBlobDatastore(workspace, 'd'),
        (error: Error & { code?: string }) => error.code === 'HostNotTrusted' && /datastore 'd'/.test(error.message),
        JSON.stringify(more),
      );
      assert.equal(requests.length, 1);
    }
  });
});
