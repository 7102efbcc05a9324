import { Readable } from 'node:stream';
import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Clock } from '../../../lib/core/clock.ts';

/** Time that passes only when somebody sleeps. */
export function fakeClock(): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    async sleep(milliseconds, signal) {
      if (signal?.aborted) return;
      now += milliseconds;
      await new Promise((done) => setImmediate(done));
    },
  };
}

export interface FakeStep {
  runId: string;
  displayName?: string;
  status: string;
  [more: string]: unknown;
}

/** What one turn of the follower meets. */
export interface Turn {
  status: string | Error;
  steps?: FakeStep[];
  warnings?: string[];
  /** Properties of the job's run. */
  properties?: Record<string, string>;
}

export function azureError(status: number): AzureError {
  const message = `answered ${status}`;
  return new AzureError({ status, code: `Code${status}`, message, method: 'GET', url: 'https://api/x' });
}

/** The content of a log, the status of an error, or what is thrown. */
type Log = Buffer | (() => Buffer | number);

/**
 * A run history whose job is in another state at each turn; the last one stays.
 * @param isListed whether the log of a run is among its files by now
 */
export function fakeJob(turns: Turn[], logs: Record<string, Log> = {}, isListed: (id: string) => boolean = () => true) {
  let at = -1;
  const requests: string[] = [];
  const current = (): Turn => turns[Math.min(Math.max(at, 0), turns.length - 1)]!;
  const detailsOf = (id: string, status: string) => ({
    runId: id,
    status,
    startTimeUtc: new Date(1_000_000).toISOString(),
    logFiles: logs[id] === undefined || !isListed(id) ? {} : { 'user_logs/std_log.txt': `https://blob/${id}` },
    properties: id === 'job' ? (current().properties ?? {}) : {},
    warnings: id === 'job' ? (current().warnings ?? []).map((message) => ({ message })) : null,
    error: { error: { code: 'UserError', message: `${id} broke` } },
  });
  const answer = (url: string): unknown => {
    const { pathname } = new URL(url);
    if (!pathname.startsWith('/history')) throw azureError(404);
    const id = /runs\/([^/]+)/.exec(pathname)?.[1] ?? '';
    if (pathname.endsWith('/children')) return { value: id === 'job' ? (current().steps ?? []) : [] };
    if (id !== 'job') {
      const step = current().steps?.find(({ runId }) => runId === id);
      return { ...detailsOf(id, 'Completed'), ...step };
    }
    at++;
    const { status } = current();
    if (status instanceof Error) throw status;
    return detailsOf('job', status);
  };
  const client = {
    readsLeft: () => undefined,
    send: async ({ url, method }: { url: string; method: string }) => {
      requests.push(`${method} ${new URL(url).pathname}`);
      const body = answer(url);
      return { status: 200, body, text: JSON.stringify(body), header: () => undefined };
    },
    download: async (url: string, range: { first: number; last: number }) => {
      const id = new URL(url).pathname.slice(1);
      requests.push(`BLOB ${id}`);
      const log = logs[id]!;
      const bytes = typeof log === 'function' ? log() : log;
      if (typeof bytes === 'number') return { status: bytes, stream: undefined, header: () => undefined };
      return blobAnswer(bytes, range);
    },
  };
  const workspace = {
    client,
    url: 'https://arm/ws',
    apiVersionOf,
    audience: 'arm',
    historyUrl: 'https://api/history',
  } as unknown as Workspace;
  return { workspace, requests };
}

/** A blob's answer to a range, as storage gives it, in pieces of odd sizes. */
export function blobAnswer(bytes: Buffer, { first, last }: { first: number; last: number }, created?: string) {
  const headers: Record<string, string | undefined> = { 'x-ms-creation-time': created };
  const header = (name: string): string | undefined => headers[name];
  if (first >= bytes.length) {
    headers['content-range'] = `bytes */${bytes.length}`;
    return { status: 416, stream: undefined, header };
  }
  const part = bytes.subarray(first, last + 1);
  headers['content-range'] = `bytes ${first}-${first + part.length - 1}/${bytes.length}`;
  const pieces: Buffer[] = [];
  for (let i = 0; i < part.length; i += 64_007) pieces.push(part.subarray(i, i + 64_007));
  return { status: 206, stream: Readable.from(pieces), header };
}
