/** The agent's own way to the outside: its proxy, its certificate authorities, and the usual environment variables. */
import assert from 'node:assert/strict';
import { type FakeAzure, startFakeAzure } from './fake-azure.ts';
import { startProxy, type TestProxy } from './proxy.ts';
import { runBuiltTask, type TaskRunOptions } from './run-built-task.ts';

describe('the network of the agent', () => {
  let azure: FakeAzure;
  let proxy: TestProxy;
  beforeEach(async () => {
    azure = await startFakeAzure();
    azure.logs.set('user_logs/std_log.txt', 'the log\n');
    azure.addJob('train', 'Completed');
    proxy = await startProxy('user:p@ss/word');
  });
  afterEach(() => {
    azure.stop();
    proxy.stop();
  });
  const stream = (options: TaskRunOptions) => runBuiltTask('stream-job', azure, { jobName: 'train' }, options);
  const withProxy = (more: Record<string, string> = {}) => ({
    'Agent.ProxyUrl': proxy.url,
    'Agent.ProxyUsername': 'user',
    ...more,
  });
  const password = { SECRET_AGENT_PROXYPASSWORD: 'p@ss/word' };

  const connections = () => new Set(proxy.tunnels);

  it('has its proxy used for sign-in, Resource Manager, data plane and logs', async () => {
    const run = await stream({ variables: withProxy(), env: password });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.match(run.log, /\| the log/);
    assert.deepEqual([...connections()], [new URL(azure.url).host]);
    assert.ok(run.secrets.every((secret) => secret !== ''));
    assert.doesNotMatch(run.log, /p@ss/);
  });

  it('has every request go through the proxy: nothing arrives when it lets nothing through', async () => {
    const run = await stream({ variables: withProxy(), env: { SECRET_AGENT_PROXYPASSWORD: 'wrong' } });
    assert.equal(run.result, 'Failed');
    assert.match(run.message, /The proxy did not let the request through: .*407.*\[ProxyRefused\]/);
    assert.deepEqual(azure.requests, []);
  });

  it('has its list of exceptions respected', async () => {
    const list = JSON.stringify(['^https://example\\.com', '127\\.0\\.0\\.1']);
    const run = await stream({ variables: withProxy({ 'Agent.ProxyBypassList': list }), env: password });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.deepEqual(proxy.tunnels, []);
  });

  it('may be given by HTTPS_PROXY and NO_PROXY', async () => {
    const env = { HTTPS_PROXY: proxy.url.replace('//', '//user:p%40ss%2Fword@') };
    assert.equal((await stream({ env })).result, 'Succeeded');
    assert.deepEqual([...connections()], [new URL(azure.url).host]);
    proxy.tunnels.length = 0;
    assert.equal((await stream({ env: { ...env, NO_PROXY: 'example.com,127.0.0.1' } })).result, 'Succeeded');
    assert.equal((await stream({ variables: withProxy(), env: { NO_PROXY: '127.0.0.1' } })).result, 'Succeeded');
    assert.deepEqual(proxy.tunnels, []);
  });

  for (const how of ['with', 'without'])
    it(`has its certificate authority trusted, ${how} a proxy`, async () => {
      const variables = { 'Agent.CAInfo': azure.caFile, ...(how === 'with' ? withProxy() : {}) };
      const run = await stream({ variables, env: { NODE_EXTRA_CA_CERTS: undefined, ...password } });
      assert.equal(run.result, 'Succeeded', run.raw);
    });

  it('may skip the validation of certificates', async () => {
    const variables = { 'Agent.SkipCertValidation': 'True' };
    const run = await stream({ variables, env: { NODE_EXTRA_CA_CERTS: undefined } });
    assert.equal(run.result, 'Succeeded', run.raw);
  });

  it('is explained when the certificate is not trusted, without waiting', async () => {
    const run = await stream({ env: { NODE_EXTRA_CA_CERTS: undefined } });
    assert.equal(run.result, 'Failed');
    assert.match(run.message, /certificate of the other side is not trusted.*\[CertificateNotTrusted\]/);
    assert.equal(azure.requests.length, 0);
  });

  it('is explained when its settings can’t be used', async () => {
    for (const [name, value] of [
      ['Agent.CAInfo', '/nowhere.pem'],
      ['Agent.ProxyUrl', 'proxy'],
    ] as const) {
      const run = await stream({ variables: { [name]: value } });
      assert.match(run.message, /The agent's network settings can't be used: .*\[NetworkSettingsInvalid\]/);
    }
  });
});
