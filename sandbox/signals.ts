/** Ctrl+C and the like, for a program that must clean up after itself. */

/**
 * How long further signals count as the same: a terminal sends Ctrl+C to all of its foreground processes, and npm, which is
 * one of them, passes it on again.
 */
const sameMs = 1000;

export interface Signals {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the reason is the signal's name. */
  stop: AbortSignal;
  /** Aborted when the user presses Ctrl+C again, or SIGTERM comes a second time. */
  force: AbortSignal;
}

/** Watches for signals from now on to the end of the process; none of them ends it any more. */
export function watchSignals(): Signals {
  const [stop, force] = [new AbortController(), new AbortController()];
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!stop.signal.aborted) {
        first = Date.now();
        stop.abort(signal);
      } else if (signal !== 'SIGHUP' && Date.now() - first > sameMs) force.abort(signal);
    });
  // A terminal that was closed must not end the process before it has cleaned up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return { stop: stop.signal, force: force.signal };
}
