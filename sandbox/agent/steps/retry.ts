/** `retryCountOnTaskFailure` (agent: RetryHelper.cs). */
import { addWarning, type StepState } from './state.ts';

const maxRetries = 10;

/** How often a step is tried again: what was asked for, up to the most. @param warn hears of what is more */
export function retriesOf(count: number, warn: (message: string) => void): number {
  if (count > maxRetries) warn(`The retry count ${count} exceeds the maximum; it is set to ${maxRetries}.`);
  return Math.min(count, maxRetries);
}

/** The wait before the next try, and what is said about it. @param failures so far */
export function waitAfter(failures: number, retries: number): { ms: number; message: string } {
  const ms = failures ** 2 * 1000;
  const which = `(attempt #: ${failures} out of ${retries})`;
  return { ms, message: `RetryHelper encountered task failure, will retry ${which} after ${ms} ms` };
}

/** A wait that ends early, with an error, when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal.removeEventListener('abort', stop);
      resolve();
    }
    function stop(): void {
      clearTimeout(timer);
      reject(new Error('The operation was canceled.'));
    }
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * Runs the attempt, and again after 1, 4, 9, ... seconds while it fails. Result starts anew each time; the result of
 * logging commands, variables, attachments and issues stay.
 */
export async function withRetries(
  state: StepState,
  count: number,
  signal: AbortSignal,
  attempt: () => Promise<void>,
): Promise<void> {
  const retries = retriesOf(count, (message) => addWarning(state, message));
  for (let failures = 0; ; failures++) {
    try {
      await attempt();
      if (state.result !== 'Failed' || failures >= retries || signal.aborted) return;
    } catch (error) {
      if (failures >= retries || signal.aborted) throw error;
    }
    state.result = undefined;
    state.closed = false;
    const { ms, message } = waitAfter(failures + 1, retries);
    addWarning(state, message);
    await pause(ms, signal);
  }
}
