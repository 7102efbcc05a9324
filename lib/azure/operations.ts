import type { Clock } from '../core/clock.ts';
import { UserError } from '../core/errors.ts';
import type { AzureAnswer } from './answers.ts';
import type { AzureClient, AzureRequest } from './client.ts';
import { isTrusted } from './trusted-hosts.ts';

/** How an operation is followed. */
export interface OperationPorts {
  clock: Clock;
  /** Ends the waiting; what the service has begun goes on. */
  signal: AbortSignal;
}

/** What a status document says, as far as it is read: `{ status: 'Updating', error? }`. */
export interface OperationStatus {
  status?: string | null;
  error?: { code?: string | null; message?: string | null } | null;
}

/** Time between two polls: the first as in azure-ai-ml; longer for long ones, since all callers share one budget of reads. */
const FIRST_POLL_MS = 5_000;
const SLOWEST_POLL_MS = 30_000;

/**
 * Sends a write and follows the operation that it starts, if it starts one, to its end. Recorded from the service: 201 and
 * 202 both start operations; the address is in `Azure-AsyncOperation`, else in `Location`; a `Location` that is the
 * resource itself is no operation. The first answer shows the resource as it was before, so it is read again at the end.
 * @returns the body of the resource after the operation, or of the answer when there is nothing to wait for
 * @throws UserError `OperationFailed`, `OperationCanceled`
 */
export async function sendAndFollow<T>(client: AzureClient, request: AzureRequest, ports: OperationPorts): Promise<T> {
  const answer = await client.send<T>(request);
  const operation = operationOf(request, answer);
  if (!operation) return answer.body;
  await followOperation(client, operation, ports);
  const { url, audience } = request;
  return (await client.send<T>({ method: 'GET', url, audience, signal: ports.signal })).body;
}

/** An operation that was started: where it is polled, and how. */
export interface Operation {
  url: string;
  /** `status`: documents with a status. `result`: 202 until there is a result. */
  kind: 'status' | 'result';
}

/** The operation that an answer says was started; undefined when the work is done. */
export function operationOf({ url }: Pick<AzureRequest, 'url'>, answer: AzureAnswer<unknown>): Operation | undefined {
  if (answer.status !== 201 && answer.status !== 202) return undefined;
  const status = answer.header('azure-asyncoperation');
  if (status) return { url: status, kind: 'status' };
  const location = answer.header('location');
  if (!location || (answer.status === 201 && isSameResource(location, url))) return undefined;
  return { url: new URL(location, url).href, kind: 'result' };
}

function isSameResource(one: string, other: string): boolean {
  const pathOf = (url: string): string => new URL(url, other).pathname.toLowerCase();
  return pathOf(one) === pathOf(other);
}

/**
 * Polls an operation until it ends. Any status other than Succeeded, Failed and Canceled is still running (the service
 * says `Creating` and `Updating`), there is no `Retry-After` to rely on, and the address is used exactly as it came: it
 * carries a signature.
 * @throws UserError `OperationFailed`, `OperationCanceled`
 */
export async function followOperation(client: AzureClient, operation: Operation, ports: OperationPorts): Promise<void> {
  const { clock, signal } = ports;
  const { url } = operation;
  // It comes out of an answer; its signature is all that another host may see.
  const audience = isTrusted(client.cloud, url) ? 'arm' : 'none';
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    await clock.sleep(pause, signal);
    signal.throwIfAborted();
    const answer = await client.send<OperationStatus | null | undefined>({
      method: 'GET',
      url,
      audience,
      signal,
      from: 'the operation that Azure started',
      mayBeEmpty: true,
    });
    const { status, error } = answer.body ?? {};
    if (status === 'Failed') throw operationFailed(error);
    if (status === 'Canceled') throw operationCanceled();
    if (status === 'Succeeded') return;
    // A result has no status of its own: a registry answers `{ assetId }`.
    if (operation.kind === 'result' && answer.status !== 202 && typeof status !== 'string') return;
  }
}

/** A failed operation's error may come without a code, and with a message of many lines. */
export function operationFailed(error: OperationStatus['error']): UserError {
  const said = [error?.code, error?.message?.trim()].filter((text) => text).join(': ');
  return new UserError({
    code: 'OperationFailed',
    message: `Azure ML accepted the request, but could not complete it: ${said || 'the service gave no reason.'}`,
    fix: 'Change what the message names, then run the job again.',
  });
}

export function operationCanceled(): UserError {
  return new UserError({
    code: 'OperationCanceled',
    message: 'Azure ML accepted the request, but somebody cancelled the operation.',
    fix: 'Run the job again.',
  });
}
