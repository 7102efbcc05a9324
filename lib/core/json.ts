import { createHash } from 'node:crypto';

/** SHA-256 over a value's canonical JSON (keys sorted). */
export function contentHash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sortKeys(value)))
    .digest('hex');
}

/** The first half of a hash in the form of a GUID, for names that have to be one. */
export function guidOf(hash: string): string {
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, item]) => [name, sortKeys(item)]),
  );
}

/** The object without its undefined fields. */
export function compact<T extends Record<string, unknown>>(value: T): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
}

/** `compact`, or undefined when nothing is left: optional mappings that Azure ML wants absent rather than empty. */
export function compactOrNothing(value: Record<string, unknown>): Record<string, unknown> | undefined {
  const result = compact(value);
  return Object.keys(result).length > 0 ? result : undefined;
}
