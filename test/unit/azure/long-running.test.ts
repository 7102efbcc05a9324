import assert from 'node:assert/strict';
import type { AzureClient, AzureRequest } from '../../../lib/azure/client.ts';
import { AzureError } from '../../../lib/azure/failures.ts';
import { sendAndPoll } from '../../../lib/azure/long-running.ts';
import type { UserError } from '../../../lib/core/errors.ts';

const ARM = 'https://management.azure.com';
const ENDPOINT = `${ARM}/subscriptions/s/onlineEndpoints/e?api-version=x`;
const OPERATIONS = `${ARM}/subscriptions/s/providers/p/locations/eastus`;
const OPERATION = `${OPERATIONS}/mfeOperationsStatus/oe:1:2?api-version=x&t=1&c=MII%2B&s=a%2Fb&h=z`;
const RESULT = `${OPERATIONS}/mfeOperationResults/oe:1:2?api-version=x&t=1&s=a%2Fb`;

interface Given {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A service that gives these answers one after the other, and what was sent to it. */
function service(...answers: (Given | Error)[]) {
  const sent: AzureRequest[] = [];
  const slept: number[] = [];
  const heard: string[] = [];
  const run = new AbortController();
  const send = async (request: AzureRequest) => {
    sent.push(request);
    const answer = answers[sent.length - 1] ?? assert.fail(`${request.method} ${request.url} was not expected`);
    if (answer instanceof Error) throw answer;
    const { status, headers = {}, body } = answer;
    const header = (wanted: string) =>
      Object.entries(headers).find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1];
    return { status, body, text: '', header };
  };
  let now = 0;
  const sleep = async (milliseconds: number): Promise<void> => {
    slept.push(milliseconds);
    now += milliseconds;
  };
  const cloud = { armUrl: ARM, mlScope: 'https://ml.azure.com/.default', isPublic: true };
  const client = { cloud, send } as unknown as AzureClient;
  const follow = (method: 'PUT' | 'DELETE' | 'PATCH' = 'PUT', body: unknown = {}) =>
    sendAndPoll<any>(
      client,
      { method, url: ENDPOINT, audience: 'arm', body },
      { clock: { now: () => now, sleep }, signal: run.signal, tell: (status) => heard.push(status) },
    );
  const urls = () => sent.map(({ method, url }) => `${method} ${url}`);
  return { sent, slept, heard, run, follow, urls };
}

describe('a write whose operation is followed with the poller of Azure’s clients', () => {
  it('uses the address exactly as it came, polls without Retry-After, and reads the resource at the end', async () => {
    const { follow, urls, slept, heard } = service(
      {
        status: 201,
        headers: { 'Azure-AsyncOperation': OPERATION, Location: ENDPOINT },
        body: { properties: { provisioningState: 'Updating', traffic: { blue: 100 } } },
      },
      { status: 200, body: { status: 'Creating', percentComplete: 0 } },
      { status: 200, body: { status: 'Updating', endTime: '0001-01-01T00:00:00+00:00' } },
      { status: 200, body: { status: 'SomethingNew' } },
      { status: 200, body: { status: 'Succeeded', percentComplete: 0 } },
      { status: 200, body: { properties: { traffic: { blue: 90, green: 10 } } } },
    );
    assert.deepEqual(await follow(), { properties: { traffic: { blue: 90, green: 10 } } });
    assert.deepEqual(urls(), [`PUT ${ENDPOINT}`, ...Array(4).fill(`GET ${OPERATION}`), `GET ${ENDPOINT}`]);
    assert.deepEqual(heard.slice(0, 3), ['Creating', 'Updating', 'SomethingNew']);
    assert.equal(slept[0], 1_000);
    assert.ok(
      slept.every((pause, i) => i === 0 || pause > slept[i - 1]!),
      'each pause is longer than the one before',
    );
  });

  it('never pauses for longer than 15 seconds', async () => {
    const running = Array.from({ length: 40 }, () => ({ status: 200, body: { status: 'Updating' } }));
    const started = { status: 201, headers: { 'Azure-AsyncOperation': OPERATION }, body: {} };
    const done = { status: 200, body: { status: 'Succeeded' } };
    const { follow, slept } = service(started, ...running, done, { status: 200, body: { name: 'e' } });
    assert.deepEqual(await follow(), { name: 'e' });
    assert.equal(Math.max(...slept), 15_000);
  });

  it('with a Location alone, and 202 without a body while it runs, ends with the first other answer', async () => {
    const { follow, urls } = service(
      { status: 202, headers: { Location: RESULT }, body: null },
      { status: 202, body: null },
      { status: 202, body: { status: 'Updating' } },
      { status: 200, body: { status: 'Succeeded' } },
    );
    await follow('PATCH');
    assert.deepEqual(urls(), [`PATCH ${ENDPOINT}`, ...Array(3).fill(`GET ${RESULT}`)]);
  });

  it('is done when a DELETE finds nothing, and follows one that finds something', async () => {
    const nothing = service({ status: 204 });
    assert.equal(await nothing.follow('DELETE', undefined), undefined);
    assert.equal(nothing.sent.length, 1);
    const something = service(
      { status: 202, headers: { 'Azure-AsyncOperation': OPERATION, Location: RESULT }, body: null },
      { status: 200, body: { status: 'Deleting' } },
      { status: 200, body: { status: 'Succeeded' } },
    );
    await something.follow('DELETE', undefined);
    assert.ok(
      something
        .urls()
        .slice(1, 3)
        .every((url) => url === `GET ${OPERATION}`),
    );
    assert.ok(!something.urls().includes(`GET ${ENDPOINT}`), 'what was deleted is not read');
  });

  it('fails with the reason of the operation’s document, with and without a code', async () => {
    const failing = (error: unknown) =>
      service(
        { status: 201, headers: { 'Azure-AsyncOperation': OPERATION }, body: {} },
        { status: 200, body: { status: 'Updating' } },
        { status: 200, body: { error, status: 'Failed', startTime: '2026-03-01T10:00:00.123Z', endTime: 'x' } },
      ).follow();
    const cases: [unknown, RegExp][] = [
      [{ code: 'OutOfQuota', message: 'Not enough quota.\n' }, /: OutOfQuota: Not enough quota\.$/],
      [{ message: 'ResourceNotReady: User container has crashed' }, /: ResourceNotReady: User container has crashed$/],
      [{ code: null, message: null }, /gave no reason/],
      [undefined, /gave no reason/],
    ];
    for (const [error, said] of cases)
      await assert.rejects(failing(error), (thrown: UserError) => {
        assert.equal(thrown.code, 'OperationFailed');
        assert.match(thrown.message, said);
        return true;
      });
  });

  it('fails when somebody cancels the operation', async () => {
    const { follow } = service(
      { status: 201, headers: { 'Azure-AsyncOperation': OPERATION }, body: {} },
      { status: 200, body: { status: 'Canceled' } },
    );
    await assert.rejects(follow(), { code: 'OperationCanceled' });
  });

  const started = { status: 201, headers: { 'Azure-AsyncOperation': OPERATION }, body: {} };
  const missing = new AzureError({
    status: 404,
    code: 'NotFound',
    message: 'not found',
    method: 'GET',
    url: OPERATION,
  });

  it('goes on when the operation, or the resource at the end, is unknown for a moment', async () => {
    const { follow, urls } = service(
      ...[started, missing, missing, { status: 200, body: { status: 'Updating' } }],
      ...[{ status: 200, body: { status: 'Succeeded' } }, missing, { status: 200, body: { name: 'e' } }],
    );
    assert.deepEqual(await follow(), { name: 'e' });
    assert.deepEqual(urls().slice(1), [...Array(4).fill(`GET ${OPERATION}`), ...Array(2).fill(`GET ${ENDPOINT}`)]);
  });

  it('fails when the operation stays unknown, and when the write is refused', async () => {
    const { follow, slept } = service(started, ...Array<Error>(6).fill(missing));
    await assert.rejects(follow(), missing);
    assert.ok(slept.reduce((sum, pause) => sum + pause, 0) < 30_000);
    await assert.rejects(service(new Error('400 quota')).follow(), /400 quota/);
  });

  it('sends no token to another host, whose signature is all that it sees', async () => {
    for (const host of [
      'https://evil.example/op?s=1',
      'http://management.azure.com/op?s=1',
      `${ARM}.evil.example/op?s=1`,
    ]) {
      const { follow, sent } = service(
        { status: 201, headers: { 'Azure-AsyncOperation': host }, body: {} },
        { status: 200, body: { status: 'Succeeded' } },
        { status: 200, body: { name: 'e' } },
      );
      await follow();
      assert.deepEqual(
        sent.map(({ url, audience }) => [url, audience]),
        [
          [ENDPOINT, 'arm'],
          [host, 'none'],
          [ENDPOINT, 'arm'],
        ],
      );
    }
  });

  it('is no longer waited for when the run is cancelled', async () => {
    const { follow, run, sent } = service({ status: 201, headers: { 'Azure-AsyncOperation': OPERATION }, body: {} });
    run.abort(new Error('the run was cancelled'));
    await assert.rejects(follow(), /the run was cancelled/);
    assert.equal(sent.length, 1);
  });
});
