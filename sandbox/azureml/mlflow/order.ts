/** MLflow's `order_by` clauses. */
import * as errors from './errors.ts';
import { type Lookup, readIdentifier } from './filter.ts';

/** Sorts by `order_by` clauses (`metrics.x DESC`); entries without the value come last, NaN just before them. */
export function sortBy<T>(
  items: T[],
  orderBy: string[],
  lookup: (item: T) => Lookup,
  attributes: string[],
  otherwise: (a: T, b: T) => number,
): T[] {
  const clauses = orderBy.map((clause) => {
    const [, name, direction = 'ASC'] = /^(.+?)(?:\s+(ASC|DESC))?$/i.exec(clause.trim()) ?? [];
    if (!name || /\s+\w+\s*$/i.test(name.replace(/`[^`]*`|"[^"]*"/g, 'x'))) throw errors.orderInvalid(clause);
    return { identifier: readIdentifier(name.trim(), attributes), sign: direction.toUpperCase() === 'DESC' ? -1 : 1 };
  });
  const rank = (value: ReturnType<Lookup>) => (value === undefined ? 2 : Number.isNaN(value as number) ? 1 : 0);
  return [...items].sort((a, b) => {
    for (const { identifier, sign } of clauses) {
      const [left, right] = [lookup(a)(identifier), lookup(b)(identifier)];
      if (rank(left) !== rank(right)) return rank(left) - rank(right);
      if (rank(left) === 0 && left !== right) return sign * (left! < right! ? -1 : 1);
    }
    return otherwise(a, b);
  });
}
