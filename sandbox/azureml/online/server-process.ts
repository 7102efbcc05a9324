/** One process that serves a deployment, from its start to its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./serve.py', import.meta.url));

/** Time between SIGTERM and SIGKILL. */
const graceMs = 500;

export interface ServerProcess {
  /** On 127.0.0.1. */
  port: number;
  /** Resolves when the process has ended, whoever ended it. */
  ended: Promise<void>;
  /** Ends the process and all that it started. */
  stop(): Promise<void>;
}

/**
 * Starts the process and waits until it answers `GET /`.
 *
 * @param options.output takes what the process prints, as it comes
 * @throws when the process ends before it answers, or the signal aborts
 */
export async function startServerProcess(options: {
  folder: string;
  environment: Record<string, string>;
  output(text: string): void;
  signal: AbortSignal;
}): Promise<ServerProcess> {
  const child = spawn('python3', ['-B', '-u', program], {
    cwd: options.folder,
    env: options.environment,
    // A group of its own, so that stopping it ends everything that it started.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', options.output);
  // The process reads its end from this pipe; it may be gone already.
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  const stop = () => end(child, ended);
  const gone = goneWhen(ended, options.signal);
  try {
    const port = await Promise.race([portFrom(child.stdio[3] as Readable), gone]);
    while (!(await Promise.race([isAlive(port), gone]))) await sleep(50);
    return { port, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Rejects when the process has ended or the signal aborts. */
function goneWhen(ended: Promise<void>, signal: AbortSignal): Promise<never> {
  const gone = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error('The container has crashed or terminated.'));
    if (signal.aborted) fail();
    signal.addEventListener('abort', fail, { once: true });
    void ended.then(fail);
  });
  gone.catch(() => {});
  return gone;
}

/** The port that the process writes once it takes requests. */
function portFrom(ready: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    ready.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve(Number(text));
    });
  });
}

function isAlive(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    probe.on('timeout', () => probe.destroy());
    probe.on('error', () => resolve(false));
    probe.end();
  });
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  const kill = (signal: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The whole group is already gone.
    }
  };
  kill('SIGTERM');
  const late = setTimeout(() => kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(late);
  // What the process left running in the background must not outlive the deployment.
  kill('SIGKILL');
}
