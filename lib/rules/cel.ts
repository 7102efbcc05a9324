import { Environment } from '@marcbachmann/cel-js';
import { type CelNode, calledBy, childrenOf, isNode, nodesOf, partsOf, writtenAs } from './cel-node.ts';
import type { Evaluated, RuleValues } from './condition.ts';
import { ABSENT, leavesOut, NotFinite } from './left-out.ts';
import { RuleProblem } from './rule-problem.ts';
import { bindUses, namedVariable, type Uses } from './uses.ts';

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

/**
 * CEL (https://cel.dev) with variables that are numbers by name. The numbers of a rule are doubles (see
 * `asDoubles`); ints come from functions such as `size` alone, and mix with doubles.
 */
export function celEnvironment(variables: readonly string[]): Environment {
  const environment = new Environment({ homogeneousAggregateLiterals: false })
    .registerFunction('abs(double): double', (value: number) => Math.abs(value))
    .registerFunction('isNaN(double): bool', (value: number) => Number.isNaN(value))
    .registerFunction('isFinite(double): bool', (value: number) => Number.isFinite(value))
    .registerOperator('double % double', ARITHMETIC['%']!)
    .registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  for (const name of variables)
    environment
      .registerVariable(name, 'map<string, double>')
      .registerVariable(namedVariable(name), 'map<string, double>');
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return environment;
}

/** An expression that was parsed and checked. */
export interface Parsed {
  tree: CelNode;
  uses: Uses;
  /** `bool`, `double`, ... */
  type: string;
  /** @throws NothingToCompare, NotFinite, ValueMissing, and what CEL throws */
  evaluate: (values: RuleValues) => Evaluated;
}

/** @throws what CEL throws, with a code and a range, and RuleProblem, when the text is not an expression */
export function parse(text: string, environment: Environment, variables: readonly string[]): Parsed {
  const parsed = environment.parse(text);
  const tree = parsed.ast as unknown as CelNode;
  refuseConversions(tree);
  asDoubles(tree);
  asPresence(tree, environment, variables);
  const uses = bindUses(tree, variables);
  const checked = parsed.check();
  if (!checked.valid) throw checked.error ?? new Error('it is not an expression');
  refuseWholeDivision(tree);
  for (const node of nodesOf(tree)) if (Object.hasOwn(ARITHMETIC, node.op)) refuseInfinities(node, text);
  const leftOut = leavesOut(tree, variables);
  const evaluate = (values: RuleValues): Evaluated => {
    leftOut.reset();
    const value: unknown = parsed(contextOf(values));
    return { value, ...leftOut.seen() };
  };
  return { tree, uses, type: String(checked.type), evaluate };
}

function contextOf(values: RuleValues): Record<string, unknown> {
  const variables = Object.entries(values).flatMap(([name, { named, all, isAbsent }]) => [
    [name, isAbsent ? ABSENT : all],
    [namedVariable(name), isAbsent ? ABSENT : named],
  ]);
  return Object.fromEntries(variables);
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

/**
 * Makes `"f1" in metrics` what `has(metrics.f1)` is, so that it finds the same names and a value that is missing is not an
 * error elsewhere in the rule.
 */
function asPresence(tree: CelNode, environment: Environment, variables: readonly string[]): void {
  for (const node of nodesOf(tree)) {
    if (node.op !== 'in') continue;
    const [name, all] = node.args as [CelNode, CelNode];
    if (typeof name.args !== 'string' || name.op !== 'value' || all.op !== 'id') continue;
    if (!variables.includes(String(all.args))) continue;
    const asks = environment.parse(`has(${String(all.args)}.name)`).ast as unknown as CelNode;
    const [field] = childrenOf(asks) as [CelNode];
    Object.assign(field, { args: [all, name.args], pos: name.pos, start: name.start, end: all.end });
    Object.assign(node, { op: asks.op, args: asks.args });
    node.setMeta('alternate', asks);
  }
}

/** Functions that make a comparison one of texts or of types: `string(metrics.a) >= "0.9"` holds for 1e-7. */
const CONVERSIONS = ['string', 'dyn', 'type', 'bytes', 'bool', 'timestamp', 'duration'];

function refuseConversions(tree: CelNode): void {
  for (const node of nodesOf(tree)) {
    const name = calledBy(node);
    if (name !== undefined && CONVERSIONS.includes(name))
      throw new RuleProblem(`rules compare numbers, so they do not have ${name}(...); leave it out.`, node.start);
  }
}

/** Types whose division may drop a remainder. */
const MAY_BE_WHOLE = ['int', 'uint', 'dyn'];

/** `size(metrics) / 10` would be rounded towards zero without a word. */
function refuseWholeDivision(node: CelNode): void {
  if (node.op === '/' && MAY_BE_WHOLE.includes(node.checkedType?.name ?? 'dyn'))
    throw new RuleProblem(
      'a division of whole numbers drops the remainder; write double(...) around one of them.',
      node.pos,
    );
  for (const child of childrenOf(node)) refuseWholeDivision(child);
}

/** CEL's doubles divide by zero without an error, and an infinity passes every `>`. */
function refuseInfinities(node: CelNode, text: string): void {
  const { evaluate } = node.meta;
  node.setMeta('evaluate', (...given) => {
    const result = evaluate.apply(node, given);
    if (typeof result !== 'number' || Number.isFinite(result)) return result;
    throw new NotFinite(`${writtenAs(node, text)} is ${result}`);
  });
}
