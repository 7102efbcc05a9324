import assert from 'node:assert/strict';
import { type CloudMetadata, cloudOf } from '../../../lib/azure/cloud.ts';
import { type AzureConnection, signInOf } from '../../../lib/azure/connection.ts';
import { AzureError, explainFailure, isPassing } from '../../../lib/azure/failures.ts';
import { explainSignIn } from '../../../lib/azure/sign-in-failures.ts';

const connection = (more: Partial<AzureConnection> = {}): AzureConnection => ({
  id: '11b4d0b8-0f5c-4a4b-9c59-4f4f7bb0f0a1',
  url: 'https://management.azure.com/',
  scheme: 'ServicePrincipal',
  parameters: { tenantid: 't', serviceprincipalid: 'c', serviceprincipalkey: 'k' },
  data: { environment: 'AzureCloud' },
  ...more,
});

const noMetadata = (): Promise<CloudMetadata[]> => Promise.reject(new Error('public clouds need no metadata'));

describe('clouds', () => {
  const known: [name: string, url: string, ml: string, authority: string, storage: string][] = [
    [
      'AzureCloud',
      'https://management.azure.com/',
      'https://ml.azure.com',
      'https://login.microsoftonline.com',
      'core.windows.net',
    ],
    [
      'AzureChinaCloud',
      'https://management.chinacloudapi.cn/',
      'https://ml.azure.cn',
      'https://login.chinacloudapi.cn',
      'core.chinacloudapi.cn',
    ],
    [
      'AzureUSGovernment',
      'https://management.usgovcloudapi.net/',
      'https://ml.azure.us',
      'https://login.microsoftonline.us',
      'core.usgovcloudapi.net',
    ],
  ];
  for (const [name, url, ml, authority, storage] of known) {
    it(`${name} is known without asking`, async () => {
      const cloud = await cloudOf(connection({ url, data: { environment: name } }), noMetadata);
      assert.deepEqual(
        [cloud.armUrl, cloud.armScope, cloud.mlScope, cloud.authorityUrl, cloud.storageSuffix, cloud.isPublic],
        [url.slice(0, -1), `${url.slice(0, -1)}/.default`, `${ml}/.default`, authority, storage, true],
      );
    });
  }

  it('the authority of the connection wins over the usual one', async () => {
    const data = { environment: 'AzureCloud', activedirectoryauthority: 'https://login.example/' };
    assert.equal((await cloudOf(connection({ data }), noMetadata)).authorityUrl, 'https://login.example');
  });

  it('addresses that are not HTTPS are refused in a sentence', async () => {
    for (const url of ['http://management.azure.com/', 'management.azure.com', '', 'https://'])
      await assert.rejects(cloudOf(connection({ url }), noMetadata), { code: 'ConnectionUrlInvalid' }, url);
    const data = { environment: 'AzureCloud', activedirectoryauthority: 'http://login.example/' };
    await assert.rejects(cloudOf(connection({ data }), noMetadata), /activeDirectoryAuthority .* is 'http:/);
  });

  it('another cloud is asked for its addresses', async () => {
    const asked: string[] = [];
    const cloud = await cloudOf(
      connection({ url: 'https://arm.island.example/', data: { environment: 'Island' } }),
      (url) => {
        asked.push(url);
        return Promise.resolve([
          { name: 'Other', portal: 'https://portal.other.example/' },
          {
            name: 'Island',
            portal: 'https://portal.island.example/',
            authentication: { loginEndpoint: 'https://login.island.example/' },
            suffixes: { storage: 'storage.island.example' },
          },
        ]);
      },
    );
    assert.deepEqual(asked, ['https://arm.island.example/metadata/endpoints?api-version=2019-05-01']);
    assert.deepEqual(cloud, {
      name: 'Island',
      armUrl: 'https://arm.island.example',
      armScope: 'https://arm.island.example/.default',
      mlScope: 'https://ml.azure.example/.default',
      authorityUrl: 'https://login.island.example',
      storageSuffix: 'storage.island.example',
      isPublic: false,
    });
  });
});

describe('service connections', () => {
  it('sign in with a secret, also when the scheme is missing', () => {
    assert.deepEqual(signInOf(connection({ scheme: '' })), {
      kind: 'secret',
      tenantId: 't',
      clientId: 'c',
      secret: 'k',
    });
  });

  it('sign in with a certificate', () => {
    const parameters = {
      tenantid: 't',
      serviceprincipalid: 'c',
      authenticationtype: 'spnCertificate',
      serviceprincipalcertificate: 'PEM',
    };
    assert.deepEqual(signInOf(connection({ parameters })), {
      kind: 'certificate',
      tenantId: 't',
      clientId: 'c',
      certificate: 'PEM',
    });
  });

  it('sign in by federation with the connection’s id', () => {
    const found = signInOf(
      connection({ scheme: 'workloadidentityfederation', parameters: { tenantid: 't', serviceprincipalid: 'c' } }),
    );
    assert.deepEqual(found, { kind: 'federation', tenantId: 't', clientId: 'c', connectionId: connection().id });
  });

  it('sign in with a managed identity, a user-assigned one too', () => {
    assert.deepEqual(signInOf(connection({ scheme: 'ManagedServiceIdentity', data: { msiclientid: 'm' } })), {
      kind: 'managedIdentity',
      clientId: 'm',
    });
    assert.deepEqual(signInOf(connection({ scheme: 'ManagedServiceIdentity', data: {} })), {
      kind: 'managedIdentity',
      clientId: undefined,
    });
  });

  it('say what they lack and what is supported', () => {
    assert.throws(
      () => signInOf(connection({ parameters: { tenantid: 't', serviceprincipalid: 'c' } })),
      /no 'serviceprincipalkey'/,
    );
    assert.throws(
      () => signInOf(connection({ scheme: 'PublishProfile' })),
      /'PublishProfile'; supported are 'ServicePrincipal'/,
    );
  });
});

describe('failures', () => {
  const answer = (status: number, message = 'no'): AzureError =>
    new AzureError({ status, code: 'Code', message, method: 'GET', url: 'https://arm/x?sig=secret', requestId: 'r-1' });

  it('of the sign-in name the cause and the fix', () => {
    const error = explainFailure(
      explainSignIn(
        new Error('invalid_client: 7000222 - AADSTS7000222: The provided client secret keys are expired.'),
      )!,
    )!;
    assert.match(error.message, /its client secret has expired \(AADSTS7000222\)/);
    assert.match(error.fix!, /Create a new secret/);
  });

  it('of storage name the role on the storage account', () => {
    const refused = new AzureError({
      status: 403,
      code: 'X',
      message: 'no',
      method: 'PUT',
      url: 'https://a.blob.core.windows.net/c/b?sig=s',
    });
    assert.match(explainFailure(refused)!.fix!, /Storage Blob Data Contributor/);
  });

  it('of requests become sentences with a request id and without the query', () => {
    for (const [status, code] of [
      [401, 'NotAuthorized'],
      [403, 'Forbidden'],
      [429, 'Throttled'],
      [503, 'ServiceFailed'],
      [400, 'RequestRefused'],
    ] as const) {
      const error = explainFailure(answer(status))!;
      assert.equal(error.code, code);
      assert.match(error.message, /request id r-1/);
    }
    assert.doesNotMatch(answer(500).message, /secret/);
  });

  it('that are ours stay unexplained', () => {
    assert.equal(explainFailure(new TypeError('x is undefined')), undefined);
  });

  it('may pass or not', () => {
    assert.equal(isPassing(answer(503)), true);
    assert.equal(isPassing(answer(429)), true);
    assert.equal(isPassing(Object.assign(new Error('reset'), { code: 'ECONNRESET' })), true);
    assert.equal(isPassing(answer(403)), false);
    assert.equal(isPassing(answer(501)), false);
    assert.equal(isPassing(new TypeError('bug')), false);
  });
});
