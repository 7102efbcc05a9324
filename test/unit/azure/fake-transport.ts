/** An HTTP client that answers from a list, for tests of everything above it. */
import { createHttpHeaders, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline';
import type { Clock } from '../../../lib/core/clock.ts';

/** An answer, or an error that is thrown in its place. */
export type Reply = { status: number; body?: unknown; headers?: Record<string, string> } | Error;

/** A sent request, as it was at that time. */
export interface Sent {
  method: string;
  url: string;
  authorization: string | undefined;
  timeout: number;
  body: unknown;
}

/** @param reply is asked for every request, with the number of requests before it */
export function fakeTransport(reply: (sent: Sent, before: number, request: PipelineRequest) => Reply | Promise<Reply>) {
  const sent: Sent[] = [];
  const transport: HttpClient = {
    async sendRequest(request) {
      const { method, url, timeout, body: content } = request;
      const one = { method, url, timeout, body: content, authorization: request.headers.get('Authorization') };
      sent.push(one);
      const answer = await reply(one, sent.length - 1, request);
      if (answer instanceof Error) throw answer;
      const { status, body, headers = {} } = answer;
      const bodyAsText = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
      return { request, status, headers: createHttpHeaders(headers), bodyAsText };
    },
  };
  return { transport, sent };
}

/** A clock whose sleeps take no time, but move it on. */
export function fakeClock() {
  let now = 1_700_000_000_000;
  const slept: number[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
  return { clock, slept, pass: (milliseconds: number) => (now += milliseconds) };
}
