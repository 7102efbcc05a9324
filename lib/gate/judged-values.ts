import { formatMetric, type MetricValue } from '../azureml/metrics.ts';
import type { Problem } from '../core/errors.ts';
import { didYouMean, listed, nearest } from '../core/words.ts';
import { caret } from '../rules/caret.ts';
import type { Condition, RuleValues } from '../rules/condition.ts';
import type { Rule } from '../rules/rules.ts';
import type { ValueUse } from '../rules/uses.ts';
import { type Measured, valueOfUse } from './measured.ts';

/** What each variable of the rules stands for; undefined when there is nothing. */
export type Sources = Record<string, Measured | undefined>;

/** What the variables are called in sentences. */
const OWNERS: Readonly<Record<string, string>> = {
  metrics: 'the candidate',
  baseline: 'the baseline',
  paired: 'the paired test',
};

/** What a condition reads, as it is evaluated. */
export function valuesFor(condition: Condition, sources: Sources): RuleValues {
  return Object.fromEntries(
    Object.entries(sources).map(([of, source]) => {
      const uses = condition.uses.filter((use) => use.of === of);
      const named = source ? uses.map((use) => [use.key, valueOfUse(use, source)] as const) : [];
      const isNumber = (entry: readonly [string, unknown]): entry is [string, number] => typeof entry[1] === 'number';
      const all = Object.entries(source?.metrics ?? {});
      const values = { named: numbers(named.filter(isNumber)), all: numbers(all.filter(isNumber)) };
      return [of, { ...values, isAbsent: source === undefined }];
    }),
  );
}

const numbers = (entries: readonly (readonly [string, number])[]): Record<string, number> =>
  Object.fromEntries(entries);

/** `accuracy 0.91, baseline accuracy 0.93` */
export function describeValues({ uses }: Condition, sources: Sources): string {
  const describe = (use: ValueUse): string => {
    const source = sources[use.of];
    const value = source && valueOfUse(use, source);
    return `${use.of === 'metrics' ? '' : `${use.of} `}${use.name} ${value === undefined ? 'none' : formatMetric(value)}`;
  };
  return [...new Set(uses.map(describe))].join(', ');
}

/**
 * Values that no rule can judge: missing ones, and what is not a number at all. Of the baseline also NaN and the infinities,
 * since no candidate could ever pass or fail against them.
 */
export function problemsOf(rule: Rule, condition: Condition, sources: Sources): Problem[] {
  // A metric that is named twice is one problem.
  const uses = new Map(condition.uses.toReversed().map((use) => [`${use.of}.${use.key}`, use]));
  const named = [...uses.values()].flatMap((use) => {
    const source = sources[use.of];
    const what = source && problemOf(use, source);
    return what === undefined ? [] : [{ what, offset: use.offset }];
  });
  const whole = condition.readsAll.flatMap((of) => problemsOfAll(of, sources[of]).map((what) => ({ what, offset: 0 })));
  return [...whole, ...named].map(({ what, offset }) => ({
    message: `rule ${rule.line}: ${what}${caret(rule.text, offset)}`,
  }));
}

function problemOf(use: ValueUse, source: Measured): string | undefined {
  const owner = OWNERS[use.of] ?? use.of;
  const value = valueOfUse(use, source);
  if (value === undefined) return use.optional ? undefined : missing(use, owner, source);
  const found = oddity(value, use.of);
  if (found === undefined || isGuarded(use, value)) return undefined;
  return `the metric '${use.name}' of ${owner} is ${found}; the rule needs a number.`;
}

/** True when the rule asks for such a value: `isNaN` for NaN alone, `isFinite` for the infinities as well. */
function isGuarded({ guarded, guardsInfinities }: ValueUse, value: MetricValue | undefined): boolean {
  return typeof value === 'number' && (Number.isNaN(value) ? guarded : guardsInfinities);
}

function problemsOfAll(of: string, source: Measured | undefined): string[] {
  if (!source) return [];
  const owner = OWNERS[of] ?? of;
  const all = Object.entries(source.metrics);
  if (all.length === 0) return [`${owner} has no metrics, and the rule reads every metric.`];
  return all.flatMap(([name, value]) => {
    const found = oddity(value, of);
    return found ? [`the metric '${name}' of ${owner} is ${found}, and the rule reads every metric.`] : [];
  });
}

function missing({ name, path }: ValueUse, owner: string, { metrics, notCounted }: Measured): string {
  const names = Object.keys(metrics);
  const last = path.at(-1)!;
  const failed = notCounted.find(({ names: logged, step }) => logged.includes(last) || step === path[0]);
  if (failed)
    return `${owner} has no metric '${name}' that counts; the step '${failed.step}' logged it, but is ${failed.status}.`;
  const alike = names.filter((one) => one.endsWith(`/${last}`));
  const meant =
    nearest(name, names) === undefined && alike.length > 0 ? ` Did you mean '${alike[0]}'?` : didYouMean(name, names);
  const known = names.length === 0 ? ' It has no metrics.' : listed('It has', names);
  return `${owner} has no metric '${name}'.${meant}${known}`;
}

/** What a value is when it can't be compared with others; undefined for a finite number. */
function oddity(value: MetricValue, of: string): string | undefined {
  if (typeof value !== 'number') return value.found;
  return of === 'metrics' ? undefined : inWords(value);
}

/** `NaN (not a number)` or `Infinity`; undefined for a finite number. */
export function inWords(value: MetricValue | undefined): string | undefined {
  if (typeof value !== 'number' || Number.isFinite(value)) return undefined;
  return Number.isNaN(value) ? 'NaN (not a number)' : String(value);
}

/** Values of the candidate that make a condition fail, whatever it says: NaN and the infinities, unless the rule asks for them. */
export function failingValues(condition: Condition, sources: Sources): string[] {
  const source = sources.metrics;
  if (!source) return [];
  const named = condition.uses
    .filter((use) => use.of === 'metrics' && !isGuarded(use, valueOfUse(use, source)))
    .map((use) => [use.name, valueOfUse(use, source)] as const);
  const all = condition.readsAll.includes('metrics') ? Object.entries(source.metrics) : [];
  const odd = [...named, ...all].flatMap(([name, value]) => (inWords(value) ? [`${name} is ${inWords(value)}`] : []));
  return [...new Set(odd)];
}
