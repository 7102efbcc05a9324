import type { MetricValue } from '../azureml/metrics.ts';
import { type Problem, UserError } from '../core/errors.ts';
import type { FilledMessage } from '../core/message.ts';
import { type Condition, type Evaluated, reads } from '../rules/condition.ts';
import { NotFinite, NothingToCompare, ValueMissing, whyNoResult } from '../rules/left-out.ts';
import { type Rule, severalOf } from '../rules/rules.ts';
import { describeValues, failingValues, problemsOf, type Sources, valuesFor } from './judged-values.ts';
import { type Measured, nameOfPath, valueOfUse } from './measured.ts';
import { comparedNothing, nothingCompared, warningsOf } from './uncompared.ts';

export type Verdict = 'pass' | 'fail' | 'noBaseline';

export interface RuleResult {
  rule: Rule;
  conditions: ConditionResult[];
  /** `notApplicable` when all of its conditions need a baseline and there is none. */
  result: ConditionResult['result'];
}

export interface ConditionResult {
  condition: Condition;
  result: 'pass' | 'fail' | 'notApplicable';
  /** The values that it compared: `accuracy 0.91, baseline accuracy 0.93`. */
  values: string;
  /** Why it failed when it is not that the values don't satisfy it: `loss is NaN (not a number)`. */
  reason?: string;
  /** Parts that need a baseline were left out. */
  isPartial?: boolean;
  /** False when it passed without the value of a metric. */
  hasRead?: boolean;
}

export interface MetricRow {
  name: string;
  candidate: MetricValue | undefined;
  baseline: MetricValue | undefined;
  /** Some rule reads it. */
  judged: boolean;
}

export interface GateReport {
  verdict: Verdict;
  rules: RuleResult[];
  metrics: MetricRow[];
  /** What may not be as it was meant, though it decides nothing. */
  warnings: FilledMessage[];
}

/**
 * Judges a candidate. Without a baseline those parts of conditions that read one are left out, and the rest has to hold; if it
 * does, the verdict is `noBaseline`: the first model of its kind. A value of the candidate that is NaN or infinite, and
 * a division by zero, make a condition fail, unless the rule asks for them.
 * @param baseline of the model to compare with; undefined when there is none
 * @param paired results of the paired test
 * @throws UserError `RuleInvalid` for values that are missing or not numbers, when no rule compared a value, and for rules that give no true or false
 */
export function judge(
  rules: readonly Rule[],
  candidate: Measured,
  baseline: Measured | undefined,
  paired?: Measured,
): GateReport {
  const sources: Sources = { metrics: candidate, baseline, paired };
  const problems = rules.flatMap((rule) =>
    rule.conditions.flatMap((condition) => problemsOf(rule, condition, sources)),
  );
  if (problems.length > 0) throw unusable(problems);
  const results = rules.map((rule) => judgeRule(rule, sources, problems));
  if (problems.length > 0) throw unusable(problems);
  const conditions = results.flatMap((one) => one.conditions);
  const uncompared = comparedNothing(results, sources);
  const isEmpty = !conditions.some(({ result, hasRead }) => result === 'fail' || hasRead);
  if (isEmpty && uncompared.length > 0) throw nothingCompared(uncompared);
  const failed = conditions.some(({ result }) => result === 'fail');
  const skipped = conditions.some(({ result, isPartial }) => result === 'notApplicable' || isPartial);
  return {
    verdict: failed ? 'fail' : skipped ? 'noBaseline' : 'pass',
    rules: results,
    metrics: metricRows(rules, candidate, baseline),
    warnings: warningsOf(rules, uncompared, [candidate, baseline]),
  };
}

function judgeRule(rule: Rule, sources: Sources, problems: Problem[]): RuleResult {
  const conditions = rule.conditions.map((condition) => judgeCondition(rule, condition, sources, problems));
  const results = new Set(conditions.map(({ result }) => result));
  const result = results.has('fail') ? 'fail' : results.has('pass') ? 'pass' : 'notApplicable';
  return { rule, conditions, result };
}

function judgeCondition(rule: Rule, condition: Condition, sources: Sources, problems: Problem[]): ConditionResult {
  const judged = { condition, values: describeValues(condition, sources) };
  const odd = failingValues(condition, sources);
  if (odd.length > 0) return { ...judged, result: 'fail', reason: odd.join(', ') };
  try {
    const { value, isPartial, hasRead }: Evaluated = condition.evaluate(valuesFor(condition, sources));
    if (typeof value === 'boolean') return { ...judged, result: value ? 'pass' : 'fail', isPartial, hasRead };
    problems.push({
      message: `rule ${rule.line}: '${condition.text}' gives ${String(value)}, not true or false; compare it with something.`,
    });
  } catch (error) {
    if (error instanceof NothingToCompare) return { ...judged, result: 'notApplicable' };
    if (error instanceof NotFinite) return { ...judged, result: 'fail', reason: error.message };
    if (error instanceof ValueMissing) return { ...judged, result: 'fail', reason: 'a value that it reads is missing' };
    problems.push({ message: `rule ${rule.line}: '${condition.text}' can't be evaluated: ${whyNoResult(error)}.` });
  }
  return { ...judged, result: 'fail' };
}

/** A rule that reads what no rule can judge. */
function unusable(problems: Problem[]): UserError {
  return new UserError({
    code: 'RuleInvalid',
    message:
      problems.length === 1
        ? `A rule can't be evaluated: ${problems[0]!.message}`
        : `${problems.length} rules can't be evaluated.`,
    problems: severalOf(problems),
    fix: 'Correct the name in the rule, or have the job log the metric as a number. With has(metrics.name) a rule says what a missing one means.',
  });
}

/** True when some rule reads a variable. */
export function anyReads(rules: readonly Rule[], variable: string): boolean {
  return rules.some(({ conditions }) => conditions.some((condition) => reads(condition, variable)));
}

/** Judged metrics first, in the order the rules name them; then the rest by name. */
function metricRows(rules: readonly Rule[], candidate: Measured, baseline: Measured | undefined): MetricRow[] {
  const uses = rules.flatMap(({ conditions }) => conditions.flatMap((condition) => condition.uses));
  const judged = new Map<string, MetricRow>();
  for (const use of uses.filter(({ of }) => of === 'metrics' || of === 'baseline')) {
    const name = use.pick ? use.name : (nameOfPath(use.path, candidate) ?? use.name);
    judged.set(name, {
      name,
      candidate: valueOfUse(use, candidate),
      baseline: baseline && valueOfUse(use, baseline),
      judged: true,
    });
  }
  const others = Object.keys(candidate.metrics)
    .filter((name) => !judged.has(name))
    .sort()
    .map((name) => ({
      name,
      candidate: candidate.metrics[name],
      baseline: baseline?.metrics[name],
      judged: false,
    }));
  return [...judged.values(), ...others];
}
