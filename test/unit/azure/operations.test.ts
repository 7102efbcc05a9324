import assert from 'node:assert/strict';
import type { AzureClient, AzureRequest } from '../../../lib/azure/client.ts';
import { sendAndFollow } from '../../../lib/azure/operations.ts';
import type { Clock } from '../../../lib/core/clock.ts';
import { UserError } from '../../../lib/core/errors.ts';

const ARM = 'https://management.azure.com';
const ENDPOINT = `${ARM}/subscriptions/s/onlineEndpoints/e?api-version=x`;
const OPERATION = `${ARM}/subscriptions/s/providers/p/locations/eastus/mfeOperationsStatus/oe:1:2?api-version=x&t=1&c=MII%2B&s=a%2Fb&h=z`;

interface Given {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A service that gives these answers one after the other, and what was sent to it. */
function service(...answers: Given[]) {
  const sent: AzureRequest[] = [];
  const slept: number[] = [];
  const send = async (request: AzureRequest) => {
    sent.push(request);
    const { status, headers = {}, body } = answers[sent.length - 1]!;
    const header = (wanted: string) =>
      Object.entries(headers).find(([name]) => name.toLowerCase() === wanted.toLowerCase())?.[1];
    return { status, body, text: '', header };
  };
  const clock: Clock = {
    now: () => 0,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
    },
  };
  const client = {
    cloud: { armUrl: ARM, mlScope: 'https://ml.azure.com/.default', isPublic: true },
    send,
  } as unknown as AzureClient;
  const put = (url = ENDPOINT, signal = new AbortController().signal) =>
    sendAndFollow<any>(client, { method: 'PUT', url, audience: 'arm', body: {} }, { clock, signal });
  return { sent, slept, put };
}

describe('operations of the service', () => {
  it('end with the resource as it is afterwards, whatever the running status is called', async () => {
    const { sent, slept, put } = service(
      {
        status: 201,
        headers: { 'Azure-AsyncOperation': OPERATION, Location: ENDPOINT },
        body: { properties: { traffic: {} } },
      },
      { status: 200, body: { status: 'Creating', percentComplete: 0 } },
      { status: 202, body: null },
      { status: 200, body: { status: 'Updating' } },
      { status: 200, body: { status: 'SomethingNew' } },
      { status: 200, body: { status: 'Succeeded', percentComplete: 0 } },
      { status: 200, body: { properties: { traffic: { blue: 100 } } } },
    );
    assert.deepEqual(await put(), { properties: { traffic: { blue: 100 } } });
    assert.deepEqual(
      sent.map(({ method, url }) => [method, url]),
      [['PUT', ENDPOINT], ...Array.from({ length: 5 }, () => ['GET', OPERATION]), ['GET', ENDPOINT]],
    );
    assert.equal(slept.length, 5);
  });

  it('are found whatever the case of the header', async () => {
    const { sent, put } = service(
      { status: 202, headers: { 'azure-asyncoperation': OPERATION }, body: null },
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: { name: 'e' } },
    );
    assert.deepEqual(await put(), { name: 'e' });
    assert.equal(sent[1]!.url, OPERATION);
  });

  it('are not started by a version that was made: its Location is itself', async () => {
    const url = `${ARM}/subscriptions/s/models/m/versions/1?api-version=x`;
    const { sent, put } = service({
      status: 201,
      headers: { Location: url.replace('models', 'Models') },
      body: { name: '1' },
    });
    assert.deepEqual(await put(url), { name: '1' });
    assert.equal(sent.length, 1);
  });

  it('of a registry are polled on its other host: 202 until there is a result', async () => {
    const location = 'https://westus.api.azureml.ms/assetstore/v1.0/operations/abc';
    const { sent, put } = service(
      { status: 202, headers: { Location: location }, body: null },
      { status: 202, body: undefined },
      { status: 200, body: { assetId: 'azureml://registries/r/models/m/versions/1' } },
      { status: 200, body: { name: 'm' } },
    );
    assert.deepEqual(await put(), { name: 'm' });
    assert.deepEqual(
      sent.map(({ url, audience }) => [url, audience]),
      [
        [ENDPOINT, 'arm'],
        [location, 'arm'],
        [location, 'arm'],
        [ENDPOINT, 'arm'],
      ],
    );
  });

  it('of a change in place answer 202 with a status while they run', async () => {
    const { put } = service(
      { status: 202, headers: { Location: `${ARM}/mfeOperationResults/od:1` }, body: null },
      { status: 202, body: { status: 'Updating' } },
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: { name: 'blue' } },
    );
    assert.deepEqual(await put(), { name: 'blue' });
  });

  it('that fail give the service’s reason, also one without a code', async () => {
    const failing = (error: unknown) =>
      service(
        { status: 201, headers: { 'Azure-AsyncOperation': OPERATION } },
        { status: 200, body: { status: 'Failed', error } },
      ).put();
    const isFailure = (text: RegExp) => (error: unknown) =>
      error instanceof UserError && error.code === 'OperationFailed' && text.test(error.message);
    await assert.rejects(
      failing({ code: null, message: 'ResourceNotReady: User container has crashed' }),
      isFailure(/complete it: ResourceNotReady: User container/),
    );
    await assert.rejects(failing({ code: 'OutOfQuota', message: 'x' }), isFailure(/: OutOfQuota: x$/));
    await assert.rejects(failing(undefined), isFailure(/gave no reason/));
  });

  it('that somebody cancels do not succeed', async () => {
    const { put } = service(
      { status: 201, headers: { 'Azure-AsyncOperation': OPERATION } },
      { status: 200, body: { status: 'Canceled' } },
    );
    await assert.rejects(put(), (error) => error instanceof UserError && error.code === 'OperationCanceled');
  });

  it('are no longer waited for when the run is cancelled', async () => {
    const run = new AbortController();
    const { sent, put } = service({ status: 201, headers: { 'Azure-AsyncOperation': OPERATION } });
    run.abort(new Error('the run was cancelled'));
    await assert.rejects(put(ENDPOINT, run.signal), /the run was cancelled/);
    assert.equal(sent.length, 1);
  });

  it('on a host that is not of this cloud get no token', async () => {
    const { sent, put } = service(
      { status: 201, headers: { 'Azure-AsyncOperation': 'https://evil.example/x?s=1' } },
      { status: 200, body: { status: 'Succeeded' } },
      { status: 200, body: { name: 'e' } },
    );
    await put();
    assert.deepEqual([sent[1]!.url, sent[1]!.audience], ['https://evil.example/x?s=1', 'none']);
  });
});
