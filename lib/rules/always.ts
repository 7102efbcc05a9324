import { seededNumbers } from '../core/random.ts';
import type { Parsed } from './cel.ts';
import { type CelNode, nodesOf } from './cel-node.ts';
import type { RuleValues } from './condition.ts';
import type { ValueUse } from './uses.ts';

const USUAL = [0, 0.5, 1, -1, 1e-6, 1e6, -1e6, 1e150, -1e150];
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TRIES = 200;

/**
 * True when a condition holds for every choice of values that was tried: `metrics.acc >= metrics.acc - 0.005` compares a
 * model with itself. Conditions that ask for equality are left alone, because no choice may hit the one value that they mean.
 */
export function holdsAlways({ tree, uses, evaluate }: Parsed): boolean {
  const nodes = nodesOf(tree);
  if (uses.whole.length > 0 || nodes.some(({ op }) => ['==', '!=', 'in'].includes(op))) return false;
  const values = samples(nodes);
  const next = seededNumbers(1);
  const among = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const choices = [
    ...values.map((value) => () => value),
    ...Array.from(
      { length: TRIES },
      () =>
        ({ guarded }: ValueUse) =>
          among(guarded ? [...values, ...ODD] : values),
    ),
  ];
  let held = 0;
  for (const [index, choose] of choices.entries()) {
    const given: RuleValues = {};
    for (const use of uses.named) {
      given[use.of] ??= { named: {}, all: {} };
      const { named } = given[use.of]!;
      if (!(use.optional && index % 3 === 0)) named[use.key] ??= choose(use);
    }
    try {
      if (evaluate(given).value !== true) return false;
      held++;
    } catch {
      // An infinity, or a value that is missing: it does not hold, and says nothing of the others.
    }
  }
  return held > 0;
}

/** Numbers of the rule, what is around and between them, and some usual ones. */
function samples(nodes: readonly CelNode[]): number[] {
  const literals = nodes.flatMap(({ op, args }) => (op === 'value' && typeof args === 'number' ? [args, -args] : []));
  const points = [...new Set([...literals, ...USUAL])].sort((a, b) => a - b);
  const between = points.slice(1).map((value, index) => (value + points[index]!) / 2);
  const around = literals.flatMap((value) => {
    const little = (Math.abs(value) + 1) * 1e-9;
    return [value - little, value + little, value * 2];
  });
  return [...points, ...between, ...around];
}
