import type { Clock } from '../core/clock.ts';
import type { Condition } from '../rules/condition.ts';
import type { Rule } from '../rules/rules.ts';
import { answerDifferences } from './answers.ts';
import { type Counted, healthOf, type Measured, readsRequests, unhealthy } from './health.ts';
import type { Scorer } from './scoring.ts';
import { hasExpectedStatus, judgeAnswer } from './smoke.ts';
import type { SmokeTest } from './smoke-file.ts';

/** What is watched at each share, and for how long. */
export interface Baking {
  /** Undefined when there is nothing to send. */
  scorer: Scorer | undefined;
  candidate: string;
  /** The deployment to compare with, whatever its share is; undefined when there is none. */
  live: string | undefined;
  /** Sent again and again. Nothing is measured without any. */
  samples: readonly SmokeTest[];
  rules: readonly Rule[];
  milliseconds: number;
  /** Relative tolerance of numbers in answers. */
  tolerance: number;
}

/** Requests that say enough for a percentile and a rate; fewer prove nothing. */
const LEAST_REQUESTS = 20;
/** Between two samples: enough to see a rate of errors of some percent within minutes, too few to be a load. */
const SAMPLE_EVERY_MS = 1_000;
/** One or two lost or slow answers prove nothing; a third does. */
const FORGIVEN = 2;
const TELL_EVERY_MS = 60_000;

export interface Baked {
  measured: Measured | undefined;
  /** Conditions that do not hold; empty when the candidate is healthy. */
  failed: string[];
}

/**
 * Watches a deployment for a while: sends sample requests to it and to the live one, and judges error rate, latencies and
 * answers by the rules. Judges exactly at the end. Ends early only when a rule would not hold without the two worst answers
 * either, and does not read how many requests there were.
 */
export async function bake(
  baking: Baking,
  {
    clock,
    signal,
    tell,
  }: { clock: Clock; signal: AbortSignal; tell: (measured: Measured | undefined, leftMs: number) => void },
): Promise<Baked> {
  const { scorer, samples, milliseconds, rules } = baking;
  const end = clock.now() + milliseconds;
  const seen: Samples = { candidate: [], live: [], differing: 0, failed: 0 };
  let told = clock.now();
  for (let i = 0; ; i++) {
    signal.throwIfAborted();
    const left = end - clock.now();
    const isMeasured = scorer !== undefined && samples.length > 0;
    const enough = !isMeasured || seen.candidate.length >= LEAST_REQUESTS;
    const measured = isMeasured ? measuredOf(baking, seen) : undefined;
    if (left <= 0 && enough) return { measured, failed: measured ? unhealthy(rules, measured) : [] };
    if (measured && enough) {
      const isBroken = unhealthy(rules, measuredOf(baking, seen, FORGIVEN), isEarly).length > 0;
      const failed = isBroken ? unhealthy(rules, measured, isEarly) : [];
      if (failed.length > 0) return { measured, failed };
    }
    if (clock.now() - told >= TELL_EVERY_MS) {
      told = clock.now();
      tell(measured, left);
    }
    if (isMeasured) await sample(scorer, baking, samples[i % samples.length]!, seen);
    if (left > 0) await clock.sleep(Math.min(left, SAMPLE_EVERY_MS), signal);
  }
}

const isEarly = (condition: Condition): boolean => !readsRequests(condition);

interface Samples {
  candidate: Counted[];
  live: Counted[];
  differing: number;
  failed: number;
}

async function sample(
  scorer: Scorer,
  { candidate, live, tolerance }: Baking,
  test: SmokeTest,
  seen: Samples,
): Promise<void> {
  const [mine, theirs] = await Promise.all([
    scorer.score(candidate, test.request),
    live === undefined ? undefined : scorer.score(live, test.request),
  ]);
  const isError = [mine, theirs].map((scored) => scored !== undefined && !hasExpectedStatus(test, scored));
  seen.candidate.push({ isError: isError[0]!, milliseconds: mine.milliseconds });
  if (judgeAnswer(test, mine).length > 0) seen.failed++;
  if (!theirs) return;
  seen.live.push({ isError: isError[1]!, milliseconds: theirs.milliseconds });
  // Failing alike proves nothing.
  const isSame = mine.status === theirs.status && !isError.includes(true);
  if (!isSame || answerDifferences(theirs.answer, mine.answer, tolerance).length > 0) seen.differing++;
}

/** @param forgiven so many of the candidate's worst answers do not count */
function measuredOf({ live }: Baking, seen: Samples, forgiven = 0): Measured {
  const share = (count: number): number => Math.max(0, count - forgiven) / Math.max(1, seen.candidate.length);
  return {
    candidate: healthOf(seen.candidate, forgiven),
    live: live === undefined ? undefined : healthOf(seen.live),
    answers: { differing: live === undefined ? undefined : share(seen.differing), failed: share(seen.failed) },
  };
}
