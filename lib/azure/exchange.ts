/** One request and its answer, by the library's pipeline. */
import {
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type Pipeline,
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { noAnswerOf } from './no-answer.ts';
import type { AzureRequest } from './request.ts';
import type { Retry } from './retries.ts';

/** A request that is not answered by then is lost; a poll comes again soon. */
const REQUEST_TIMEOUT_MS = 100_000;
const QUICK_TIMEOUT_MS = 30_000;

/** The library's pipeline without its retries, which treat all methods alike. */
export function createPipeline(product: string): Pipeline {
  const pipeline = createPipelineFromOptions({ userAgentOptions: { userAgentPrefix: product } });
  pipeline.removePolicy({ phase: 'Retry' });
  return pipeline;
}

export function withPolicy(pipeline: Pipeline, policy: PipelinePolicy): Pipeline {
  pipeline.addPolicy(policy, { afterPhase: 'Retry' });
  return pipeline;
}

/**
 * Limits the time of a whole exchange. The library's own limit ends when an answer begins, so that one that stalls is waited
 * for without end; and its timer goes on after a failure.
 * @throws NoAnswerError
 */
export async function withinTime(
  request: PipelineRequest,
  send: () => Promise<PipelineResponse>,
): Promise<PipelineResponse> {
  const { abortSignal, timeout, method, url } = request;
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  const timer = setTimeout(stop, timeout);
  if (abortSignal?.aborted) stop();
  abortSignal?.addEventListener('abort', stop);
  Object.assign(request, { abortSignal: limit.signal, timeout: 0 });
  try {
    return await send();
  } catch (error) {
    throw noAnswerOf(error, { method, url, timeout, ...(abortSignal ? { abortSignal } : {}) });
  } finally {
    clearTimeout(timer);
    abortSignal?.removeEventListener('abort', stop);
  }
}

export function timeoutOf(retry: Retry | undefined): number {
  return retry === 'quick' ? QUICK_TIMEOUT_MS : REQUEST_TIMEOUT_MS;
}

export function pipelineRequestOf({
  method,
  url,
  body,
  headers = {},
  signal,
  retry,
  repeatable,
  plainHttp = false,
}: AzureRequest): PipelineRequest {
  const request = createPipelineRequest({
    method,
    url,
    headers: createHttpHeaders({ Accept: 'application/json', ...headers }),
    timeout: timeoutOf(retry),
    ...(signal ? { abortSignal: signal } : {}),
    allowInsecureConnection: plainHttp,
    // A kept connection may have been closed by the other side, and then nobody knows whether the request arrived.
    disableKeepAlive: repeatable === false,
  });
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers.set('Content-Type', 'application/json');
  }
  return request;
}

export function downloadOf(
  url: string,
  { first, last }: { first: number; last: number },
  retry: Retry | undefined,
  abortSignal: AbortSignal,
): PipelineRequest {
  return createPipelineRequest({
    url,
    headers: createHttpHeaders({ Range: `bytes=${first}-${last}` }),
    streamResponseStatusCodes: new Set([200, 206]),
    timeout: timeoutOf(retry),
    abortSignal,
  });
}
