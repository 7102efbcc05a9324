import assert from 'node:assert/strict';
import { signIn, useSandbox } from './http.ts';

describe('misbehaviour on request', () => {
  const { sandbox, arm } = useSandbox();
  afterEach(() => sandbox.faults.clear());

  const computes = () => arm.call('GET', 'computes');

  it('answers a status with Retry-After as often as asked, and only where it matches', async () => {
    sandbox.faults.add({ match: '^GET .*/computes\\?', kind: 'status', status: 429, retryAfterSeconds: 7, times: 2 });
    for (let count = 0; count < 2; count++) {
      const { status, headers, body } = await computes();
      assert.deepEqual([status, headers['retry-after'], body.error.code], [429, '7', 'TooManyRequests']);
      assert.equal((await arm.call('GET', 'datastores')).status, 200);
    }
    assert.equal((await computes()).status, 200);
  });

  it('resets a connection, cuts an answer off and is slow', async () => {
    sandbox.faults.add({ match: 'computes', kind: 'reset' });
    await assert.rejects(computes(), /ECONNRESET|socket hang up/);
    sandbox.faults.add({ match: 'computes', kind: 'truncate' });
    await assert.rejects(computes(), /aborted|cut off|ECONNRESET/);
    sandbox.faults.add({ match: 'computes', kind: 'slow', delayMs: 300 });
    const start = Date.now();
    assert.equal((await computes()).status, 200);
    assert.ok(Date.now() - start >= 290, 'the answer was not delayed');
    assert.equal((await computes()).status, 200);
  });

  it('treats the token of one request as expired', async () => {
    sandbox.faults.add({ match: 'computes', kind: 'expireToken' });
    const { status, headers, body } = await computes();
    assert.deepEqual([status, body.error.code], [401, 'ExpiredAuthenticationToken']);
    assert.match(String(headers['www-authenticate']), /invalid_token/);
    assert.equal((await computes()).status, 200);
  });

  it('reaches the token endpoint too', async () => {
    sandbox.faults.add({ match: 'oauth2/v2.0/token', kind: 'status', status: 503 });
    assert.equal((await signIn(sandbox, 'sandbox')).status, 503);
    assert.equal((await signIn(sandbox, 'sandbox')).status, 200);
  });

  it('records what was sent', async () => {
    const before = sandbox.requests.length;
    await arm.call('PUT', 'data/recorded/versions/1', { properties: { dataType: 'uri_file', dataUri: 'https://x/y' } });
    const [recorded] = sandbox.requests.slice(before);
    assert.deepEqual([recorded?.method, recorded?.status], ['PUT', 201]);
    assert.deepEqual(recorded?.body, { properties: { dataType: 'uri_file', dataUri: 'https://x/y' } });
  });
});
