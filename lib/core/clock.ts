import { setTimeout as delay } from 'node:timers/promises';

/** Time as a port, so that decisions about waiting can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after the time or as soon as the signal aborts, whichever comes first; never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    delay(milliseconds, undefined, signal ? { signal } : {}).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
    }),
};

/** A signal that aborts some time after another one: for an answer that is waited for a little longer. */
export function delayed(signal: AbortSignal, milliseconds: number): AbortSignal {
  const late = new AbortController();
  const abort = (): void => void setTimeout(() => late.abort(signal.reason), milliseconds).unref();
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return late.signal;
}

/**
 * A signal that aborts when the time is over. Not `AbortSignal.timeout`: where only `AbortSignal.any` refers to it, Node 20
 * may collect it as garbage, and it never aborts. A timer that runs is kept, and does not keep the process alive.
 */
export function timeLimit(milliseconds: number): AbortSignal {
  const limit = new AbortController();
  const abort = (): void => limit.abort(new DOMException('The time is over.', 'TimeoutError'));
  setTimeout(abort, milliseconds).unref();
  return limit.signal;
}
