import { mkdirSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { startServer } from '../server.ts';
import { prepareTls } from '../tls.ts';
import { useAgentFixture } from './agent-run.ts';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A service that answers what a test says and keeps what it got, with server tasks that call it. */
export interface Receiver {
  url: string;
  received: Received[];
  answer: (got: Received) => { status?: number; json?: unknown; headers?: Record<string, string> };
  /** Holds the definitions. */
  tasksFolder: string;
  /** Writes the definition of a server task with an input `service`, the address of the receiver. */
  define(name: string, execution: unknown, runsOn?: string[]): void;
  /** Forgets what it got and what it was to answer. */
  reset(): void;
  stop(): Promise<void>;
}

/** Fills the receiver, whose `answer` and `received` the server then uses. */
async function startReceiver(receiver: Receiver, folder: string): Promise<void> {
  const tasksFolder = join(folder, 'server-tasks');
  const server = await startServer({
    tls: await prepareTls(join(folder, 'tls')),
    app: (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const got = {
          method: request.method!,
          path: request.url!,
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        receiver.received.push(got);
        const { status = 200, json = {}, headers = {} } = receiver.answer(got);
        response.writeHead(status, headers).end(JSON.stringify(json));
      });
    },
  });
  Object.assign(receiver, {
    url: server.url,
    received: [],
    answer: () => ({}),
    tasksFolder,
    define: (name, execution, runsOn = ['Server', 'ServerGate']) =>
      writeDefinition(tasksFolder, { name, execution, runsOn }),
    reset() {
      receiver.received = [];
      receiver.answer = () => ({});
    },
    stop: () => server.stop(),
  } satisfies Receiver);
}

function writeDefinition(
  tasksFolder: string,
  { name, execution, runsOn }: { name: string; execution: unknown; runsOn: string[] },
): void {
  const folder = join(tasksFolder, name.toLowerCase(), 'v1');
  mkdirSync(folder, { recursive: true });
  const inputs = [
    { name: 'service', type: 'string', label: 'Service', required: true, aliases: ['address'] },
    { name: 'wanted', type: 'string', label: 'Wanted', defaultValue: 'done' },
  ];
  const version = { Major: 1, Minor: 0, Patch: 0 };
  const id = `a6e27000-0000-4000-8000-${Buffer.from(name.padEnd(6, '0').slice(0, 6)).toString('hex')}`;
  writeFileSync(
    join(folder, 'task.json'),
    JSON.stringify({ id, name, friendlyName: name, runsOn, version, inputs, execution }),
  );
}

/** A receiver and an agent for the tests of one `describe`, as `useAgentFixture` does it. */
export function useReceiver() {
  const fixture = useAgentFixture();
  const receiver = {} as Receiver;
  before(() => startReceiver(receiver, fixture.folder));
  after(() => receiver.stop());
  beforeEach(() => receiver.reset());
  return {
    fixture,
    receiver,
    define: (...definition: Parameters<Receiver['define']>) => receiver.define(...definition),
  };
}
