import { seededNumbers } from '../core/random.ts';
import type { CelNode } from './cel-node.ts';
import type { RuleValues } from './condition.ts';
import type { OverNames, OverTime, Uses, ValueUse } from './uses.ts';

const USUAL = [0, 0.5, 1, -1, 1e-6, 1e6, -1e6];
const HUGE = [1e150, -1e150];
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TRIES = 300;
/** So many numbers of a rule are added to and taken from each other. */
const MOST_PAIRED = 8;
/** Names of metrics that no rule means. */
const OTHERS = ['some other', 'one more', 'a third'];

/**
 * Values for a rule, as a model could have them: one value for all metrics, values that meet the numbers of the rule, any.
 * @param isComplete every value is there and a finite number
 */
export function* samples(nodes: readonly CelNode[], uses: Uses, isComplete = false): Generator<RuleValues> {
  const literals = nodes.flatMap(({ op, args }) => (op === 'value' && typeof args === 'number' ? [args, -args] : []));
  // Of huge numbers `metrics.a == metrics.a + 1` holds.
  const asksForEqual = nodes.some(({ op }) => ['==', '!=', 'in'].includes(op));
  const all = numbersAround(literals, asksForEqual ? USUAL : [...USUAL, ...HUGE]);
  const meeting = numbersMeeting(literals);
  const texts = nodes.flatMap(({ op, args }) => (op === 'value' && typeof args === 'string' ? [args] : []));
  const next = seededNumbers(1);
  const among = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const optional = [...new Set(uses.named.filter((use) => use.optional).map(keyOf))];
  const given = (choose: (use?: ValueUse) => number): RuleValues =>
    valuesOf(uses, {
      choose,
      leftOut: new Set(optional.filter(() => !isComplete && next() < 0.4)),
      names: [
        ...OTHERS.slice(0, Math.floor(next() * (OTHERS.length + 1))),
        ...texts.filter(() => isComplete || next() < 0.5),
      ],
    });
  for (const value of all) yield given(() => value);
  for (let index = 0; index < TRIES; index++) {
    const from = index % 2 === 0 ? meeting : all;
    yield given((use) => among(use?.guarded && !isComplete ? [...from, ...ODD] : from));
  }
}

interface Choice {
  choose: (use?: ValueUse) => number;
  /** `keyOf` the uses that have no value. */
  leftOut: ReadonlySet<string>;
  /** Metrics besides those that the rule names. */
  names: readonly string[];
}

/** What a use takes of several values fits together: the lowest is not above the last one. */
function valuesOf({ named, whole }: Uses, { choose, leftOut, names }: Choice): RuleValues {
  const given: RuleValues = {};
  const of = (variable: string): RuleValues[string] => (given[variable] ??= { named: {}, all: {} });
  const last = new Map<string, number[]>();
  for (const use of named) {
    const drawn = last.get(pathOf(use)) ?? [];
    last.set(pathOf(use), drawn);
    const { named: values, all } = of(use.of);
    if (isOverMany(use) || leftOut.has(keyOf(use)) || Object.hasOwn(values, use.key)) continue;
    values[use.key] = choose(use);
    drawn.push(values[use.key]!);
    if (!use.pick) all[use.path.join('.')] = values[use.key]!;
  }
  for (const use of named) {
    if (!isOverMany(use) || leftOut.has(keyOf(use))) continue;
    const drawn = last.get(pathOf(use))!;
    if (drawn.length < 2) drawn.push(choose(use), choose(use));
    const { named: values, all } = of(use.of);
    const result = picked(use, [...drawn, ...matched(use, all)]);
    if (result !== undefined) values[use.key] = result;
  }
  for (const variable of whole) {
    const { all } = of(variable);
    for (const name of names) all[name] ??= choose();
  }
  return given;
}

function isOverMany({ pick }: ValueUse): boolean {
  return pick !== undefined && pick.kind !== 'at';
}

function keyOf({ of, key }: ValueUse): string {
  return `${of} ${key}`;
}

function pathOf({ of, path }: ValueUse): string {
  return JSON.stringify([of, ...path]);
}

/** Values of metrics that the rule names and that a path with `*` in it matches. */
function matched({ path }: ValueUse, all: Readonly<Record<string, number>>): number[] {
  if (!path.includes('*')) return [];
  const parts = path.map((part) => (part === '*' ? '.+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  const pattern = new RegExp(`^${parts.join('\\.')}$`);
  return Object.entries(all).flatMap(([name, value]) => (pattern.test(name) ? [value] : []));
}

function picked({ pick }: ValueUse, drawn: readonly number[]): number | undefined {
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  if (!pick || pick.kind === 'at') return most;
  const ratio = least < 0 || most === 0 ? undefined : least / most;
  const results: Record<OverTime | OverNames, number | undefined> = {
    ...{ lowest: least, highest: most, min: least, max: most },
    ...{ spread: most - least, ratio },
  };
  return results[pick.kind];
}

/** Numbers of the rule, what is around and between them, and some usual ones. */
function numbersAround(literals: readonly number[], usual: readonly number[]): number[] {
  const points = [...new Set([...literals, ...usual])].sort((a, b) => a - b);
  const between = points.slice(1).map((value, index) => (value + points[index]!) / 2);
  const around = literals.flatMap((value) => {
    const little = (Math.abs(value) + 1) * 1e-9;
    return [value - little, value + little, value * 2];
  });
  return [...points, ...between, ...around];
}

/** Few numbers, so that two metrics are often the same, and often as far from each other as the rule says. */
function numbersMeeting(literals: readonly number[]): number[] {
  const few = literals.slice(0, MOST_PAIRED);
  const pairs = few.flatMap((a) => few.flatMap((b) => [a + b, a * b, a / b]));
  return [...new Set([0, 1, ...literals, ...pairs])].filter(Number.isFinite);
}
