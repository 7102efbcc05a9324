import { formatMetric, type Metrics, type MetricValue, numbersOf } from '../azureml/metrics.ts';
import type { Problem } from '../core/errors.ts';
import { didYouMean, oneOf } from '../core/words.ts';
import { caret } from '../rules/caret.ts';
import { type Condition, type Rule, reads, ruleInvalid } from '../rules/rules.ts';
import type { ValueUse } from '../rules/uses.ts';

export type Verdict = 'pass' | 'fail' | 'noBaseline';

export interface RuleResult {
  rule: Rule;
  conditions: ConditionResult[];
  /** `notApplicable` when all of its conditions need a baseline and there is none. */
  result: 'pass' | 'fail' | 'notApplicable';
}

export interface ConditionResult {
  condition: Condition;
  result: 'pass' | 'fail' | 'notApplicable';
  /** The values that it compared: `accuracy 0.91, baseline accuracy 0.93`. */
  values: string;
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
}

/**
 * Judges a candidate. Without a baseline the conditions that read one don't apply, the others do; if those pass, the
 * verdict is `noBaseline`: the first model of its kind.
 * @param baseline metrics of the model to compare with; undefined when there is none
 * @throws UserError `RuleInvalid` for a metric that was not logged or is no number, and for rules that give no true or false
 */
export function judge(rules: readonly Rule[], candidate: Metrics, baseline: Metrics | undefined): GateReport {
  const problems = rules.flatMap((rule) =>
    rule.conditions.flatMap((condition) => checkUses(rule, condition, candidate, baseline)),
  );
  if (problems.length > 0) throw ruleInvalid(problems);
  const results = rules.map((rule) => judgeRule(rule, candidate, baseline, problems));
  if (problems.length > 0) throw ruleInvalid(problems);
  const skipped = results.some(({ conditions }) => conditions.some(({ result }) => result === 'notApplicable'));
  const failed = results.some(({ result }) => result === 'fail');
  return {
    verdict: failed ? 'fail' : skipped ? 'noBaseline' : 'pass',
    rules: results,
    metrics: metricRows(rules, candidate, baseline ?? {}),
  };
}

function judgeRule(rule: Rule, metrics: Metrics, baseline: Metrics | undefined, problems: Problem[]): RuleResult {
  const conditions = rule.conditions.map((condition): ConditionResult => {
    const values = describeValues(condition, metrics, baseline);
    if (reads(condition, 'baseline') && !baseline) return { condition, result: 'notApplicable', values };
    const holds = evaluate(rule, condition, metrics, baseline ?? {}, problems);
    return { condition, result: holds ? 'pass' : 'fail', values };
  });
  const results = new Set(conditions.map(({ result }) => result));
  const result = results.has('fail') ? 'fail' : results.has('pass') ? 'pass' : 'notApplicable';
  return { rule, conditions, result };
}

function evaluate(rule: Rule, condition: Condition, metrics: Metrics, baseline: Metrics, problems: Problem[]): boolean {
  const { text } = condition;
  try {
    const value = condition.evaluate({ metrics: numbersOf(metrics), baseline: numbersOf(baseline) });
    if (typeof value === 'boolean') return value;
    problems.push({
      message: `rule ${rule.line}: '${text}' gives ${String(value)}, not true or false; compare it with something.`,
    });
  } catch (error) {
    problems.push({ message: `rule ${rule.line}: ${(error as Error).message}` });
  }
  return false;
}

/** A metric that a rule reads has to be there and be a number: a gate must not pass or fail by a slip of the pen. */
function checkUses(rule: Rule, condition: Condition, candidate: Metrics, baseline: Metrics | undefined): Problem[] {
  const notNumbers = condition.readsAll.flatMap((of) => {
    const metrics = (of === 'metrics' ? candidate : baseline) ?? {};
    return Object.entries(metrics).flatMap(([name, value]) => {
      const found = notANumber(value);
      return found ? [`the metric '${name}' is ${found}, and the rule reads every metric.`] : [];
    });
  });
  const anyProblems = notNumbers.map((what) => ({ message: `rule ${rule.line}: ${what}${caret(rule.text, 0)}` }));
  // A metric that is named twice is one problem.
  const uses = new Map(condition.uses.toReversed().map((use) => [`${use.of}.${use.name}`, use]));
  const namedProblems = [...uses.values()].flatMap((use): Problem[] => {
    const metrics = use.of === 'metrics' ? candidate : baseline;
    if (!metrics) return [];
    const owner = use.of === 'metrics' ? 'the job' : 'the baseline';
    const value = metrics[use.name];
    const at = `rule ${rule.line}: `;
    if (value === undefined) {
      if (use.optional) return [];
      const names = Object.keys(metrics);
      const known =
        names.length > 0
          ? ` ${upperFirst(owner)} has ${oneOf(names).replace(/ or (?=[^ ]*$)/, ' and ')}.`
          : ` ${upperFirst(owner)} has no metrics.`;
      return [
        {
          message: `${at}${owner} has no metric '${use.name}'.${didYouMean(use.name, names)}${known}${caret(rule.text, use.offset)}`,
        },
      ];
    }
    const found = notANumber(value);
    if (!found) return [];
    return [
      {
        message: `${at}the metric '${use.name}' of ${owner} is ${found}; the rule needs a number.${caret(rule.text, use.offset)}`,
      },
    ];
  });
  return [...anyProblems, ...namedProblems];
}

/** What a value is when no rule can judge it; undefined for a number. */
function notANumber(value: MetricValue): string | undefined {
  if (typeof value !== 'number') return value.found;
  return Number.isNaN(value) ? 'NaN (not a number)' : undefined;
}

function describeValues({ uses }: Condition, candidate: Metrics, baseline: Metrics | undefined): string {
  const value = ({ of, name }: ValueUse): string => {
    const found = of === 'metrics' ? candidate[name] : baseline?.[name];
    return `${of === 'baseline' ? 'baseline ' : ''}${name} ${found === undefined ? 'none' : formatMetric(found)}`;
  };
  return [...new Set(uses.map(value))].join(', ');
}

/** Judged metrics first, in the order the rules name them; then the rest by name. */
function metricRows(rules: readonly Rule[], candidate: Metrics, baseline: Metrics): MetricRow[] {
  const judged = new Set(rules.flatMap((rule) => rule.conditions.flatMap(({ uses }) => uses.map(({ name }) => name))));
  const others = Object.keys(candidate)
    .filter((name) => !judged.has(name))
    .sort();
  return [...judged, ...others].map((name) => ({
    name,
    candidate: candidate[name],
    baseline: baseline[name],
    judged: judged.has(name),
  }));
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
