import assert from 'node:assert/strict';
import type { TokenCredential } from '@azure/core-auth';
import { createPipelineRequest, type HttpClient, RestError } from '@azure/core-rest-pipeline';
import { explainFailure, isPassing } from '../../../lib/azure/failures.ts';
import { createTokenSource, type TokenPorts } from '../../../lib/azure/tokens.ts';
import { fakeClock, fakeTransport, type Reply } from './fake-transport.ts';

const URL = 'https://login.example/t/token';

/** A credential that asks over the wire and, as Microsoft's do, hides in a text what it was answered. */
const credentialOver = (transport: HttpClient): TokenCredential => ({
  async getToken() {
    const { status, bodyAsText } = await transport
      .sendRequest(createPipelineRequest({ url: URL, method: 'POST' }))
      .catch(() => {
        throw new Error('something went wrong');
      });
    if (status !== 200) throw new Error(`refused: ${bodyAsText}`);
    return JSON.parse(bodyAsText!);
  },
});

function source(replies: Reply[], more: Partial<TokenPorts> = {}) {
  const time = fakeClock();
  const masked: string[] = [];
  const { transport, sent } = fakeTransport((_sent, before) => replies[Math.min(before, replies.length - 1)]!);
  const tokens = createTokenSource({
    create: credentialOver,
    transport,
    onToken: (token) => masked.push(token),
    clock: time.clock,
    retryRefusal: false,
    ...more,
  });
  const token = async (scope: string) => (await tokens.get(scope)).token;
  return { ...tokens, token, masked, sent, ...time };
}

const HOUR = 3_600_000;
const START = fakeClock().clock.now();
const token = (name: string, expiresOnTimestamp = START + HOUR) => ({
  status: 200,
  body: { token: name, expiresOnTimestamp },
});

describe('tokens', () => {
  it('are kept while they are good, renewed before they expire, masked, and forgotten on demand', async () => {
    const tokens = source([token('t1'), token('t2'), token('t3', START + 3 * HOUR), token('t4')]);
    assert.equal(await tokens.token('a'), 't1');
    assert.equal(await tokens.token('a'), 't1');
    assert.equal(await tokens.token('b'), 't2');
    tokens.pass(HOUR - 60_000);
    assert.equal(await tokens.token('a'), 't3');
    tokens.renew();
    assert.equal(await tokens.token('a'), 't4');
    assert.deepEqual(tokens.masked, ['t1', 't2', 't3', 't4']);
  });

  it('are asked for once, however many requests want one', async () => {
    const tokens = source([token('t1'), token('t2')]);
    assert.deepEqual(await Promise.all(['a', 'a', 'a'].map(tokens.token)), ['t1', 't1', 't1']);
    assert.equal(tokens.sent.length, 1);
  });

  it('that can’t be renewed are used as long as they are good', async () => {
    const tokens = source([token('t1'), { status: 503 }]);
    await tokens.token('a');
    tokens.pass(HOUR - 60_000);
    assert.equal(await tokens.token('a'), 't1');
    tokens.pass(59_000);
    await assert.rejects(tokens.token('a'), /login\.example answered 503/);
  });

  for (const [name, reply] of [
    ['503', { status: 503 }],
    ['429', { status: 429 }],
    ['a lost connection', new RestError('socket hang up', { code: 'ECONNRESET' })],
    ['temporarily_unavailable', { status: 400, body: 'temporarily_unavailable: AADSTS90033: transient' }],
  ] as [string, Reply][])
    it(`fail for a time when the sign-in service answers with ${name}`, async () => {
      const error = await source([reply], { retryRefusal: true })
        .token('a')
        .catch((thrown: unknown) => thrown);
      assert.equal(isPassing(error), true, String(error));
      assert.equal(explainFailure(error)?.code, 'SignInUnavailable');
    });

  it('fail for a time when the sign-in service does not answer', async () => {
    const hanging: TokenPorts['create'] = () => ({ getToken: () => new Promise(() => {}) });
    const tokens = source([], { create: hanging, timeoutMs: 20 });
    await assert.rejects(
      tokens.token('a'),
      (error: Error) => isPassing(error) && /no answer within/.test(error.message),
    );
  });

  it('are not waited for when the run is cancelled', async () => {
    const hanging: TokenPorts['create'] = () => ({ getToken: () => new Promise(() => {}) });
    const run = new AbortController();
    const waiting = source([], { create: hanging, timeoutMs: 2_000 }).get('a', run.signal);
    run.abort(new Error('cancelled'));
    await assert.rejects(waiting, /^Error: cancelled$/);
  });

  it('are asked for again when something else answered in the sign-in service’s place', async () => {
    for (const body of ['<html>Please sign in</html>', '{}', '', 'null'])
      await assert.rejects(source([{ status: 403, body }]).token('a'), { name: 'NoAnswerError', stage: 'signIn' });
  });

  it('that are refused are not asked for again, except once by federation', async () => {
    const refusal = { status: 400, body: 'AADSTS7000215: Invalid client secret provided.' };
    const secret = source([refusal]);
    await assert.rejects(secret.token('a'), { code: 'SignInFailed', message: /its client secret is wrong/ });
    assert.equal(secret.sent.length, 1);
    const federated = source([{ status: 401, body: '{"message":"no assertion"}' }, token('t1')], {
      retryRefusal: true,
    });
    assert.equal(await federated.token('a'), 't1');
    const never = source([{ status: 401, body: '{"message":"no assertion"}' }], { retryRefusal: true });
    await assert.rejects(never.token('a'), { code: 'SignInFailed' });
    assert.equal(never.sent.length, 2);
  });

  it('without the agent’s OIDC address are a sentence', async () => {
    const create = () => {
      throw new Error(
        'AzurePipelinesCredential: is unavailable. ... missing system variable(s) "SYSTEM_OIDCREQUESTURI"',
      );
    };
    await assert.rejects(source([], { create }).token('a'), {
      code: 'SignInFailed',
      message: /no way to ask for its federated token/,
    });
  });
});
