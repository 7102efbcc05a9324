/** Runs one shell command in its own process group, so that cancelling it ends everything it started. */
import { spawn } from 'node:child_process';
import { shellCommand } from './shell.ts';

/** Time between SIGTERM and SIGKILL. */
const GRACE_MS = 2000;

export interface ProcessResult {
  exitCode: number | null;
  /** The process was ended from outside: by the signal or by the timeout. */
  ended?: 'canceled' | 'timedOut';
}

function killGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group is already gone.
  }
}

/** Runs `bash -c command`; output of both streams goes to `onOutput` as it comes. Resolves when the process ended. */
export function runProcess(
  command: string,
  options: {
    cwd: string;
    environment: Record<string, string>;
    signal: AbortSignal;
    timeoutSeconds?: number;
    onOutput(chunk: Buffer): void;
  },
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const { file, args } = shellCommand(command);
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result: ProcessResult = { exitCode: null };
    const timers: NodeJS.Timeout[] = [];
    const end = (why: 'canceled' | 'timedOut') => {
      if (!child.pid || result.ended) return;
      result.ended = why;
      killGroup(child.pid, 'SIGTERM');
      timers.push(setTimeout(() => killGroup(child.pid!, 'SIGKILL'), GRACE_MS));
    };
    const onAbort = () => end('canceled');
    options.signal.addEventListener('abort', onAbort, { once: true });
    if (options.signal.aborted) onAbort();
    if (options.timeoutSeconds) timers.push(setTimeout(() => end('timedOut'), options.timeoutSeconds * 1000));
    child.stdout.on('data', options.onOutput);
    child.stderr.on('data', options.onOutput);
    const settle = () => {
      for (const timer of timers) clearTimeout(timer);
      options.signal.removeEventListener('abort', onAbort);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    // What the shell left running in the background must not outlive the job, nor keep the streams open.
    child.on('exit', () => child.pid && killGroup(child.pid, result.ended ? 'SIGKILL' : 'SIGTERM'));
    child.on('close', (code) => {
      settle();
      resolve({ ...result, exitCode: code });
    });
  });
}
