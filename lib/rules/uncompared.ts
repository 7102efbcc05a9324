import { type CelNode, calledBy, childrenOf, nodesOf, writtenAs } from './cel-node.ts';
import { RuleProblem, type Suggestion } from './rule-problem.ts';
import { namedVariable } from './uses.ts';

/** Numbers of metrics for which `size(metrics) >= 2` is tried. */
const SIZES = [1, 2, 3, 10, 1_000];

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** What is known of a model: every value is there, and perhaps that each is a finite number. */
interface Known {
  variables: readonly string[];
  areFinite: boolean;
  /** The one guard whose result is known; each of them when there is none. */
  only?: CelNode;
}

/**
 * Refuses a rule that some model passes of which nothing is compared although everything is there: `has(metrics.f1) ||
 * metrics.auc > 0.9`. What a missing or odd value means is for the rule to say: `!has(metrics.f1) || metrics.f1 > 0.9`.
 * @param tree of the whole rule, with its uses bound
 * @throws RuleProblem
 */
export function refuseUncompared(tree: CelNode, text: string, variables: readonly string[]): void {
  const passes = (areFinite: boolean): boolean => outcomes(tree, { variables, areFinite }).includes(true);
  if (passes(false)) throw problem(tree, text, variables, ['has']);
  const guarded = nodesOf(tree)
    .filter(isOddityGuard)
    .flatMap((node) => readsOf(node, variables));
  const areGuards = readsOf(tree, variables).every((read) => guarded.includes(read));
  // That a value is a finite number may be all that a rule asks.
  if (!areGuards && passes(true)) throw problem(tree, text, variables, ['isFinite', 'isNaN']);
}

/** True for a rule that reads values only to ask whether they are finite numbers, which may be all that is wanted. */
export function asksKindAlone(tree: CelNode, variables: readonly string[]): boolean {
  const guarded = nodesOf(tree)
    .filter(isOddityGuard)
    .flatMap((node) => readsOf(node, variables));
  return readsOf(tree, variables).every((read) => guarded.includes(read));
}

/** What a condition can give without a comparison of a value: none, one or both of true and false. */
function outcomes(node: CelNode, known: Known): boolean[] {
  const parts = childrenOf(node);
  const of = (index: number): boolean[] => outcomes(parts[index]!, known);
  switch (node.op) {
    case 'value':
      return typeof node.args === 'boolean' ? [node.args] : [];
    case '!_':
      return of(0).map((one) => !one);
    case '&&':
    case '||': {
      const decides = node.op === '||';
      const [left, right] = [of(0), of(1)];
      const decided = left.includes(decides) || right.includes(decides) ? [decides] : [];
      return left.includes(!decides) && right.includes(!decides) ? [...decided, !decides] : decided;
    }
    case '?:': {
      const [test, yes, no] = [of(0), of(1), of(2)];
      // What both results give is given whichever way the test goes.
      const given = [...test.flatMap((one) => (one ? yes : no)), ...yes.filter((result) => no.includes(result))];
      return [...new Set(given)];
    }
    default:
      return outcomesOfLeaf(node, parts, known);
  }
}

function outcomesOfLeaf(node: CelNode, parts: readonly CelNode[], known: Known): boolean[] {
  const call = calledBy(node);
  if (node.op === 'rcall') {
    const [name, over, [, body]] = node.args as [string, CelNode, CelNode[]];
    const isOfNames = over.op === 'id' && known.variables.includes(String(over.args)) && body !== undefined;
    // One name decides: of `exists` the one for which the body holds, of `all` the one for which it does not.
    if (isOfNames && Object.hasOwn(DECIDES, name))
      return outcomes(body, known).includes(DECIDES[name]!) ? [DECIDES[name]!] : [];
  }
  const isUnknown = known.only !== undefined && known.only !== node;
  if (call === 'has') return isUnknown ? [] : [true];
  if (isOddityGuard(node)) return known.areFinite && !isUnknown ? [call === 'isFinite'] : [];
  if (readsOf(node, known.variables).length > 0) return [];
  const compare = Object.hasOwn(COMPARE, node.op) ? COMPARE[node.op]! : undefined;
  const [left, right] = parts;
  if (!compare || !left || !right) return node.op === 'in' || node.checkedType?.name === 'bool' ? [true, false] : [];
  const [a, b] = [left, right].map((part) => outcomes(part, known)) as [boolean[], boolean[]];
  if (a.length > 0 && b.length > 0) return a.flatMap((one) => b.map((other) => compare(Number(one), Number(other))));
  const asksSize = (part: CelNode): boolean => calledBy(part) === 'size' || isSizeOf(part);
  const [x, y] = [left.args, right.args];
  if (typeof y === 'number' && asksSize(left)) return SIZES.map((size) => compare(size, y));
  if (typeof x === 'number' && asksSize(right)) return SIZES.map((size) => compare(x, size));
  return [true, false];
}

/** What one name is enough for. */
const DECIDES: Readonly<Record<string, boolean>> = { exists: true, exists_one: true, all: false };

function isOddityGuard(node: CelNode): boolean {
  return ['isNaN', 'isFinite'].includes(calledBy(node) ?? '');
}

/** The nodes that read the value of a metric, or values of all of them; `has`, `size` and `in` ask only what there is. */
function readsOf(node: CelNode, variables: readonly string[]): CelNode[] {
  if (calledBy(node) === 'has') return [];
  const names = variables.flatMap((name) => [name, namedVariable(name)]);
  const asksWhat = calledBy(node) === 'size' || node.op === 'in' || isSizeOf(node);
  const parts = childrenOf(node);
  const isRead = !asksWhat && parts.some(({ op, args }) => op === 'id' && names.includes(String(args)));
  return [...(isRead ? [node] : []), ...parts.flatMap((part) => readsOf(part, variables))];
}

function isSizeOf({ op, args }: CelNode): boolean {
  return op === 'rcall' && (args as unknown[])[0] === 'size';
}

/** @param guards the functions of which one decides */
function problem(tree: CelNode, text: string, variables: readonly string[], guards: readonly string[]): RuleProblem {
  const all = nodesOf(tree).filter((node) => guards.includes(calledBy(node) ?? ''));
  const decides = (only: CelNode): boolean => outcomes(tree, { variables, areFinite: true, only }).includes(true);
  const guard = all.find(decides) ?? all[0];
  if (!guard)
    return new RuleProblem(
      `it does not compare the value of a metric where it passes; compare one as well, as in ${variables[0]}.accuracy >= 0.9 && ...`,
      tree.start,
    );
  const value = askedBy(guard, text);
  const when = calledBy(guard) === 'has' ? 'is there' : 'is a finite number';
  return new RuleProblem(
    `it passes whenever ${value} ${when}, whatever its value is.`,
    guard.start,
    suggested(tree, text, guard, all, variables),
  );
}

/** `metrics.f1` of `has(metrics.f1)` and of `"f1" in metrics`. */
function askedBy(guard: CelNode, text: string): string {
  const asked = writtenAs(guard, text);
  const [, name, of] = /^(["'].*["'])\s+in\s+(\w+)$/.exec(asked) ?? [];
  if (name === undefined) return asked.slice(asked.indexOf('(') + 1, -1).trim();
  const plain = /^["']([A-Za-z_]\w*)["']$/.exec(name)?.[1];
  return plain === undefined ? `${of}[${name}]` : `${of}.${plain}`;
}

/** Rules that may be meant. @param guards all of the kind of the one that decides */
function suggested(
  tree: CelNode,
  text: string,
  guard: CelNode,
  guards: readonly CelNode[],
  variables: readonly string[],
): Suggestion[] {
  const sides = tree.op === '||' ? childrenOf(tree) : [];
  const index = sides.findIndex((side) => side === guard || (side.op === '!_' && childrenOf(side)[0] === guard));
  const [own, other] = [sides[index], sides[1 - index]];
  if (!own || !other || readsOf(other, variables).length === 0) return accompanied(tree, text, guards);
  const [side, rest] = [writtenAs(own, text), writtenAs(other, text)];
  const inner = ['||', '?:'].includes(other.op) ? `(${rest})` : rest;
  const both = index === 0 ? `${side} && ${inner}` : `${inner} && ${side}`;
  const isSame = nodesOf(other).some((node) => childrenOf(guard).some((asks) => isSameValue(node, asks)));
  const unless = { rule: `!${bracketed(side)} || ${inner}`, when: 'where it may be missing' };
  return [{ rule: both }, ...(calledBy(guard) === 'has' && isSame ? [unless] : [])];
}

/** The rule with a comparison beside each guard that `||` and `&&` join: `has(metrics.a) && metrics.a >= 0.9`. */
function accompanied(tree: CelNode, text: string, guards: readonly CelNode[]): Suggestion[] {
  const joinedBy = (node: CelNode): CelNode[] =>
    ['||', '&&'].includes(node.op) ? childrenOf(node).flatMap(joinedBy) : [node];
  let rule = text;
  for (const guard of joinedBy(tree).toReversed()) {
    if (!guards.includes(guard)) continue;
    const both = `${writtenAs(guard, text)} && ${askedBy(guard, text)} >= 0.9`;
    rule = rule.slice(0, guard.start) + both + rule.slice(guard.end);
  }
  return [{ rule }];
}

/** `!"f1" in metrics` would negate the name. */
function bracketed(asked: string): string {
  return /^["']/.test(asked) ? `(${asked})` : asked;
}

/** Both read the same value, one of them perhaps in `has`, where a value is a field. */
function isSameValue(one: CelNode, other: CelNode): boolean {
  const keyOf = (node: CelNode): string | undefined => {
    const [target, key] = node.op === '.' || node.op === '[]' ? (node.args as [CelNode, string | CelNode]) : [];
    return target?.op === 'id' ? `${target.args} ${typeof key === 'string' ? key : String(key?.args)}` : undefined;
  };
  return keyOf(one) !== undefined && keyOf(one) === keyOf(other);
}
