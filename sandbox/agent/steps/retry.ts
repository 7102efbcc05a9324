/** `retryCountOnTaskFailure` (agent: RetryHelper.cs). */
import { addWarning, type StepState } from './state.ts';

const maxRetries = 10;

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
  if (count > maxRetries)
    addWarning(state, `The retry count ${count} exceeds the maximum; it is set to ${maxRetries}.`);
  const retries = Math.min(count, maxRetries);
  for (let failures = 0; ; failures++) {
    try {
      await attempt();
      if (state.result !== 'Failed' || failures >= retries || signal.aborted) return;
    } catch (error) {
      if (failures >= retries || signal.aborted) throw error;
    }
    state.result = undefined;
    state.closed = false;
    const ms = (failures + 1) ** 2 * 1000;
    addWarning(
      state,
      `RetryHelper encountered task failure, will retry (attempt #: ${failures + 1} out of ${retries}) after ${ms} ms`,
    );
    await pause(ms, signal);
  }
}
