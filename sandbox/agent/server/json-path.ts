/** `jsonpath('...')` of server tasks: members, indexes, wildcards, descendants and filters, as Json.NET reads them. */

type Json = unknown;
type Select = (value: Json) => Json[];

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

const member =
  (name: string): Select =>
  (value) =>
    isObject(value) && Object.hasOwn(value, name) ? [value[name]] : [];

const descendants: Select = (value) => [value, ...children(value).flatMap(descendants)];

const unquoted = (text: string): string => text.slice(1, -1).replaceAll("\\'", "'");

function readLiteral(text: string, path: string): Json {
  if (/^'.*'$/s.test(text)) return unquoted(text);
  if (/^".*"$/s.test(text)) return JSON.parse(text);
  if (/^(true|false|null|-?\d+(\.\d+)?)$/.test(text)) return JSON.parse(text);
  throw new Error(`The JSON path '${path}' compares with '${text}', which is neither a text in quotes nor a number.`);
}

const comparisons: Record<string, (left: Json, right: Json) => boolean> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => typeof left === typeof right && (left as number) < (right as number),
  '<=': (left, right) => typeof left === typeof right && (left as number) <= (right as number),
  '>': (left, right) => typeof left === typeof right && (left as number) > (right as number),
  '>=': (left, right) => typeof left === typeof right && (left as number) >= (right as number),
};

/** The parts of a condition between `&&` or `||`, outside quotes. */
function splitOutside(text: string, separator: '&&' | '||'): string[] {
  const parts = [''];
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote) quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (text.startsWith(separator, at)) {
      parts.push('');
      at++;
      continue;
    }
    parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** `@.a.b == 'x' && @.c`: which items a filter keeps. */
function readFilter(text: string, path: string): (item: Json) => boolean {
  const either = splitOutside(text, '||');
  if (either.length > 1) {
    const tests = either.map((part) => readFilter(part, path));
    return (item) => tests.some((test) => test(item));
  }
  const all = splitOutside(text, '&&');
  if (all.length > 1) {
    const tests = all.map((part) => readFilter(part, path));
    return (item) => tests.every((test) => test(item));
  }
  const match = /^@([^=!<>]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.+))?$/s.exec(text);
  if (!match) throw new Error(`The JSON path '${path}' has the filter '${text}', which can't be read.`);
  const select = readSteps(match[1]!.trim(), path);
  if (match[2] === undefined) return (item) => select(item).length > 0;
  const compare = comparisons[match[2]]!;
  const wanted = readLiteral(match[3]!.trim(), path);
  return (item) => select(item).some((value) => compare(value, wanted));
}

/** The end of the bracket that opens at `start`, outside quotes. */
function closingBracket(text: string, start: number, path: string): number {
  let depth = 0;
  let quote = '';
  for (let at = start; at < text.length; at++) {
    const character = text[at]!;
    if (quote && character === '\\') at++;
    else if (quote) quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) return at;
  }
  throw new Error(`The JSON path '${path}' has a bracket that is not closed.`);
}

function readBracket(inside: string, path: string): Select {
  if (inside === '*') return children;
  if (/^\d+$/.test(inside))
    return (value) => (Array.isArray(value) && Number(inside) < value.length ? [value[Number(inside)]] : []);
  if (/^'.*'$/s.test(inside)) return member(unquoted(inside));
  const filter = /^\?\((.*)\)$/s.exec(inside)?.[1];
  if (filter === undefined) throw new Error(`The JSON path '${path}' has '[${inside}]', which can't be read.`);
  const keeps = readFilter(filter.trim(), path);
  return (value) => children(value).filter(keeps);
}

function readSteps(text: string, path: string): Select {
  const steps: Select[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '[') {
      const end = closingBracket(text, at, path);
      steps.push(readBracket(text.slice(at + 1, end).trim(), path));
      at = end + 1;
      continue;
    }
    if (text.startsWith('..', at)) {
      steps.push(descendants);
      at += text[at + 2] === '[' ? 2 : 1;
      continue;
    }
    const match = /^\.?(\*|[^.[\]()\s]+)/.exec(text.slice(at));
    if (!match) throw new Error(`The JSON path '${path}' can't be read at '${text.slice(at)}'.`);
    steps.push(match[1] === '*' ? children : member(match[1]!));
    at += match[0].length;
  }
  return (value) => steps.reduce((values, step) => values.flatMap(step), [value]);
}

/**
 * The values that a path leads to; none when it leads nowhere. Throws when the path can't be read.
 * @param path with or without `$` in front: `$.value[*].name`, `Items[?(@.price<50)]`
 */
export function selectJson(root: Json, path: string): Json[] {
  return readSteps(path.trim().replace(/^\$/, ''), path)(root);
}
