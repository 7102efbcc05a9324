import { type CelNode, calledBy, childrenOf } from './cel-node.ts';
import { isPlausible } from './plausible.ts';
import { boundKey } from './uses.ts';

/** Values that give a rule the result that is wanted; by `boundKey`. */
export interface Aims {
  values: Map<string, number>;
  missing: Set<string>;
}

/** A number from 0 on and below 1. */
type Next = () => number;

const OPPOSITE: Record<string, string> = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '==': '!=', '!=': '==' };
/** `a < b` is `b > a`. */
const TURNED: Record<string, string> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==', '!=': '!=' };
/** Two rounds, because a value that is chosen late may be one that was counted on before. */
const ROUNDS = 2;

/**
 * Chooses values with which a tree is probably true, or false: three metrics of a rule are seldom each the number that it
 * names when they are drawn. What it does not understand it leaves to the drawing.
 * @param draw any number, for values that nothing is known of
 */
export function aimAt(tree: CelNode, wanted: boolean, next: Next, draw: () => number): Aims {
  const aims: Aims = { values: new Map(), missing: new Set() };
  for (let round = 0; round < ROUNDS; round++) aim(tree, wanted, { aims, next, draw });
  return aims;
}

interface Archer {
  aims: Aims;
  next: Next;
  draw: () => number;
}

function aim(node: CelNode, wanted: boolean, archer: Archer): void {
  const parts = childrenOf(node);
  const either = (): number => (archer.next() < 0.5 ? 0 : 1);
  if (node.op === '!_') aim(parts[0]!, !wanted, archer);
  else if (node.op === '&&' || node.op === '||') {
    // One side decides `||` with true and `&&` with false.
    const sides = wanted === (node.op === '||') ? [parts[either()]!] : parts;
    for (const side of sides) aim(side, wanted, archer);
  } else if (node.op === '?:') {
    const test = archer.next() < 0.5;
    aim(parts[0]!, test, archer);
    aim(parts[test ? 1 : 2]!, wanted, archer);
  } else if (Object.hasOwn(OPPOSITE, node.op)) aimComparison(node, wanted, archer);
  else if (node.op === 'in' && wanted && parts[1]?.op === 'list') {
    const items = childrenOf(parts[1]);
    const value = numberOf(items[Math.floor(archer.next() * items.length)], archer);
    if (value !== undefined) solve(parts[0]!, value, archer);
  } else if (calledBy(node) === 'has') {
    const key = boundKey(parts[0]!);
    if (key !== undefined && wanted) archer.aims.missing.delete(key);
    else if (key !== undefined) archer.aims.missing.add(key);
  }
}

function aimComparison(node: CelNode, wanted: boolean, archer: Archer): void {
  const [left, right] = childrenOf(node) as [CelNode, CelNode];
  const operator = wanted ? node.op : OPPOSITE[node.op]!;
  const isLeft = archer.next() < 0.5;
  for (const [side, other, relation] of isLeft
    ? ([
        [left, right, operator],
        [right, left, TURNED[operator]!],
      ] as const)
    : ([
        [right, left, TURNED[operator]!],
        [left, right, operator],
      ] as const)) {
    const limit = numberOf(other, archer);
    if (limit !== undefined && solve(side, limit + away(relation, limit, archer.next), archer)) return;
  }
}

/** How far from a limit: as little as counts, one, or as much as the limit is; or none where the limit itself will do. */
function away(relation: string, limit: number, next: Next): number {
  const steps = [(Math.abs(limit) + 1) * 1e-9, 1, Math.abs(limit) + 1];
  const step = steps[Math.floor(next() * steps.length)]!;
  if (relation === '==' || (relation.endsWith('=') && relation !== '!=' && next() < 0.5)) return 0;
  if (relation === '!=') return next() < 0.5 ? step : -step;
  return relation.startsWith('<') ? -step : step;
}

/** The value of a calculation with what was chosen so far; undefined for what is not understood. */
function numberOf(node: CelNode | undefined, archer: Archer): number | undefined {
  if (!node) return undefined;
  if (node.op === 'value') return typeof node.args === 'number' ? node.args : undefined;
  const key = boundKey(node);
  if (key !== undefined) {
    const value = archer.aims.values.get(key) ?? archer.draw();
    archer.aims.values.set(key, value);
    return value;
  }
  const [a, b] = childrenOf(node).map((part) => numberOf(part, archer));
  if (a === undefined) return undefined;
  if (node.op === '-_') return -a;
  if (calledBy(node) === 'abs') return Math.abs(a);
  if (b === undefined) return undefined;
  const results: Record<string, number> = { '+': a + b, '-': a - b, '*': a * b, '/': a / b };
  return results[node.op];
}

/** Chooses the values of a calculation, so that it has a result. @returns whether it could */
function solve(node: CelNode, result: number, archer: Archer): boolean {
  if (!isPlausible(result)) return false;
  const key = boundKey(node);
  if (key !== undefined) {
    archer.aims.values.set(key, result);
    return true;
  }
  const [left, right] = childrenOf(node);
  if (node.op === '-_') return solve(left!, -result, archer);
  if (calledBy(node) === 'abs') return result >= 0 && solve(left!, archer.next() < 0.5 ? result : -result, archer);
  if (!['+', '-', '*', '/'].includes(node.op)) return false;
  const inLeft = (b: number): number =>
    ({ '+': result - b, '-': result + b, '*': result / b, '/': result * b })[node.op]!;
  const inRight = (a: number): number =>
    ({ '+': result - a, '-': a - result, '*': result / a, '/': a / result })[node.op]!;
  const tries: [side: CelNode, other: CelNode, meant: (given: number) => number][] = [
    [left!, right!, inLeft],
    [right!, left!, inRight],
  ];
  for (const [side, other, meant] of archer.next() < 0.5 ? tries : tries.toReversed()) {
    const given = numberOf(other, archer);
    if (given !== undefined && solve(side, meant(given), archer)) return true;
  }
  return false;
}
