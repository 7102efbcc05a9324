/** The functions that every expression of Azure Pipelines knows; the status functions come with the context. */
import { formatDate } from '../dates.ts';
import { compare, isInstant, toBoolean, toJson, toNumber, toText, tryText, typeName, type Value } from './values.ts';

/** Parameters are evaluated on demand, so that `and`, `or`, `iif` and `coalesce` stop early. */
export type ExpressionFunction = (parameters: (() => Value)[]) => Value;

interface Definition {
  min: number;
  max: number;
  call: ExpressionFunction;
}

const fold = (text: string): string => text.toUpperCase();

/** A function whose parameters are all evaluated first. */
const eager =
  (call: (...values: Value[]) => Value): ExpressionFunction =>
  (parameters) =>
    call(...parameters.map((parameter) => parameter()));

function ordered(test: (difference: number) => boolean): ExpressionFunction {
  return eager((left, right) => {
    const difference = compare(left!, right!);
    if (difference === undefined)
      throw new Error(`Unable to convert from ${typeName(right!)} to ${typeName(left!)}. Value: '${tryText(right!)}'.`);
    return test(difference);
  });
}

const equals = (left: Value, right: Value): boolean => compare(left, right) === 0;

function containsValue(collection: Value, value: Value): boolean {
  if (Array.isArray(collection)) return collection.some((item) => equals(item, value));
  return collection instanceof Map && [...collection.values()].some((item) => equals(item, value));
}

/** `{0}` and `{0:format}`, where a format means something for dates only; `{{` and `}}` mean braces. */
function format(text: Value, ...parameters: Value[]): string {
  return toText(text).replace(/\{\{|\}\}|\{(\d+)(?::([^}]*))?\}|[{}]/g, (match, index?: string, how?: string) => {
    if (match === '{{') return '{';
    if (match === '}}') return '}';
    if (index === undefined) throw new Error(`The format string '${toText(text)}' is invalid.`);
    if (Number(index) >= parameters.length)
      throw new Error(`The format string '${toText(text)}' references argument ${index}, which was not given.`);
    const value = parameters[Number(index)]!;
    return how && isInstant(value) ? formatDate(how, value.date) : toText(value);
  });
}

function length(value: Value): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : toText(value).length;
}

function joinItems(separator: Value, items: Value): string {
  const list = Array.isArray(items) ? items : items instanceof Map ? [] : [items];
  return list.map((item) => tryText(item) ?? '').join(toText(separator));
}

/** .NET's Split on any of the characters. */
function split(text: Value, separators: Value): string[] {
  const characters = new Set(toText(separators));
  const parts = [''];
  for (const character of toText(text)) {
    if (characters.has(character)) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

const define = (min: number, max: number, call: ExpressionFunction): Definition => ({ min, max, call });
const many = Number.POSITIVE_INFINITY;

const definitions: Record<string, Definition> = {
  and: define(2, many, (items) => items.every((item) => toBoolean(item()))),
  or: define(2, many, (items) => items.some((item) => toBoolean(item()))),
  not: define(1, 1, ([item]) => !toBoolean(item!())),
  xor: define(2, 2, ([left, right]) => toBoolean(left!()) !== toBoolean(right!())),
  iif: define(3, 3, ([condition, yes, no]) => (toBoolean(condition!()) ? yes!() : no!())),
  coalesce: define(2, many, (items) => {
    for (const item of items) {
      const value = item();
      if (value !== null && value !== '') return value;
    }
    return null;
  }),
  eq: define(
    2,
    2,
    eager((left, right) => equals(left!, right!)),
  ),
  ne: define(
    2,
    2,
    eager((left, right) => !equals(left!, right!)),
  ),
  gt: define(
    2,
    2,
    ordered((difference) => difference > 0),
  ),
  ge: define(
    2,
    2,
    ordered((difference) => difference >= 0),
  ),
  lt: define(
    2,
    2,
    ordered((difference) => difference < 0),
  ),
  le: define(
    2,
    2,
    ordered((difference) => difference <= 0),
  ),
  in: define(1, many, ([value, ...items]) => {
    const left = value!();
    return items.some((item) => equals(left, item()));
  }),
  notin: define(1, many, ([value, ...items]) => {
    const left = value!();
    return !items.some((item) => equals(left, item()));
  }),
  contains: define(
    2,
    2,
    eager((text, part) => fold(toText(text!)).includes(fold(toText(part!)))),
  ),
  containsvalue: define(
    2,
    2,
    eager((items, value) => containsValue(items!, value!)),
  ),
  startswith: define(
    2,
    2,
    eager((text, part) => fold(toText(text!)).startsWith(fold(toText(part!)))),
  ),
  endswith: define(
    2,
    2,
    eager((text, part) => fold(toText(text!)).endsWith(fold(toText(part!)))),
  ),
  format: define(
    1,
    many,
    eager((text, ...items) => format(text!, ...items)),
  ),
  join: define(
    2,
    2,
    eager((separator, items) => joinItems(separator!, items!)),
  ),
  length: define(
    1,
    1,
    eager((value) => length(value!)),
  ),
  lower: define(
    1,
    1,
    eager((text) => toText(text!).toLowerCase()),
  ),
  upper: define(
    1,
    1,
    eager((text) => toText(text!).toUpperCase()),
  ),
  trim: define(
    1,
    1,
    eager((text) => toText(text!).trim()),
  ),
  replace: define(
    3,
    3,
    eager((text, from, to) => {
      const wanted = toText(from!);
      return wanted === '' ? toText(text!) : toText(text!).replaceAll(wanted, () => toText(to!));
    }),
  ),
  split: define(
    2,
    2,
    eager((text, separators) => split(text!, separators!)),
  ),
  converttojson: define(
    1,
    1,
    eager((value) => JSON.stringify(toJson(value!), null, 2)),
  ),
};

/** The function of that name (case-insensitive) with the number of parameters it takes. */
export function findFunction(name: string): Definition | undefined {
  return Object.hasOwn(definitions, name.toLowerCase()) ? definitions[name.toLowerCase()] : undefined;
}

/** `counter(prefix, seed)`: one more than the last time for this prefix, starting at `seed`. */
export function createCounter(): ExpressionFunction {
  const counts = new Map<string, number>();
  return eager((prefix, seed) => {
    const key = toText(prefix ?? '').toLowerCase();
    const value = counts.has(key) ? counts.get(key)! + 1 : (toNumber(seed ?? 0) ?? 0);
    counts.set(key, value);
    return value;
  });
}
