/** The values of Azure Pipelines expressions and how they convert into each other. */
import { formatDate } from '../dates.ts';

/** `1.2.3`: two to four parts. */
export interface Version {
  version: number[];
}

/** A moment, such as `pipeline.startTime`. */
export interface Instant {
  date: Date;
}

/** A dictionary whose keys compare case-insensitively; build it with `dictionary`, read it with `lookup`. */
export type Dictionary = Map<string, Value>;

export type Value = null | boolean | number | string | Version | Instant | Value[] | Dictionary;

export function dictionary(entries: Iterable<[string, Value]> | Record<string, Value>): Dictionary {
  return new Map(Symbol.iterator in entries ? (entries as Iterable<[string, Value]>) : Object.entries(entries));
}

/** The entry whose key equals `key` when case is ignored, else null. */
export function lookup(map: Dictionary, key: string): Value {
  const exact = map.get(key);
  if (exact !== undefined) return exact;
  const wanted = key.toLowerCase();
  for (const [name, value] of map) if (name.toLowerCase() === wanted) return value;
  return null;
}

export function isVersion(value: Value): value is Version {
  return typeof value === 'object' && value !== null && 'version' in value;
}

export function isInstant(value: Value): value is Instant {
  return typeof value === 'object' && value !== null && 'date' in value;
}

export function parseVersion(text: string): Version | undefined {
  if (!/^\d+(\.\d+){1,3}$/.test(text.trim())) return undefined;
  return { version: text.trim().split('.').map(Number) };
}

function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  return /^[+-]?(\d[\d,]*(\.\d*)?|\.\d+)$/.test(trimmed) ? Number(trimmed.replaceAll(',', '')) : undefined;
}

export function toBoolean(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return true;
}

/** The value as text, or undefined when it has none (arrays and dictionaries). */
export function tryText(value: Value): string | undefined {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  if (isInstant(value)) return formatDate('yyyy-MM-dd HH:mm:sszzz', value.date);
  return isVersion(value) ? value.version.join('.') : undefined;
}

export function toText(value: Value): string {
  const text = tryText(value);
  if (text === undefined) throw new Error(`Unable to convert from ${typeName(value)} to String.`);
  return text;
}

export function toNumber(value: Value): number | undefined {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseNumber(value) : undefined;
}

function toVersion(value: Value): Version | undefined {
  if (typeof value === 'string') return parseVersion(value);
  if (typeof value === 'number') return value >= 0 ? parseVersion(String(value)) : undefined;
  return isVersion(value) ? value : undefined;
}

export function typeName(value: Value): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Map) return 'Object';
  if (isVersion(value)) return 'Version';
  if (isInstant(value)) return 'DateTime';
  return { boolean: 'Boolean', number: 'Number', string: 'String' }[typeof value as 'boolean' | 'number' | 'string'];
}

const foldCase = (text: string): string => text.toUpperCase();

/**
 * Negative, zero or positive as `left` is less than, equal to or greater than `right`, where `right` is first converted
 * to the type of `left`; undefined when it can't be converted. Strings compare ordinally without case.
 */
export function compare(left: Value, right: Value): number | undefined {
  if (left === null) return right === null || right === '' ? 0 : undefined;
  if (typeof left === 'boolean') return Number(left) - Number(toBoolean(right));
  if (typeof left === 'number') {
    const other = toNumber(right);
    return other === undefined ? undefined : left - other;
  }
  if (typeof left === 'string') {
    const other = tryText(right);
    if (other === undefined) return undefined;
    const [a, b] = [foldCase(left), foldCase(other)];
    return a === b ? 0 : a < b ? -1 : 1;
  }
  if (isVersion(left)) {
    const other = toVersion(right);
    if (!other) return undefined;
    for (let index = 0; index < 4; index++) {
      const difference = (left.version[index] ?? -1) - (other.version[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }
  if (isInstant(left)) return isInstant(right) ? left.date.getTime() - right.date.getTime() : undefined;
  return left === right ? 0 : undefined;
}

export function toJson(value: Value): unknown {
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, toJson(item)]));
  return isVersion(value) || isInstant(value) ? toText(value) : value;
}
