import { type CelNode, calledBy, childrenOf, nodesOf } from './cel-node.ts';
import { namedVariable } from './uses.ts';

/** A calculation without a finite result: a division by zero, or numbers that are too large. It must never make a rule pass. */
export class NotFinite extends Error {}

/** A tolerance that is beyond what it is measured by. As a calculation without a result it must never make a rule pass. */
export class TooTolerant extends NotFinite {}

/** A value that the rule asked for with `has`, was not there, and is read nevertheless. */
export class ValueMissing extends Error {}

/** All of a condition needs a variable that is absent. */
export class NothingToCompare extends Error {}

/** Why a condition has no result, without the words of the library. @param error what `evaluate` threw */
export function whyNoResult(error: unknown): string {
  if (error instanceof NotFinite) return error.message;
  const isMissing = error instanceof ValueMissing || (error as { code?: string }).code === 'no_such_key';
  return isMissing ? 'it reads a value that does not exist' : 'its result is not a number';
}

/** The value of a variable that is absent. */
export const ABSENT: Readonly<Record<string, number>> = Object.freeze({});

/** The library's evaluator: `run` gives the value of a node. */
interface Evaluator {
  run(node: CelNode, context: unknown): unknown;
}

/**
 * Makes a tree leave out its parts that read an absent variable: of `a || b` and `a && b` the side that needs it. `has` and
 * `size` of it are no such parts: with them a rule says itself what to do without.
 */
export function leavesOut(tree: CelNode, variables: readonly string[]): { reset(): void; seen(): Readonly<Seen> } {
  const seen: Seen = { isPartial: false, hasRead: false };
  for (const node of nodesOf(tree)) {
    if (node.op === '||' || node.op === '&&') joinSides(node, seen);
    for (const child of childrenOf(node)) if (isVariable(child, variables)) refuseAbsent(child, node, seen);
  }
  return { reset: () => Object.assign(seen, { isPartial: false, hasRead: false }), seen: () => seen };
}

function isVariable({ op, args }: CelNode, variables: readonly string[]): boolean {
  return op === 'id' && variables.some((name) => args === name || args === namedVariable(name));
}

function refuseAbsent(variable: CelNode, parent: CelNode, seen: Seen): void {
  if (calledBy(parent) === 'size') return;
  const isNamed = parent.op === '.' || parent.op === '[]';
  const node = isNamed ? parent : variable;
  const { evaluate } = node.meta;
  node.setMeta('evaluate', (...given) => {
    const [evaluator, , context] = given as [Evaluator, unknown, unknown];
    if (isNamed && evaluator.run(variable, context) === ABSENT) throw new NothingToCompare();
    const value = orMissing(() => evaluate.apply(node, given));
    if (!isNamed && value === ABSENT) throw new NothingToCompare();
    if (isNamed) seen.hasRead = true;
    return value;
  });
}

function orMissing(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: string }).code === 'no_such_key') throw new ValueMissing((error as Error).message);
    throw error;
  }
}

/** What happened while a tree was evaluated. */
interface Seen {
  /** A part was left out. */
  isPartial: boolean;
  /** The value of a metric was read by a part that the result depends on; `has` reads none. */
  hasRead: boolean;
}

/** As CEL has it: the side that decides does so whatever becomes of the other one, and whatever was left out or read there. */
function joinSides(node: CelNode, seen: Seen): void {
  const decides = node.op === '||';
  node.setMeta('evaluate', (...given) => {
    const [evaluator, , context] = given as [Evaluator, unknown, unknown];
    const before = { ...seen };
    const sides = childrenOf(node).map((side) => {
      Object.assign(seen, { isPartial: false, hasRead: false });
      return { ...attempt(() => evaluator.run(side, context)), ...seen };
    });
    const deciding = sides.filter((side) => 'value' in side && side.value === decides);
    const counted = deciding.length > 0 ? deciding : sides;
    seen.hasRead = before.hasRead || counted.some((side) => side.hasRead);
    if (deciding.length > 0) {
      seen.isPartial = before.isPartial || deciding.every((side) => side.isPartial);
      return decides;
    }
    const left = sides.filter((side) => !('error' in side && side.error instanceof NothingToCompare));
    if (left.length === 0) throw new NothingToCompare();
    for (const side of left) if ('error' in side) throw side.error;
    // Of `||` too: under a `!` or as the test of `? :` the result may pass what the left out side would have failed.
    seen.isPartial = before.isPartial || left.length < sides.length || sides.some((side) => side.isPartial);
    return !decides;
  });
}

function attempt(run: () => unknown): { value: unknown } | { error: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}
