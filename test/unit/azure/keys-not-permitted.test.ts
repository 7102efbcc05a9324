import assert from 'node:assert/strict';
import type { TokenCredential } from '@azure/core-auth';
import { openBlobFiles } from '../../../lib/azure/blob-files.ts';
import { AzureError, explainFailure } from '../../../lib/azure/failures.ts';
import { openWithFallback, type StorageSecret } from '../../../lib/azure/storage.ts';
import { fakeClock, fakeTransport, type Reply } from './fake-transport.ts';

const URL_OF_CONTAINER = 'https://rows.blob.core.windows.net/c';
const EMPTY_LIST =
  '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://rows.blob.core.windows.net/" ContainerName="c"><Blobs /><NextMarker /></EnumerationResults>';

const credential: TokenCredential = {
  getToken: async () => ({ token: 'own', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
};
const IDENTITY: StorageSecret = { kind: 'identity', credential };
const STORED: StorageSecret[] = [
  { kind: 'sas', token: 'sv=2023&sig=s' },
  { kind: 'accountKey', accountName: 'rows', key: Buffer.from('key').toString('base64') },
];

const refusal = (code: string): Reply => ({
  status: 403,
  headers: { 'x-ms-error-code': code, 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Not permitted on this storage account.</Message></Error>`,
});

/** An account that takes tokens of identities alone. */
function account(otherwise: string) {
  const { transport, sent } = fakeTransport(({ authorization }) =>
    authorization === 'Bearer own'
      ? { status: 200, headers: { 'content-type': 'application/xml' }, body: EMPTY_LIST }
      : refusal(otherwise),
  );
  const ports = {
    onSecret: () => undefined,
    signal: new AbortController().signal,
    transport,
    clock: fakeClock().clock,
  };
  return { sent, ports };
}

describe('a storage account that does not permit keys', () => {
  for (const secret of STORED) {
    it(`is written to with the connection’s identity after a refused ${secret.kind}, for all requests together`, async () => {
      const { sent, ports } = account('KeyBasedAuthenticationNotPermitted');
      const container = await openWithFallback(URL_OF_CONTAINER, secret, IDENTITY, ports);
      await Promise.all([container.list('a'), container.list('b')]);
      await container.list('c');
      assert.equal(sent.length, 5);
      assert.equal(sent.filter(({ authorization }) => authorization === 'Bearer own').length, 3);
    });

    it(`is read with the identity after a refused ${secret.kind}`, async () => {
      const { ports } = account('KeyBasedAuthenticationNotPermitted');
      const blobs = await openBlobFiles(URL_OF_CONTAINER, [secret, IDENTITY], ports);
      assert.deepEqual(await blobs.list('a'), []);
    });
  }

  it('is not concluded from another refusal, which names the role and the account', async () => {
    const { ports } = account('AuthorizationPermissionMismatch');
    const container = await openWithFallback(URL_OF_CONTAINER, STORED[0]!, IDENTITY, ports);
    const error = await container.list('a').catch((thrown: unknown) => thrown);
    assert.ok(error instanceof AzureError && error.status === 403);
    const said = explainFailure(error)!;
    assert.equal(said.code, 'StorageForbidden');
    assert.match(said.fix!, /role Storage Blob Data Contributor on the storage account 'rows'/);
  });
});
