import type { Clock } from '../core/clock.ts';
import { AzureError, isOddAnswer, isPassing } from './failures.ts';
import { NoAnswerError } from './no-answer.ts';

/** `patient`: about two minutes. `quick`: one more try soon, for polls that come again anyway. */
export type Retry = 'patient' | 'quick' | 'none';

/** A pause before another try. */
export interface Pause {
  milliseconds: number;
  /** What Azure asked for, when that was more than the pause is. */
  askedMilliseconds: number | undefined;
  error: Error;
}

export interface RetryPorts {
  clock: Clock;
  signal: AbortSignal;
  /** No further try begins after it. */
  lastTry?: AbortSignal | undefined;
  /** Between 0 and 1. */
  random: () => number;
  /** Hears of every pause before it begins. */
  onPause: (pause: Pause) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 20_000;
/** Time for tries whose pauses are our own choice. */
const PATIENCE_MS = 120_000;
/** One pause that Azure asks for (`Retry-After`), and all of them together. */
const LONGEST_ASKED_MS = 300_000;
const ASKED_IN_ALL_MS = 600_000;
/** A poll rather comes again later than wait longer than this. */
const QUICK_ASKED_MS = 5_000;
/** A proxy's page rarely goes away by itself. */
const ODD_ANSWERS = 3;

/**
 * Does something until it succeeds or its failure is final.
 * @param repeatable false for a request that starts something with every try: it is sent again only when the service can't
 *   have begun, after 429 or when there was no connection
 * @throws the last failure; after `lastTry` the first one that leaves open whether the work has begun, if there was one; the
 *   signal's reason when it aborts
 */
export async function withRetries<T>(
  retry: Retry,
  repeatable: boolean,
  ports: RetryPorts,
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, signal, lastTry, onPause } = ports;
  const waiting = lastTry ? AbortSignal.any([signal, lastTry]) : signal;
  let unclear: unknown;
  const start = clock.now();
  let asked = 0;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const pause = pauseAfter(error, { retry, repeatable, tries, spent: clock.now() - start, asked }, ports.random);
      if (!(error instanceof Error && isBeforeTheWork(error))) unclear ??= error;
      if (lastTry?.aborted) throw unclear ?? error;
      if (signal.aborted || !pause) throw error;
      if (retryAfterOf(error) !== undefined) asked += pause.milliseconds;
      onPause(pause);
      await clock.sleep(pause.milliseconds, waiting);
      signal.throwIfAborted();
      if (lastTry?.aborted) throw unclear ?? error;
    }
  }
}

/** What is known when a try has failed. */
export interface Tried {
  retry: Retry;
  repeatable: boolean;
  /** Tries so far, this one included. */
  tries: number;
  /** Milliseconds since the first try began, and how many of them Azure asked to wait. */
  spent: number;
  asked: number;
}

/** The pause before the next try; undefined when there is none. */
export function pauseAfter(error: unknown, tried: Tried, random: () => number): Pause | undefined {
  const { retry, repeatable, tries, spent, asked } = tried;
  if (retry === 'none' || !(error instanceof Error) || !isPassing(error)) return undefined;
  if (!repeatable && !isBeforeTheWork(error)) return undefined;
  if (isOddAnswer(error) && tries >= ODD_ANSWERS) return undefined;
  const wanted = retryAfterOf(error);
  if (retry === 'quick') {
    if (tries > 1 || (wanted ?? 0) > QUICK_ASKED_MS) return undefined;
    return { milliseconds: wanted ?? jittered(FIRST_PAUSE_MS, random), askedMilliseconds: undefined, error };
  }
  if (wanted !== undefined) {
    const milliseconds = Math.min(wanted, LONGEST_ASKED_MS);
    if (asked + milliseconds > ASKED_IN_ALL_MS || spent - asked > PATIENCE_MS) return undefined;
    return { milliseconds, askedMilliseconds: wanted > milliseconds ? wanted : undefined, error };
  }
  const milliseconds = jittered(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS), random);
  if (spent - asked + milliseconds > PATIENCE_MS) return undefined;
  return { milliseconds, askedMilliseconds: undefined, error };
}

/** Between three quarters and five quarters: callers that failed together must not come back together. */
function jittered(milliseconds: number, random: () => number): number {
  return Math.round(milliseconds * (0.75 + random() / 2));
}

function isBeforeTheWork(error: Error): boolean {
  return error instanceof AzureError
    ? error.status === 429
    : error instanceof NoAnswerError && error.stage !== 'answer';
}

/** Milliseconds that Azure asked for; at least one second, so that `Retry-After: 0` is not a loop. */
function retryAfterOf(error: unknown): number | undefined {
  const asked = error instanceof AzureError ? error.retryAfterMs : undefined;
  return asked === undefined ? undefined : Math.max(asked, FIRST_PAUSE_MS);
}
