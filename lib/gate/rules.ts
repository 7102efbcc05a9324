import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { type Problem, UserError } from '../core/errors.ts';

/** A part of a rule that holds or fails on its own: a rule is split at its outermost `&&`. */
export interface Condition {
  /** As the user wrote it. */
  text: string;
  /** Evaluates the tree that was parsed from `text`. @throws Error with the place when CEL can't */
  evaluate: (values: RuleValues) => unknown;
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

/** What a rule may read: numbers by name. */
export type RuleValues = Record<MetricUse['of'], Record<string, number>>;

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/**
 * CEL (https://cel.dev) with the variables `metrics` and `baseline`. The numbers of a rule are doubles (see
 * `asDoubles`); ints come from functions such as `size` alone, and mix with doubles.
 */
function ruleEnvironment(): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerVariable('metrics', 'map<string, double>')
    .registerVariable('baseline', 'map<string, double>')
    .registerFunction('abs(double): double', (value: number) => Math.abs(value))
    .registerOperator('double % double', ARITHMETIC['%']!)
    .registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return environment;
}

/**
 * Reads rules, one per line; empty lines and comments (`//` or `#`) are skipped.
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
      rules.push({ text: line, line: index + 1, conditions: parseRule(line, environment) });
    } catch (error) {
      problems.push({ message: `rule ${index + 1}: ${(error as Error).message}` });
    }
  }
  if (problems.length > 0) throw ruleInvalid(problems);
  if (rules.length === 0) throw ruleInvalid([{ message: 'there is no rule' }]);
  return rules;
}

function parseRule(line: string, environment: Environment): Condition[] {
  const dash = /^[-*+•]\s+/.exec(line);
  if (dash) {
    // CEL would take the dash of a list for a minus sign, and `-loss < 0.1` holds for every loss.
    throw new Error(
      `it begins with '${dash[0].trim()}', as an item of a list does, which would negate what follows. Write ${line.slice(dash[0].length)}${caret(line, 0)}`,
    );
  }
  parse(line, environment);
  return conjuncts(line, environment).map(toCondition);
}

type Parsed = ReturnType<Environment['parse']>;

function parse(text: string, environment: Environment): Parsed {
  const parsed = environment.parse(text);
  asDoubles(parsed.ast);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('it is not an expression');
  refuseWholeDivision(parsed.ast as unknown as CelNode, text);
  return parsed;
}

/**
 * Makes every whole number of a rule a double, since metrics are doubles: in CEL `9 / 10` is 0, and `metrics.flag == 1`
 * does not compile.
 */
function asDoubles(node: unknown): void {
  if (Array.isArray(node)) for (const item of node) asDoubles(item);
  if (!isNode(node)) return;
  if (node.op === 'value' && typeof node.args === 'bigint') node.args = Number(node.args);
  // The index of a list stays an int.
  else asDoubles(node.op === '[]' ? partsOf(node)[0] : node.args);
}

/** Types whose division may drop a remainder. */
const MAY_BE_WHOLE = ['int', 'uint', 'dyn'];

/** `size(metrics) / 10` would be rounded towards zero without a word. */
function refuseWholeDivision(node: CelNode, text: string): void {
  if (node.op === '/' && MAY_BE_WHOLE.includes(node.checkedType?.name ?? 'dyn')) {
    throw new Error(
      `a division of whole numbers drops the remainder; write double(...) around one of them.${caret(text, node.pos)}`,
    );
  }
  for (const part of partsOf(node).flat()) if (isNode(part)) refuseWholeDivision(part, text);
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
    fix: 'Write one condition per line, for example metrics.accuracy >= 0.9.',
    problems: problems.length === 1 ? [] : problems,
  });
}

/** A node of the parsed tree; offsets count from the start of the text that was parsed. */
interface CelNode {
  op: string;
  args: unknown;
  /** Offset of the operator or of the first character. */
  pos: number;
  start: number;
  end: number;
  /** Set by the type check. */
  checkedType?: { name: string };
}

/** A part of a rule's text with its tree. */
interface Conjunct {
  text: string;
  /** Of `text` in the rule. */
  offset: number;
  parsed: Parsed;
}

/**
 * Splits a rule at its outermost `&&`. Each part is the user's own text between two `&&`, parsed as it is; a tree is
 * never written out again, because what a serializer leaves out (parentheses, digits) changes the verdict.
 */
function conjuncts(text: string, environment: Environment, offset = 0): Conjunct[] {
  const parsed = parse(text, environment);
  const { op, args } = parsed.ast as unknown as CelNode;
  if (op !== '&&') return [{ text, offset, parsed }];
  const inner = withoutParentheses(text);
  if (inner.text !== text) return conjuncts(inner.text, environment, offset + inner.offset);
  const nodes = args as [ASTNode, ASTNode];
  // Between the end of the left side and the operator there are parentheses and blanks alone.
  const at = text.indexOf('&&', nodes[0].end);
  const sides = [trimmed(text.slice(0, at), 0), trimmed(text.slice(at + 2), at + 2)];
  return sides.flatMap((side, index) => {
    if (!isSameTree(parse(side.text, environment).ast, nodes[index]!))
      throw new Error(`it can't be split at '&&'; write one condition per line.${caret(text, at)}`);
    return conjuncts(side.text, environment, offset + side.offset);
  });
}

function isSameTree(left: ASTNode, right: ASTNode): boolean {
  return JSON.stringify(structure(left)) === JSON.stringify(structure(right));
}

/** Operators and operands of a tree, without places and types. */
function structure(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(structure);
  if (isNode(part)) return [part.op, structure(part.args)];
  return typeof part === 'object' ? '' : String(part);
}

function trimmed(text: string, offset: number): { text: string; offset: number } {
  return { text: text.trim(), offset: offset + text.length - text.trimStart().length };
}

/** `(a && b)` without the parentheses that enclose all of it; `(a) && (b)` as it is. */
function withoutParentheses(text: string): { text: string; offset: number } {
  if (!text.startsWith('(') || !text.endsWith(')')) return { text, offset: 0 };
  let quote = '';
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quote !== '' && character === '\\') index++;
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0 && index < text.length - 1) return { text, offset: 0 };
  }
  return trimmed(text.slice(1, -1), 1);
}

function toCondition({ text, offset, parsed }: Conjunct): Condition {
  const node = parsed.ast as unknown as CelNode;
  const uses = metricUses(node, false);
  // `has(metrics.f1) ? metrics.f1 > 0.5 : true`: what is asked for with has() may be missing everywhere in the condition.
  const guarded = new Set(uses.filter(({ optional }) => optional).map(({ of, name }) => `${of}.${name}`));
  const metrics = uses.map((use) => ({
    ...use,
    offset: use.offset + offset,
    optional: guarded.has(`${use.of}.${use.name}`),
  }));
  const readsAny = [...new Set(wholeMaps(node))];
  return {
    text,
    evaluate: (values) => parsed(values) as unknown,
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
