import { seededNumbers } from '../core/random.ts';
import { type Aims, aimAt } from './aims.ts';
import { type CelNode, nodesOf } from './cel-node.ts';
import type { RuleValues } from './condition.ts';
import { fitted, type Known } from './known-values.ts';
import { isPlausible } from './plausible.ts';
import { namesFor } from './sample-names.ts';
import type { OverNames, OverTime, Uses, ValueUse } from './uses.ts';

const USUAL = [0, 0.5, 1, -1, 1e-6, 1e6, -1e6];
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const TRIES = 300;
/** So many numbers of a rule are added to and taken from each other. */
const MOST_PAIRED = 8;
/** Tries of which each aims at a result. */
const AIMED_TRIES = 200;

/**
 * Values for a rule, as a model could have them: one value for all metrics, values that meet the numbers of the rule, any,
 * and values that should make it false.
 * @param tree with its uses bound
 * @param isComplete every value is there and a finite number
 */
export function* samples(tree: CelNode, uses: Uses, known: Known, isComplete = false): Generator<RuleValues> {
  const nodes = nodesOf(tree);
  const literals = nodes.flatMap(({ op, args }) => (op === 'value' && typeof args === 'number' ? [args, -args] : []));
  const all = numbersAround(literals, USUAL);
  const meeting = numbersMeeting(literals);
  const names = namesFor(nodes);
  const next = seededNumbers(1);
  const among = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const optional = [...new Set(uses.named.filter((use) => use.optional).map(keyOf))];
  const given = (choose: (use?: ValueUse) => number, aims?: Aims): RuleValues =>
    valuesOf(uses, known, {
      choose: (use) => (use && aims?.values.get(keyOf(use))) ?? choose(use),
      leftOut: new Set(optional.filter((key) => !isComplete && (aims ? aims.missing.has(key) : next() < 0.4))),
      names: names(uses.whole, next, isComplete),
    });
  for (const value of all) yield given(() => value);
  for (let index = 0; index < TRIES; index++) {
    const from = index % 2 === 0 ? meeting : all;
    yield given((use) => among(use?.guarded && !isComplete ? [...from, ...ODD] : from));
  }
  for (let index = 0; index < AIMED_TRIES; index++) {
    const draw = (): number => among(index % 2 === 0 ? meeting : all);
    yield given(draw, aimAt(tree, false, next, draw));
  }
}

interface Choice {
  choose: (use?: ValueUse) => number;
  /** `keyOf` the uses that have no value. */
  leftOut: ReadonlySet<string>;
  /** Metrics besides those that the rule names, by variable. */
  names: Readonly<Record<string, readonly string[]>>;
}

/** What a use takes of several values fits together: the lowest is not above the last one. */
function valuesOf({ named, whole }: Uses, known: Known, { choose, leftOut, names }: Choice): RuleValues {
  const given: RuleValues = {};
  const of = (variable: string): RuleValues[string] => (given[variable] ??= { named: {}, all: {} });
  for (const use of named) of(use.of);
  const single = named.filter((use) => !isOverMany(use) && !leftOut.has(keyOf(use)));
  for (const use of single) of(use.of).named[use.key] ??= choose(use);
  for (const [variable, { named: values }] of Object.entries(given))
    if (known[variable])
      fitted(
        single.filter((use) => use.of === variable),
        values,
        known[variable],
      );
  const drawn = new Map<string, number[]>();
  for (const use of single) {
    const { named: values, all } = of(use.of);
    drawn.set(pathOf(use), [...(drawn.get(pathOf(use)) ?? []), values[use.key]!]);
    if (!use.pick) all[use.path.join('.')] = values[use.key]!;
  }
  const overMany = named.filter((use) => isOverMany(use) && !leftOut.has(keyOf(use)));
  for (const use of overMany) drawn.set(pathOf(use), [...(drawn.get(pathOf(use)) ?? []), ...valuesWith(use, choose)]);
  for (const use of overMany) {
    const { named: values, all } = of(use.of);
    const result = picked(use, [...drawn.get(pathOf(use))!, ...matched(use, all)]);
    if (result !== undefined) values[use.key] = result;
  }
  for (const variable of whole) {
    const { all } = of(variable);
    for (const name of names[variable] ?? []) all[name] ??= choose();
  }
  return given;
}

/** Two values of which a use takes what was chosen, if the others of its path leave it so. */
function valuesWith(use: ValueUse, choose: (use?: ValueUse) => number): number[] {
  const [result, other] = [choose(use), choose()];
  if (use.pick?.kind === 'spread') return [other, other + Math.abs(result)];
  if (use.pick?.kind === 'ratio') return [Math.abs(other), Math.abs(other * result)];
  return [result, isLeast(use) ? Math.max(result, other) : Math.min(result, other)];
}

function isLeast({ pick }: ValueUse): boolean {
  return pick?.kind === 'lowest' || pick?.kind === 'min';
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
  return [...points, ...between, ...around].filter(isPlausible);
}

/** Few numbers, so that two metrics are often the same, and often as far from each other as the rule says. */
function numbersMeeting(literals: readonly number[]): number[] {
  const few = literals.slice(0, MOST_PAIRED);
  const pairs = few.flatMap((a) => few.flatMap((b) => [a + b, a * b, a / b]));
  return [...new Set([0, 1, ...literals, ...pairs])].filter(isPlausible);
}
