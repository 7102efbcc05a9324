import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { caret } from './caret.ts';

/** A node of the parsed tree; offsets count from the start of the text that was parsed. */
export interface CelNode {
  op: string;
  args: unknown;
  /** Offset of the operator or of the first character. */
  pos: number;
  start: number;
  end: number;
  /** Set by the type check. */
  checkedType?: { name: string };
}

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
    .registerOperator('double % double', ARITHMETIC['%']!)
    .registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  for (const name of variables) environment.registerVariable(name, 'map<string, double>');
  for (const [operator, apply] of Object.entries(ARITHMETIC)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => apply(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  return environment;
}

/** An expression that was parsed and checked: a function of its variables' values. */
export type Parsed = ReturnType<Environment['parse']>;

/** @throws Error with the place when the text is not an expression */
export function parse(text: string, environment: Environment): Parsed {
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

/** True when two expressions are the same, wherever they are in a text. */
export function isSameTree(left: ASTNode, right: ASTNode): boolean {
  return JSON.stringify(structure(left)) === JSON.stringify(structure(right));
}

/** Operators and operands of a tree, without places and types. */
function structure(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(structure);
  if (isNode(part)) return [part.op, structure(part.args)];
  return typeof part === 'object' ? '' : String(part);
}

/** What a node is made of. */
export function partsOf({ args }: CelNode): unknown[] {
  return Array.isArray(args) ? args : [args];
}

export function isNode(value: unknown): value is CelNode {
  return value !== null && typeof value === 'object' && 'op' in value;
}
