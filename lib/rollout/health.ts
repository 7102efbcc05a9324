import { UserError } from '../core/errors.ts';
import { allOf } from '../core/words.ts';
import { type Condition, plainValues } from '../rules/condition.ts';
import type { Known, KnownValues } from '../rules/known-values.ts';
import { NothingToCompare, whyNoResult } from '../rules/left-out.ts';
import { parseRules, type Rule } from '../rules/rules.ts';

/** What a health rule reads. */
export const HEALTH_VARIABLES = ['candidate', 'live', 'answers'] as const;

/** The rule of a rollout that names none. */
export const DEFAULT_HEALTH = 'candidate.errorRate <= 0.01';

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  candidate: ['requests', 'errorRate', 'p50', 'p95', 'p99'],
  live: ['requests', 'errorRate', 'p50', 'p95', 'p99'],
  answers: ['differing', 'failed'],
};

const OF_DEPLOYMENT: KnownValues = {
  rising: ['p50', 'p95', 'p99'],
  within: ([field]) => (field === 'errorRate' ? [0, 1] : [0, Number.POSITIVE_INFINITY]),
};

/** Shares are from 0 to 1, and what is counted or timed is not below 0. */
const KNOWN_VALUES: Known = {
  candidate: OF_DEPLOYMENT,
  live: OF_DEPLOYMENT,
  answers: { rising: [], within: () => [0, 1] },
};

/**
 * Reads health rules. What they read is known before anything is measured, so a misspelt name is an error here.
 * @throws UserError `RuleInvalid`
 */
export function parseHealthRules(text: string): Rule[] {
  const fix = 'Write one condition per line, for example candidate.p95 <= 1.5 * live.p95.';
  const rules = withFix(() => parseRules(text, HEALTH_VARIABLES, KNOWN_VALUES), fix);
  const uses = rules.flatMap(({ conditions }) => conditions.flatMap((condition) => condition.uses));
  const unknown = uses.find(({ of, name }) => !FIELDS[of]?.includes(name));
  if (!unknown) return rules;
  const { of, name } = unknown;
  const message = `'${of}.${name}' is not measured; ${of} has ${allOf(FIELDS[of] ?? [])}.`;
  throw new UserError({ code: 'RuleInvalid', message, fix });
}

function withFix<T>(parse: () => T, fix: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { code, message, problems } = error;
    throw new UserError({ code, message, fix, problems }, { cause: error });
  }
}

/** What was measured of one deployment. */
export interface Health {
  requests: number;
  /** Share of the requests that were not answered with the status that their test expects, 0 to 1. */
  errorRate: number;
  /** Milliseconds within which that share of the requests was answered. */
  p50: number;
  p95: number;
  p99: number;
}

/** What was measured while a rollout was watched. */
export interface Measured {
  candidate: Health;
  /** Undefined when nobody serves beside the candidate. */
  live: Health | undefined;
  /**
   * Shares of the sample requests, 0 to 1: whose answers differ from the live deployment's, undefined when there is none;
   * and that failed their test.
   */
  answers: { differing: number | undefined; failed: number };
}

/** One request: whether its answer has another status than its test expects, and how long it took. */
export interface Counted {
  isError: boolean;
  milliseconds: number;
}

/** Sums up requests to one deployment. @param forgiven so many of the errors and of the slowest answers do not count */
export function healthOf(scored: readonly Counted[], forgiven = 0): Health {
  const sorted = scored.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  const times = sorted.slice(0, Math.max(0, sorted.length - forgiven));
  const failed = Math.max(0, scored.filter(({ isError }) => isError).length - forgiven);
  return {
    requests: scored.length,
    errorRate: scored.length === 0 ? 0 : failed / scored.length,
    p50: percentile(times, 50),
    p95: percentile(times, 95),
    p99: percentile(times, 99),
  };
}

/** Nearest rank; 0 for nothing. @param sorted in rising order */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

/**
 * The conditions that do not hold, with the values that they read. Parts that read the live deployment are left out when
 * there is none. Pure.
 * @param isApplied says which conditions are judged; all of them when it is left out
 */
export function unhealthy(
  rules: readonly Rule[],
  measured: Measured,
  isApplied: (condition: Condition) => boolean = () => true,
): string[] {
  return rules.flatMap((rule) =>
    rule.conditions.filter(isApplied).flatMap((condition) => {
      const values = valuesFor(condition, measured);
      const seen = condition.uses.map(({ of, name }) => `${of}.${name} ${shown(values[of]?.[name])}`);
      try {
        if (condition.evaluate(plainValues(condition, values)).value === true) return [];
      } catch (error) {
        if (error instanceof NothingToCompare) return [];
        return [`${condition.text} can't be evaluated: ${whyNoResult(error)}`];
      }
      return [`${condition.text} does not hold (${[...new Set(seen)].join(', ')})`];
    }),
  );
}

/** True for a condition over how many requests there were, which only the end of the watching shows. */
export function readsRequests({ uses, readsAll }: Condition): boolean {
  return readsAll.length > 0 || uses.some(({ name }) => name === 'requests');
}

type Values = Record<string, Record<string, number> | undefined>;

function valuesFor({ uses }: Condition, { candidate, live, answers }: Measured): Values {
  const { differing, failed } = answers;
  const ofAnswers = uses.filter(({ of }) => of === 'answers');
  // Without anybody to compare with there is no such share: what reads it alone does not apply, as what reads `live`.
  const isAbsent =
    differing === undefined && ofAnswers.length > 0 && ofAnswers.every(({ name }) => name === 'differing');
  return {
    candidate: { ...candidate },
    live: live && { ...live },
    answers: isAbsent ? undefined : { failed, ...(differing === undefined ? {} : { differing }) },
  };
}

function shown(value: number | undefined): string {
  return value === undefined ? 'none' : String(Math.round(value * 10_000) / 10_000);
}
