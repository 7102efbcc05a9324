import type { Clock } from '../core/clock.ts';
import type { Rule } from '../rules/rules.ts';
import { answerDifferences } from './answers.ts';
import { healthOf, type Measured, unhealthy } from './health.ts';
import type { Scored, Scorer } from './scoring.ts';
import { judgeAnswer } from './smoke.ts';
import type { SmokeTest } from './smoke-file.ts';

/** What is watched at each share, and for how long. */
export interface Baking {
  scorer: Scorer;
  candidate: string;
  /** The deployment to compare with; undefined when nobody serves beside the candidate. */
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
const TELL_EVERY_MS = 60_000;

export interface Baked {
  measured: Measured | undefined;
  /** Conditions that do not hold; empty when the candidate is healthy. */
  failed: string[];
}

/**
 * Watches a deployment for a while: sends sample requests to it and to the live one, and judges error rate, latencies and
 * answers by the rules. Ends early when a rule does not hold.
 */
export async function bake(
  baking: Baking,
  {
    clock,
    signal,
    tell,
  }: { clock: Clock; signal: AbortSignal; tell: (measured: Measured | undefined, leftMs: number) => void },
): Promise<Baked> {
  const { samples, milliseconds, rules } = baking;
  const end = clock.now() + milliseconds;
  const seen: Samples = { candidate: [], live: [], differing: 0, failed: 0 };
  let told = clock.now();
  for (let i = 0; ; i++) {
    signal.throwIfAborted();
    const left = end - clock.now();
    const enough = samples.length === 0 || seen.candidate.length >= LEAST_REQUESTS;
    const measured = samples.length === 0 ? undefined : measuredOf(baking, seen);
    const failed = measured && enough ? unhealthy(rules, measured) : [];
    if (failed.length > 0 || (left <= 0 && enough)) return { measured, failed };
    if (clock.now() - told >= TELL_EVERY_MS) {
      told = clock.now();
      tell(measured, left);
    }
    if (samples.length > 0) await sample(baking, samples[i % samples.length]!, seen);
    if (left > 0) await clock.sleep(Math.min(left, SAMPLE_EVERY_MS), signal);
  }
}

interface Samples {
  candidate: Scored[];
  live: Scored[];
  differing: number;
  failed: number;
}

async function sample({ scorer, candidate, live, tolerance }: Baking, test: SmokeTest, seen: Samples): Promise<void> {
  const [mine, theirs] = await Promise.all([
    scorer.score(candidate, test.request),
    live === undefined ? undefined : scorer.score(live, test.request),
  ]);
  seen.candidate.push(mine);
  if (judgeAnswer(test, mine).length > 0) seen.failed++;
  if (!theirs) return;
  seen.live.push(theirs);
  if (mine.status !== theirs.status || answerDifferences(theirs.answer, mine.answer, tolerance).length > 0)
    seen.differing++;
}

function measuredOf({ live }: Baking, seen: Samples): Measured {
  const share = (count: number): number => (seen.candidate.length === 0 ? 0 : count / seen.candidate.length);
  return {
    candidate: healthOf(seen.candidate),
    live: live === undefined ? undefined : healthOf(seen.live),
    answers: { differing: share(seen.differing), failed: share(seen.failed) },
  };
}
