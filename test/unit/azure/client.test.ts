import assert from 'node:assert/strict';
import { RestError } from '@azure/core-rest-pipeline';
import type { AzureRequest } from '../../../lib/azure/client.ts';
import { AzureError } from '../../../lib/azure/failures.ts';
import { NoAnswerError } from '../../../lib/azure/no-answer.ts';
import { fakeTransport, type Reply } from './fake-transport.ts';
import { openedClient as client } from './opened-client.ts';

const ARM = 'https://management.azure.com';
const JOB = `${ARM}/subscriptions/s/jobs/j?api-version=x`;
const get: AzureRequest = { method: 'GET', url: JOB, audience: 'arm' };
const post: AzureRequest = { method: 'POST', url: `${ARM}/schedules/s/trigger`, audience: 'arm', body: {} };
const lost = (code = 'ECONNRESET') => new RestError('socket hang up', { code });

const total = (slept: number[]) => slept.reduce((sum, one) => sum + one, 0);

describe('requests', () => {
  for (const [name, failure] of [
    ['503', { status: 503 }],
    ['429 without Retry-After', { status: 429 }],
    ['408', { status: 408 }],
    ['a lost connection', lost()],
    ['an answer that was cut', lost('PARSE_ERROR')],
    ['HTML in place of JSON', { status: 200, body: '<html>Sign in</html>' }],
    ['nothing in place of a resource', { status: 200 }],
    ['JSON that was cut', { status: 200, body: '{"value": [1,' }],
  ] as [string, Reply][])
    it(`that meet ${name} once are sent again`, async () => {
      const { send, asked } = await client([failure, { status: 200, body: { name: 'j' } }]);
      assert.deepEqual((await send(get)).body, { name: 'j' });
      assert.equal(asked().length, 2);
    });

  it('that create something by name are sent again too', async () => {
    const { send, asked } = await client([lost(), { status: 500 }, { status: 201, body: {} }]);
    assert.equal((await send({ ...get, method: 'PUT', body: {} })).status, 201);
    assert.equal(asked().length, 3);
  });

  it('are patient for about two minutes', async () => {
    const { send, slept, asked } = await client([{ status: 503 }]);
    await assert.rejects(send(get), (error) => error instanceof AzureError && error.status === 503);
    assert.ok(total(slept) > 80_000 && total(slept) <= 120_000, String(slept));
    assert.ok(asked().length > 6, String(asked().length));
    assert.ok(Math.max(...slept) <= 25_000, String(slept));
  });

  it('wait as long as Azure asks, in seconds or until a date, whatever the agent’s clock says', async () => {
    const ok = { status: 200, body: {} };
    const bySeconds = await client([{ status: 429, headers: { 'Retry-After': '70' } }, ok]);
    await bySeconds.send(get);
    assert.deepEqual(bySeconds.slept, [70_000]);
    const date = { 'Retry-After': 'Wed, 21 Oct 2015 07:28:30 GMT', Date: 'Wed, 21 Oct 2015 07:28:00 GMT' };
    const byDate = await client([{ status: 503, headers: date }, ok]);
    await byDate.send(get);
    assert.deepEqual(byDate.slept, [30_000]);
  });

  it('say when Azure asks for more than they wait, and end after ten minutes of it', async () => {
    const pauses: [number, number | undefined][] = [];
    const { send, slept } = await client([{ status: 429, headers: { 'Retry-After': '3600' } }], {
      onPause: ({ milliseconds, askedMilliseconds }) => pauses.push([milliseconds, askedMilliseconds]),
    });
    await assert.rejects(send(get), /429/);
    assert.deepEqual(slept, [300_000, 300_000]);
    assert.deepEqual(pauses, [
      [300_000, 3_600_000],
      [300_000, 3_600_000],
    ]);
  });

  it('of polls are tried once more, soon', async () => {
    const { send, slept, asked } = await client([{ status: 503 }]);
    await assert.rejects(send({ ...get, retry: 'quick' }), /503/);
    assert.equal(asked().length, 2);
    assert.ok(total(slept) < 2_000);
    const throttled = await client([{ status: 429, headers: { 'Retry-After': '30' } }]);
    await assert.rejects(
      throttled.send({ ...get, retry: 'quick' }),
      (error) => error instanceof AzureError && error.retryAfterMs === 30_000,
    );
    assert.equal(throttled.asked().length, 1);
    const none = await client([{ status: 503 }]);
    await assert.rejects(none.send({ ...get, retry: 'none' }), /503/);
    assert.equal(none.asked().length, 1);
  });

  for (const [name, failure] of [
    ['500', { status: 500 }],
    ['503', { status: 503, headers: { 'Retry-After': '1' } }],
    ['a lost connection', lost()],
    ['an answer that was cut', lost('PARSE_ERROR')],
    ['an odd answer', { status: 200, body: '<html>' }],
  ] as [string, Reply][])
    it(`that start paid work are not repeated after ${name}`, async () => {
      const { send, asked } = await client([failure, { status: 200, body: {} }]);
      await assert.rejects(send(post));
      assert.equal(asked().length, 1);
    });

  for (const [name, failure] of [
    ['429', { status: 429 }],
    ['a refused connection', lost('ECONNREFUSED')],
    ['a host that does not resolve', lost('ENOTFOUND')],
  ] as [string, Reply][])
    it(`that start paid work are repeated after ${name}: the service can't have begun`, async () => {
      const { send, asked } = await client([failure, { status: 200, body: { submissionId: 'j' } }]);
      assert.deepEqual((await send(post)).body, { submissionId: 'j' });
      assert.equal(asked().length, 2);
    });

  it('that say so are repeated although they are POSTs', async () => {
    const { send, asked } = await client([{ status: 503 }, { status: 200, body: {} }]);
    await send({ ...post, repeatable: true });
    assert.equal(asked().length, 2);
  });

  for (const code of ['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'PROXY_REFUSED'])
    it(`do not wait for ${code} to pass`, async () => {
      const { send, asked } = await client([lost(code)]);
      await assert.rejects(send(get), (error) => error instanceof NoAnswerError && error.code === code);
      assert.equal(asked().length, 1);
    });

  it('end at once when the run is cancelled, also in a long pause', async () => {
    const run = new AbortController();
    const opened = await client([{ status: 429, headers: { 'Retry-After': '200' } }], {
      signal: run.signal,
      onPause: () => setImmediate(() => run.abort(new Error('the agent sent SIGINT'))),
      clock: (await import('../../../lib/core/clock.ts')).systemClock,
    });
    await assert.rejects(opened.send(get), /the agent sent SIGINT/);
    assert.equal(opened.asked().length, 1);
  });

  it('that are given up leave no timer behind, which would keep the process alive', async () => {
    const { transport } = fakeTransport(
      (_sent, _before, { abortSignal }) =>
        new Promise((_, reject) => {
          const abort = () => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
          abortSignal!.addEventListener('abort', abort);
        }),
    );
    const opened = await client([], { transport: { sendRequest: (request) => transport.sendRequest(request) } });
    const run = new AbortController();
    const waiting = opened.send({
      ...get,
      audience: 'none',
      url: 'https://a.example/',
      signal: run.signal,
      retry: 'none',
    });
    await new Promise((resolve) => setImmediate(resolve));
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    run.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.equal(timers(), before - 1);
  });

  it('get a new token once after a 401', async () => {
    const { send, asked } = await client([{ status: 401 }, { status: 200, body: {} }]);
    await send(get);
    assert.equal(asked().length, 2);
    const refused = await client([{ status: 401, body: { error: { code: 'InvalidToken', message: 'no' } } }]);
    await assert.rejects(refused.send(get), /401 InvalidToken/);
    assert.equal(refused.asked().length, 2);
  });

  it('go to no other cloud’s host with a token, and to none without HTTPS', async () => {
    const { send, download, asked } = await client([{ status: 200, body: {} }]);
    for (const audience of ['arm', 'ml'] as const)
      await assert.rejects(
        send({ ...get, url: 'https://evil.example/x?sig=s', audience, from: 'the scoringUri of e' }),
        {
          code: 'HostNotTrusted',
          message: /the scoringUri of e names https:\/\/evil\.example,/,
        },
      );
    await assert.rejects(send({ ...get, url: 'http://a.example/?sig=s', audience: 'none' }), {
      code: 'HostNotTrusted',
    });
    await assert.rejects(download('http://a.example/?sig=s', { first: 0, last: 1 }), { code: 'HostNotTrusted' });
    assert.deepEqual(asked(), []);
    await send({ ...get, url: 'https://elsewhere.example/discovery', audience: 'none' });
    assert.equal(asked()[0]!.authorization, undefined);
    for (const audience of ['arm', 'ml'] as const)
      await assert.rejects(send({ ...get, url: 'http://management.azure.com/', audience, plainHttp: true }), {
        code: 'HostNotTrusted',
      });
    await send({ ...get, url: 'http://10.0.0.7/score', audience: 'none', plainHttp: true });
    assert.deepEqual([asked().length, asked()[1]!.authorization], [2, undefined]);
  });

  it('do not follow redirects to another host, which are a sentence', async () => {
    const { send, asked } = await client([{ status: 302, headers: { Location: 'https://login.example/?ticket=s' } }]);
    await assert.rejects(send(get), { code: 'RedirectNotFollowed', message: /a redirect to login\.example, which/ });
    assert.deepEqual(
      asked().map(({ url }) => url),
      [JOB],
    );
  });

  it('remember how many reads the subscription has left', async () => {
    const left = (count: string) => ({
      status: 200,
      body: {},
      headers: { 'x-ms-ratelimit-remaining-subscription-reads': count },
    });
    const { send, readsLeft } = await client([left('249'), { status: 200, body: {} }, left('12')]);
    assert.equal(readsLeft(), undefined);
    await send(get);
    assert.equal(readsLeft(), 249);
    await send(get);
    assert.equal(readsLeft(), 249);
    await send(get);
    assert.equal(readsLeft(), 12);
  });

  it('have their signatures masked, as they are written and decoded', async () => {
    const { send, secrets } = await client([{ status: 200, body: {} }]);
    await send({ ...get, url: 'https://a.blob.example/c?se=1&sig=abcdefghijk%2bl%2Fm%3d', audience: 'none' });
    assert.ok(secrets.includes('abcdefghijk%2bl%2Fm%3d') && secrets.includes('abcdefghijk+l/m='), String(secrets));
  });
});
