import { createHttpPoller, type LroResponse, type RawResponse } from '@azure/core-lro';
import type { AzureAnswer } from './answers.ts';
import type { AzureClient, AzureRequest } from './client.ts';
import { hasStatus } from './failures.ts';
import { type OperationPorts, type OperationStatus, operationCanceled, operationFailed } from './operations.ts';
import { isTrusted } from './trusted-hosts.ts';

/** Time between two polls: short for traffic, longer for deployments, since all callers share one budget of reads. */
const FIRST_POLL_MS = 1_000;
const SLOWEST_POLL_MS = 15_000;
const SLOWER_BY = 1.4;
/** Reads that find nothing, one after the other, before that counts: 15 seconds of them. */
const MOST_NOT_FOUND = 6;

/** What a write that may take long is followed with. */
export interface LongRunningPorts extends OperationPorts {
  /** Hears after every poll what the service says and how long it has taken so far. */
  tell: (status: string, milliseconds: number) => void;
}

/**
 * Sends a write and follows the operation that it starts to its end with Microsoft's poller, which knows the ways in which
 * Azure answers: `Azure-AsyncOperation`, `Location`, or the resource's own `provisioningState`. Its statuses other than
 * the three ends are still running (the service says `Creating` and `Updating`), and the address is used exactly as it
 * came: it carries a signature.
 * @returns the resource as it is afterwards; undefined after a DELETE
 * @throws UserError `OperationFailed`, `OperationCanceled`
 */
export async function sendAndPoll<T>(client: AzureClient, request: AzureRequest, ports: LongRunningPorts): Promise<T> {
  const { clock, signal, tell } = ports;
  const began = clock.now();
  let last: OperationStatus | null | undefined;
  const poller = await createHttpPoller<T, { status: 'running'; result?: T }>(
    {
      requestMethod: request.method,
      requestPath: request.url,
      sendInitialRequest: async () => responseOf<T>(await client.send<T>(request)),
      async sendPollRequest(address) {
        // It may come out of an answer; its signature is all that another host may see.
        const url = new URL(address, request.url).href;
        const audience = isTrusted(client.cloud, url) ? request.audience : 'none';
        const from = 'the operation that Azure started';
        const poll = { method: 'GET', url, audience, signal, from, mayBeEmpty: true } as const;
        const answer = await onceFound(() => client.send<T>(poll), ports);
        last = answer.body as OperationStatus | null | undefined;
        return responseOf(answer);
      },
    },
    { resolveOnUnsuccessful: true, intervalInMs: 0 },
  );
  for (let pause = FIRST_POLL_MS; !poller.isDone(); pause = Math.min(pause * SLOWER_BY, SLOWEST_POLL_MS)) {
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
    await poller.poll({ abortSignal: signal });
    tell(last?.status ?? '', clock.now() - began);
  }
  const status: string = poller.getOperationState().status;
  if (status === 'failed') throw operationFailed(last?.error);
  if (status === 'canceled') throw operationCanceled();
  return poller.getResult() as T;
}

/** What was just begun, or made, may be unknown for a moment: a read that finds nothing is tried again. */
async function onceFound<T>(read: () => Promise<T>, { clock, signal }: OperationPorts): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await read();
    } catch (error) {
      if (!hasStatus(error, 404) || tries === MOST_NOT_FOUND) throw error;
      await clock.sleep(FIRST_POLL_MS * tries, signal);
      signal.throwIfAborted();
    }
}

function responseOf<T>(answer: AzureAnswer<T>): LroResponse<T> {
  const names = ['azure-asyncoperation', 'operation-location', 'location', 'retry-after'];
  const headers = names.flatMap((name) => {
    const value = answer.header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const rawResponse: RawResponse = {
    statusCode: answer.status,
    headers: Object.fromEntries(headers),
    body: answer.body ?? {},
  };
  return { flatResponse: answer.body, rawResponse };
}
