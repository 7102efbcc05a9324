import type { ValueUse } from './uses.ts';

/** What is known of the values of a variable, whatever was measured. */
export interface KnownValues {
  /** Last parts of names of which none is above the next one: `low`, `high` of the same measure. */
  rising: readonly string[];
  /** Between which a value is, by the parts of its name. */
  within: (path: readonly string[]) => readonly [least: number, most: number];
}

/** By variable; of the others nothing is known. */
export type Known = Readonly<Record<string, KnownValues>>;

/** Puts values where they can be, and into the order that they have. @param values by `key` of the uses, changed in place */
export function fitted(uses: readonly ValueUse[], values: Record<string, number>, known: KnownValues): void {
  const plain = uses.filter(({ pick, key }) => !pick && Object.hasOwn(values, key));
  for (const { path, key } of plain) {
    const [least, most] = known.within(path);
    values[key] = Math.min(most, Math.max(least, values[key]!));
  }
  const place = ({ path }: ValueUse): number => known.rising.indexOf(path.at(-1)!);
  const ordered = plain.filter((use) => place(use) >= 0).toSorted((a, b) => place(a) - place(b));
  const groupOf = ({ path }: ValueUse): string => JSON.stringify(path.slice(0, -1));
  for (const group of new Set(ordered.map(groupOf))) {
    const keys = [...new Set(ordered.filter((use) => groupOf(use) === group).map(({ key }) => key))];
    const rising = keys.map((key) => values[key]!).sort((a, b) => a - b);
    for (const [index, key] of keys.entries()) values[key] = rising[index]!;
  }
}
