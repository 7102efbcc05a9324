import { type ASTNode, Environment, serialize } from '@marcbachmann/cel-js';
import { type Problem, UserError } from '../core/errors.ts';

/** A condition that stands or falls alone: a rule is split at its outermost `&&`. */
export interface Condition {
  text: string;
  /** Metrics that it reads, of the candidate and of the baseline. */
  metrics: MetricUse[];
  usesBaseline: boolean;
  /** Read as a whole or by computed names, as in `metrics.all(k, metrics[k] < 1)`: which metrics is not known before. */
  readsAny: MetricUse['of'][];
}

export interface MetricUse {
  of: 'metrics' | 'baseline';
  name: string;
  /** Offset of the name in the rule's text, for the caret. */
  offset: number;
  /** Inside `has(...)`, where a metric may be missing. */
  optional: boolean;
}

export interface Rule {
  text: string;
  /** 1-based line of the input. */
  line: number;
  conditions: Condition[];
}

type Operands = { '+': number; '-': number; '*': number; '/': number };
const ARITHMETIC: { [K in keyof Operands]: (a: number, b: number) => number } = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** CEL (https://cel.dev) with the variables `metrics` and `baseline`; `metrics.loss * 2` works although 2 is an int. */
export function ruleEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('metrics', 'map<string, double>')
    .registerVariable('baseline', 'map<string, double>')
    .registerFunction('abs(double): double', (value: number) => Math.abs(value));
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return environment;
}

/**
 * Reads rules, one a line; empty lines and comments (`//` or `#`) are skipped.
 * @throws UserError `RuleInvalid` with every rule that does not parse, a caret under the place
 */
export function parseRules(text: string): Rule[] {
  const environment = ruleEnvironment();
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith('//')) continue;
    try {
      const checked = environment.check(line);
      if (!checked.valid) throw checked.error ?? new Error('it is no expression');
      const { ast } = environment.parse(line);
      const conditions = conjuncts(ast).map(toCondition);
      rules.push({ text: line, line: index + 1, conditions });
    } catch (error) {
      problems.push({ message: `rule ${index + 1}: ${(error as Error).message}` });
    }
  }
  if (problems.length > 0) throw ruleInvalid(problems);
  if (rules.length === 0) throw ruleInvalid([{ message: 'there is no rule' }]);
  return rules;
}

/** A caret under a place of a rule: the way a compiler shows it. */
export function caret(text: string, offset: number): string {
  return `\n    ${text}\n    ${' '.repeat(offset)}^`;
}

export function ruleInvalid(problems: Problem[]): UserError {
  return new UserError({
    code: 'RuleInvalid',
    message:
      problems.length === 1
        ? `A rule can't be evaluated: ${problems[0]!.message}`
        : `${problems.length} rules can't be evaluated.`,
    fix: 'Write one condition a line, for example metrics.accuracy >= 0.9.',
    docs: 'tasks/evaluate-model',
    problems: problems.length === 1 ? [] : problems,
  });
}

interface CelNode {
  op: string;
  args: unknown;
  start: number;
  end: number;
}

function conjuncts(node: ASTNode): CelNode[] {
  const { op, args } = node as unknown as CelNode;
  return op === '&&' ? (args as ASTNode[]).flatMap(conjuncts) : [node as unknown as CelNode];
}

function toCondition(node: CelNode): Condition {
  const uses = metricUses(node, false);
  // `has(metrics.f1) ? metrics.f1 > 0.5 : true`: what is asked for with has() may be missing everywhere in the condition.
  const guarded = new Set(uses.filter(({ optional }) => optional).map(({ of, name }) => `${of}.${name}`));
  const metrics = uses.map((use) => ({ ...use, optional: guarded.has(`${use.of}.${use.name}`) }));
  const readsAny = [...new Set(wholeMaps(node))];
  return {
    text: serialize(node as unknown as ASTNode),
    metrics,
    usesBaseline: readsAny.includes('baseline') || metrics.some((use) => use.of === 'baseline'),
    readsAny,
  };
}

/** `metrics.name` or `metrics["name"]`, if the node is one. */
function namedMetric({ op, args, end }: CelNode): Omit<MetricUse, 'optional'> | undefined {
  if (op !== '.' && op !== '[]') return undefined;
  const [target, key] = args as [CelNode, string | CelNode];
  const name = typeof key === 'string' ? key : key.op === 'value' ? String(key.args) : undefined;
  const of = mapOf(target);
  return of && name !== undefined ? { of, name, offset: end - name.length - (op === '[]' ? 2 : 0) } : undefined;
}

function mapOf({ op, args }: CelNode): MetricUse['of'] | undefined {
  return op === 'id' && (args === 'metrics' || args === 'baseline') ? args : undefined;
}

function partsOf({ args }: CelNode): unknown[] {
  return Array.isArray(args) ? args : [args];
}

function isNode(value: unknown): value is CelNode {
  return value !== null && typeof value === 'object' && 'op' in value;
}

function wholeMaps(value: unknown): MetricUse['of'][] {
  if (Array.isArray(value)) return value.flatMap(wholeMaps);
  if (!isNode(value) || namedMetric(value)) return [];
  const of = mapOf(value);
  return of ? [of] : partsOf(value).flatMap(wholeMaps);
}

function metricUses(value: unknown, optional: boolean): MetricUse[] {
  if (Array.isArray(value)) return value.flatMap((item) => metricUses(item, optional));
  if (!isNode(value)) return [];
  const named = namedMetric(value);
  if (named) return [{ ...named, optional }];
  const { op } = value;
  const parts = partsOf(value);
  const inHas = op === 'call' && parts[0] === 'has';
  return parts.flatMap((part) => metricUses(part, optional || inHas));
}
