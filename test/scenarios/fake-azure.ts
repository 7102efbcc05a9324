/**
 * A fake Azure ML on loopback HTTPS: Resource Manager, sign-in, data plane, logs and storage in one server, so small that a
 * test can change any of its answers. It knows just enough for the built tasks to run; the sandbox is the faithful one.
 *
 *     const azure = await startFakeAzure();
 *     azure.addJob('train', 'Running');
 *     azure.on(/^PUT .*\/jobs\//, answers(503), { times: 2 });  // then as usual
 *     azure.on(/^GET .*\/token/, hangs());
 *     const run = await runBuiltTask('stream-job', azure, { jobName: 'train' });  // run-built-task.ts
 *     azure.stop();
 */
import { mkdtempSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareTls } from '../../sandbox/tls.ts';
import { type Answer, type FakeJob, type FakeState, jobOf, type Received, usualAnswer } from './fake-service.ts';

/**
 * What happens to a request. `usual` does the usual work and gives its answer without sending it. Whoever returns an answer
 * has it sent; whoever returns nothing has dealt with the response (or leaves it without one).
 */
export type Behaviour = (
  request: Received,
  usual: () => Answer,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>;

export interface FakeAzure extends FakeState {
  /** The file of the certificate authority that the server's certificate is of. */
  caFile: string;
  /** Every request, oldest first. */
  requests: Received[];
  addJob(name: string, status?: string, more?: Record<string, unknown>): FakeJob;
  /** Changes what happens to requests that match; the newest rule that still has `times` left wins. */
  on(pattern: RegExp, behaviour: Behaviour, options?: { times?: number }): void;
  /** Requests that match, oldest first. */
  received(pattern: RegExp): Received[];
  stop(): void;
}

export async function startFakeAzure(): Promise<FakeAzure> {
  const tls = await prepareTls(mkdtempSync(join(tmpdir(), 'fake-azure-')));
  const rules: { pattern: RegExp; behaviour: Behaviour; left: number }[] = [];
  const state: FakeState = {
    url: '',
    jobs: new Map(),
    children: new Map(),
    metrics: new Map(),
    models: new Map(),
    logs: new Map(),
  };
  const requests: Received[] = [];
  const server = createServer({ cert: tls.cert, key: tls.key }, async (message, response) => {
    const request = await receive(message);
    requests.push(request);
    const rule = rules.findLast(({ pattern, left }) => left > 0 && pattern.test(request.line));
    if (rule) rule.left--;
    const usual = (): Answer => usualAnswer(state, request);
    const answer = rule ? await rule.behaviour(request, usual, response) : usual();
    if (answer) send(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    caFile: tls.caFile,
    requests,
    addJob(name: string, status = 'Running', more = {}) {
      const job = jobOf(name, status, more);
      state.jobs.set(name, job);
      return job;
    },
    on(pattern: RegExp, behaviour: Behaviour, { times = Number.POSITIVE_INFINITY } = {}) {
      rules.push({ pattern, behaviour, left: times });
    },
    received: (pattern: RegExp) => requests.filter(({ line }) => pattern.test(line)),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  });
}

/** The same answer, whatever is asked. */
export const answers =
  (status: number, body?: unknown, headers?: Record<string, string>): Behaviour =>
  () => ({ status, body, ...(headers ? { headers } : {}) });

/** The request is not done and the connection is lost. */
export const dropsConnection = (): Behaviour => (_request, _usual, response) => {
  response.socket?.destroy();
  return undefined;
};

/** The request is done, but its answer is lost. */
export const losesAnswer = (): Behaviour => (_request, usual, response) => {
  usual();
  response.socket?.destroy();
  return undefined;
};

/** The connection is lost in the middle of the answer's body. */
export const cutsAnswer = (): Behaviour => (_request, usual, response) => {
  const { status, body, headers } = usual();
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? '');
  response.writeHead(status, { ...headers, 'Content-Length': String(bytes.length + 1) });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  return undefined;
};

/** There is never an answer. */
export const hangs = (): Behaviour => () => undefined;

/** Something else happens after a while. */
export const later =
  (milliseconds: number, behaviour: Behaviour = (_request, usual) => usual()): Behaviour =>
  async (...exchange) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return behaviour(...exchange);
  };

async function receive(message: IncomingMessage): Promise<Received> {
  let text = '';
  for await (const chunk of message.setEncoding('utf8')) text += chunk;
  const url = new URL(message.url!, 'https://fake');
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // A form or nothing.
  }
  const { method = '', headers } = message;
  const path = decodeURIComponent(url.pathname);
  return { at: Date.now(), line: `${method} ${message.url}`, method, url, path, headers, body };
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (response.destroyed) return;
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, { ...(isRaw ? {} : { 'Content-Type': 'application/json' }), ...headers });
  response.end(isRaw ? body : body === undefined ? '' : JSON.stringify(body));
}
