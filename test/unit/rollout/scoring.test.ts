import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AzureError } from '../../../lib/azure/failures.ts';
import { createTransport } from '../../../lib/azure/network.ts';
import type { AzureRequest } from '../../../lib/azure/request.ts';
import type { OnlineEndpoint } from '../../../lib/azureml/online-endpoints.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { openScorer } from '../../../lib/rollout/scoring.ts';
import { renewingSecret } from '../../../lib/rollout/scoring-secret.ts';
import { openedClient } from '../azure/opened-client.ts';

describe('the key or token of an endpoint', () => {
  const HOUR = 3_600_000;
  const setUp = (secrets: ({ secret: string; refreshAfter?: number; expiry?: number } | Error)[]) => {
    let now = 0;
    let fetched = 0;
    const heard: string[] = [];
    const read = async () => {
      const next = secrets[Math.min(fetched++, secrets.length - 1)]!;
      if (next instanceof Error) throw next;
      const { secret, refreshAfter, expiry } = next;
      return { secret, refreshAfterMs: refreshAfter, expiryMs: expiry };
    };
    const clock = { now: () => now, sleep: async () => undefined };
    const open = () => renewingSecret(read, { clock, onSecret: (secret) => heard.push(secret) });
    return { open, heard, fetched: () => fetched, at: (time: number) => (now = time) };
  };

  it('is fetched once while it is good', async () => {
    const { open, at, fetched, heard } = setUp([{ secret: 'key' }]);
    const secret = await open();
    at(100 * HOUR);
    assert.equal(await secret.current(), 'key');
    assert.equal(fetched(), 1);
    assert.deepEqual(heard, ['key'], 'it is masked');
  });

  it('is renewed when the service says so, before it expires', async () => {
    const { open, at, fetched, heard } = setUp([
      { secret: 'a', refreshAfter: HOUR, expiry: 2 * HOUR },
      { secret: 'b', refreshAfter: 0, expiry: 9 * HOUR },
    ]);
    const secret = await open();
    at(HOUR - 1);
    assert.equal(await secret.current(), 'a');
    at(HOUR + 1);
    assert.deepEqual(await Promise.all([secret.current(), secret.current()]), ['b', 'b']);
    assert.equal(fetched(), 2, 'once for all that ask');
    assert.equal(await secret.current(), 'b');
    assert.equal(fetched(), 2, 'a time in the past is not asked for again right away');
    assert.deepEqual(heard, ['a', 'b']);
  });

  it('stays the old one when it can not be renewed just now', async () => {
    const { open, at } = setUp([{ secret: 'a', expiry: 2 * HOUR }, new Error('busy'), { secret: 'b' }]);
    const secret = await open();
    at(2 * HOUR - 60_000);
    assert.equal(await secret.current(), 'a');
    at(2 * HOUR + 1);
    assert.equal(await secret.current(), 'b');
  });

  it('is another one after it was refused, fetched once', async () => {
    const { open, fetched } = setUp([{ secret: 'old' }, { secret: 'new' }]);
    const secret = await open();
    assert.deepEqual(await Promise.all([secret.instead('old'), secret.instead('old')]), ['new', 'new']);
    assert.equal(await secret.current(), 'new');
    assert.equal(fetched(), 2);
  });

  it('is not fetched again and again when the same one is refused', async () => {
    const { open, at, fetched } = setUp([{ secret: 'same' }]);
    const secret = await open();
    for (let i = 0; i < 5; i++) assert.equal(await secret.instead('same'), undefined);
    assert.equal(fetched(), 2);
    at(HOUR);
    await secret.instead('same');
    assert.equal(fetched(), 3);
  });
});

describe('requests to an endpoint', () => {
  const clock = { now: () => 0, sleep: async () => undefined };
  const endpoint = (properties: object): OnlineEndpoint => ({ name: 'churn', properties }) as OnlineEndpoint;
  const ports = { clock, signal: new AbortController().signal, onSecret: () => undefined, allowHttp: false };
  const workspace = (send: (request: AzureRequest) => Promise<unknown>): Workspace =>
    ({ client: { send }, ids: {} }) as unknown as Workspace;

  it('are refused before the first one when the address is not an HTTPS one', async () => {
    const none = workspace(() => assert.fail('nothing is sent'));
    await assert.rejects(
      openScorer(none, endpoint({ scoringUri: 'http://10.0.0.7/api/v1/endpoint/churn/score' }), ports),
      (error: { code: string; message: string; fix: string }) => {
        assert.equal(error.code, 'EndpointNotReady');
        assert.match(error.message, /'churn' takes requests at http:\/\/10\.0\.0\.7.*HTTPS/);
        assert.match(error.fix, /HTTPS.*smokeTests and goldenData/);
        return true;
      },
    );
  });

  it('go over plain HTTP when that is allowed, with the key of the endpoint alone', async () => {
    const sent: AzureRequest[] = [];
    const send = async (request: AzureRequest) => {
      sent.push(request);
      return { status: 200, text: '{}' };
    };
    const scoringUri = 'http://10.0.0.7/api/v1/endpoint/churn/score';
    const read = async () => ({ secret: 'key', refreshAfterMs: undefined, expiryMs: undefined });
    const allowed = { ...ports, allowHttp: true };
    const scorer = await openScorer(workspace(send), endpoint({ scoringUri, authMode: 'Key' }), allowed, read);
    await scorer.score('green', {});
    assert.deepEqual([sent[0]?.url, sent[0]?.audience, sent[0]?.plainHttp], [scoringUri, 'none', true]);
    const ofEntra = endpoint({ scoringUri, authMode: 'AADToken' });
    const none = workspace(() => assert.fail('nothing is sent'));
    await assert.rejects(
      openScorer(none, ofEntra, allowed, async () => undefined),
      {
        code: 'EndpointNotReady',
        message: /tokens of Microsoft Entra ID, which are sent over HTTPS only/,
      },
    );
    // A key that can't be read is not replaced by a token of the connection.
    const keyless = await openScorer(
      workspace(send),
      endpoint({ scoringUri, authMode: 'Key' }),
      allowed,
      async () => undefined,
    );
    await keyless.score('green', {});
    assert.equal(sent[1]?.plainHttp, false, 'such a request is refused by the client');
  });

  it('reach a server that has no HTTPS, when that is allowed', async () => {
    const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers)));
    await new Promise<void>((end) => server.listen(0, '127.0.0.1', end));
    const { port } = server.address() as AddressInfo;
    const client = await openedClient([], { transport: createTransport({}, {}) });
    const read = async () => ({ secret: 'key', refreshAfterMs: undefined, expiryMs: undefined });
    const there = endpoint({ scoringUri: `http://127.0.0.1:${port}/score`, authMode: 'Key' });
    const of = { client, ids: {} } as unknown as Workspace;
    const scorer = await openScorer(of, there, { ...ports, allowHttp: true }, read);
    const { status, answer } = await scorer.score('green', {});
    const { authorization, 'azureml-model-deployment': deployment } = answer as Record<string, string>;
    assert.deepEqual([status, authorization, deployment], [200, 'Bearer key', 'green']);
    server.close();
  });

  it('are sent again with a new key after a 401, which does not count', async () => {
    const sent: (string | undefined)[] = [];
    const send = async ({ headers }: AzureRequest) => {
      sent.push(headers?.Authorization);
      if (headers?.Authorization !== 'Bearer new') throw azureError(401);
      return { status: 200, text: '{"a":1}' };
    };
    const keys = ['old', 'new'];
    const read = async () => ({ secret: keys.shift() ?? 'new', refreshAfterMs: undefined, expiryMs: undefined });
    const scorer = await openScorer(workspace(send), endpoint({ scoringUri: 'https://e.test/score' }), ports, read);
    const { status, answer, problem } = await scorer.score('green', {});
    assert.deepEqual({ status, answer, problem }, { status: 200, answer: { a: 1 }, problem: '' });
    assert.deepEqual(sent, ['Bearer old', 'Bearer new']);
  });

  it('say so when the key is refused for good', async () => {
    let sent = 0;
    const send = async () => {
      sent++;
      throw azureError(401);
    };
    const read = async () => ({ secret: 'key', refreshAfterMs: undefined, expiryMs: undefined });
    const scorer = await openScorer(workspace(send), endpoint({ scoringUri: 'https://e.test/score' }), ports, read);
    assert.equal((await scorer.score('green', {})).status, 401);
    assert.equal(sent, 1, 'the same key is not tried twice');
  });

  function azureError(status: number): AzureError {
    return Object.assign(Object.create(AzureError.prototype) as AzureError, { status, message: 'refused' });
  }
});
