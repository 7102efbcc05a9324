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
