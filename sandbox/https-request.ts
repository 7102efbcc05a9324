/** One HTTPS request from one part of the sandbox to another, under the sandbox's own certificate authority. */
import { request } from 'node:https';
import { timeLimit } from './time-limit.ts';

export interface HttpsRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string | undefined;
  /** PEM text of the certificate authority. */
  ca: string;
  /** Gives up after this many milliseconds without a complete answer. */
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface HttpsAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Resolves with the answer, whatever its status. Rejects when there is none: reset, time limit, aborted. */
export function sendHttps({ method, url, headers, body, ca, timeoutMs, signal }: HttpsRequest): Promise<HttpsAnswer> {
  const limit = timeLimit(timeoutMs);
  const either = signal ? AbortSignal.any([limit, signal]) : limit;
  const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(limit.aborted ? new Error(`The request took longer than ${timeoutMs / 1000} seconds.`) : error);
    const sent = request(
      url,
      { method, headers: { ...headers, ...length }, ca, agent: false, signal: either },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', fail);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });
}
