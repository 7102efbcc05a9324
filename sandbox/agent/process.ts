/** Starts a step's process, reads its output by line and ends it the way the agent does (ProcessInvoker.cs). */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export interface ProcessOptions {
  file: string;
  args: string[];
  cwd: string;
  environment: Record<string, string>;
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
  /** Aborting starts the kill sequence. */
  signal: AbortSignal;
  sigintTimeout: number;
  sigtermTimeout: number;
  /** USE_GRACEFUL_PROCESS_SHUTDOWN: stop after SIGINT, however long that takes. */
  gracefulOnly?: boolean;
  /** Resolves when the agent should stop waiting although the process still runs (`task.complete done=true`). */
  abandoned?: Promise<void>;
  /** Signal the whole process group; for shells, whose children would otherwise live on. The agent does not do it. */
  wholeGroup?: boolean;
}

/** Grandchildren may hold the output open after the process ended; the agent waits this long for them. */
const outputGraceMs = 5000;

function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?=.)/s);
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  });
  return new Promise((resolve) => {
    stream.once('close', () => {
      rest += decoder.end();
      if (rest !== '') onLine(rest.replace(/\r$/, ''));
      rest = '';
      resolve();
    });
  });
}

function send(child: ChildProcess, signal: NodeJS.Signals, wholeGroup: boolean): void {
  try {
    process.kill(wholeGroup ? -child.pid! : child.pid!, signal);
  } catch {
    // It has just ended.
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

async function killSequence(child: ChildProcess, exited: Promise<unknown>, options: ProcessOptions): Promise<void> {
  const endsWithin = (ms: number): Promise<boolean> =>
    Promise.race([exited.then(() => true), pause(ms).then(() => false)]);
  const wholeGroup = options.wholeGroup ?? false;
  send(child, 'SIGINT', wholeGroup);
  if (options.gracefulOnly || (await endsWithin(options.sigintTimeout))) return;
  send(child, 'SIGTERM', wholeGroup);
  if (await endsWithin(options.sigtermTimeout)) return;
  send(child, 'SIGKILL', wholeGroup);
}

/** Runs the process; resolves to its exit code (128 + n when signal n ended it) or undefined when abandoned. */
export async function runProcess(options: ProcessOptions): Promise<number | undefined> {
  // Node reports a missing folder as if the program were missing.
  if (!existsSync(options.cwd)) throw new Error(`The working directory ${options.cwd} does not exist.`);
  const child = spawn(options.file, options.args, {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    // Every task leads a process group: a Ctrl+C in a terminal reaches the agent alone, which then ends the task in its way.
    detached: true,
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      resolve(code ?? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal as string] ?? 0)),
    );
  });
  child.stdin.on('error', () => {}).end();
  let listening = true;
  const report = (stream: 'stdout' | 'stderr') => (line: string) => listening && options.onLine(line, stream);
  const read = Promise.all([readLines(child.stdout, report('stdout')), readLines(child.stderr, report('stderr'))]);
  const cancel = (): void =>
    void killSequence(
      child,
      exited.catch(() => {}),
      options,
    );
  if (options.signal.aborted) cancel();
  else options.signal.addEventListener('abort', cancel, { once: true });
  try {
    const code = await Promise.race([exited, options.abandoned ?? new Promise<undefined>(() => {})]);
    if (code !== undefined) await Promise.race([read, pause(outputGraceMs)]);
    return code as number | undefined;
  } finally {
    listening = false;
    child.stdout.destroy();
    child.stderr.destroy();
    if (child.exitCode === null && child.signalCode === null) child.unref();
    options.signal.removeEventListener('abort', cancel);
  }
}
