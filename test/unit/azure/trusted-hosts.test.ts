import assert from 'node:assert/strict';
import { isTrusted, requireHttps, requireTrusted } from '../../../lib/azure/trusted-hosts.ts';

const cloud = (armUrl: string, ml: string, isPublic: boolean) => ({
  armUrl,
  mlScope: `https://${ml}/.default`,
  isPublic,
});
const AZURE = cloud('https://management.azure.com', 'ml.azure.com', true);
const CHINA = cloud('https://management.chinacloudapi.cn', 'ml.azure.cn', true);
const GOVERNMENT = cloud('https://management.usgovcloudapi.net', 'ml.azure.us', true);
const ISLAND = cloud('https://arm.island.example:8443', 'ml.azure.other.example', false);
const SANDBOX = cloud('https://arm.localhost:4430', 'ml.azure.localhost', false);

describe('hosts that may see a token', () => {
  const trusted: [typeof AZURE, string[]][] = [
    [
      AZURE,
      [
        'https://management.azure.com/subscriptions/s',
        'https://eastus.management.azure.com/x',
        'https://eastus.api.azureml.ms/history/v1.0',
        'https://0f1e.workspace.eastus.api.azureml.ms/mlflow',
        'https://eastus.experiments.azureml.net/x',
        'https://score.eastus.inference.ml.azure.com/jobs',
      ],
    ],
    [CHINA, ['https://chinaeast2.api.ml.azure.cn/', 'https://e.chinaeast2.inference.ml.azure.cn/score']],
    [GOVERNMENT, ['https://usgovarizona.api.ml.azure.us/', 'https://management.usgovcloudapi.net/']],
    [
      ISLAND,
      ['https://arm.island.example:8443/', 'https://east.api.island.example/', 'https://x.ml.azure.other.example/'],
    ],
    [SANDBOX, ['https://arm.localhost:4430/', 'https://api.localhost:4431/', 'https://127.0.0.1:5000/']],
  ];
  for (const [where, urls] of trusted)
    for (const url of urls) it(`of ${where.armUrl}: ${url}`, () => assert.equal(isTrusted(where, url), true));

  const others: [typeof AZURE, string[]][] = [
    [
      AZURE,
      [
        'http://management.azure.com/',
        'https://management.azure.com.evil.example/',
        'https://evilmanagement.azure.com/',
        'https://evilapi.azureml.ms/',
        'https://eastus.api.azureml.ms.evil.example/',
        'https://eastus.api.azureml.ms:8443/',
        'https://eastus.api.azureml.ms@evil.example/',
        'https://user@eastus.api.azureml.ms/',
        'https://chinaeast2.api.ml.azure.cn/',
        'https://account.blob.core.windows.net/',
        'https://site.azurewebsites.net/',
        'https://127.0.0.1/',
        'https://localhost/',
        'https://[::1]/',
        'azureml://eastus.api.azureml.ms/',
        'no address',
        '',
      ],
    ],
    [CHINA, ['https://eastus.api.azureml.ms/', 'https://management.azure.com/']],
    [
      ISLAND,
      [
        'https://island.example.evil.example/',
        'https://evilisland.example/',
        'https://eastus.api.azureml.ms/',
        'https://localhost/',
      ],
    ],
    [SANDBOX, ['https://management.azure.com/', 'https://localhost.evil.example/', 'http://api.localhost:4431/']],
    [cloud('https://arm.example', 'ml.azure.x', false), ['https://evil.example/']],
    [cloud('https://10.0.0.1', 'ml.azure.x', false), ['https://9.0.0.1/', 'https://10.0.0.2/']],
  ];
  for (const [where, urls] of others)
    for (const url of urls) it(`not of ${where.armUrl}: ${url}`, () => assert.equal(isTrusted(where, url), false));

  it('are named with their origin, and without the query', () => {
    assert.equal(requireTrusted(AZURE, 'https://management.azure.com/x', 'a'), 'https://management.azure.com/x');
    assert.throws(
      () => requireTrusted(AZURE, 'https://evil.example/p?sig=secret', 'the nextLink of a list'),
      (error: Error) => {
        assert.match(
          error.message,
          /the nextLink of a list names https:\/\/evil\.example, which is not a host of this cloud/,
        );
        assert.doesNotMatch(error.message, /secret/);
        return true;
      },
    );
    assert.throws(
      () => requireHttps('http://a.example/p?sig=secret', 'a log'),
      /http:\/\/a\.example, which is not an HTTPS/,
    );
  });
});
