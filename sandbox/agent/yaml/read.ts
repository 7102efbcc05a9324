/** Readers for parts of a pipeline file; each throws a PipelineFileError that names the place and what is allowed. */
import { type Entry, type Node, PipelineFileError, type Place } from './nodes.ts';

const kindNames = { scalar: 'a value', list: 'a list', map: 'a mapping' } as const;

export function readText(node: Node, what: string): string {
  if (node.kind !== 'scalar')
    throw new PipelineFileError(`${what} must be a value, but is ${kindNames[node.kind]}.`, node.at);
  return node.text;
}

export function readList(node: Node, what: string): Node[] {
  if (node.kind === 'list') return node.items;
  if (node.kind === 'scalar' && node.text === '') return [];
  throw new PipelineFileError(`${what} must be a list, but is ${kindNames[node.kind]}.`, node.at);
}

export function readEntries(node: Node, what: string): Entry[] {
  if (node.kind === 'map') return node.entries;
  if (node.kind === 'scalar' && node.text === '') return [];
  throw new PipelineFileError(`${what} must be a mapping, but is ${kindNames[node.kind]}.`, node.at);
}

/** A list of texts, or one text that means a list of one. */
export function readTexts(node: Node, what: string): string[] {
  if (node.kind === 'scalar') return node.text === '' ? [] : [node.text];
  return readList(node, what).map((item) => readText(item, `${what} entry`));
}

export function readStringMap(node: Node, what: string): Map<string, string> {
  return new Map(readEntries(node, what).map(({ key, value }) => [key, readText(value, `${what}.${key}`)]));
}

/** A boolean as the service reads it; expressions and macros pass through and are resolved when the job starts. */
export function readBoolean(node: Node, what: string): string {
  const text = readText(node, what);
  if (/^(true|false|yes|no|y|n|on|off)$/i.test(text)) return /^(true|yes|y|on)$/i.test(text) ? 'true' : 'false';
  if (isDynamic(text)) return text;
  throw new PipelineFileError(`${what} must be true or false, but is '${text}'.`, node.at);
}

export function readWholeNumber(node: Node, what: string): string {
  const text = readText(node, what);
  if (/^\d+$/.test(text) || isDynamic(text)) return text;
  throw new PipelineFileError(`${what} must be a whole number, but is '${text}'.`, node.at);
}

export const isDynamic = (text: string): boolean => /^\$[[(].*[\])]$/s.test(text.trim());

/** The entries of a mapping that has a fixed set of keys; an unknown key is an error that suggests the nearest. */
export function readFields(node: Node, what: string, allowed: readonly string[]): Map<string, Node> {
  const fields = new Map<string, Node>();
  for (const { key, keyAt, value } of readEntries(node, what)) {
    if (!allowed.includes(key)) throw unknownKey(key, what, allowed, keyAt);
    if (fields.has(key)) throw new PipelineFileError(`'${key}' is already defined.`, keyAt);
    fields.set(key, value);
  }
  return fields;
}

export function unknownKey(key: string, what: string, allowed: readonly string[], at: Place): PipelineFileError {
  const near = nearest(key, allowed);
  const hint = near ? ` Did you mean '${near}'?` : '';
  return new PipelineFileError(`Unexpected value '${key}' in ${what}.${hint} Allowed: ${allowed.join(', ')}.`, at);
}

/** The candidate that differs by at most a third of its letters, rounded up. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const scored = candidates.map((candidate) => ({
    candidate,
    distance: distance(text.toLowerCase(), candidate.toLowerCase()),
  }));
  const best = scored.sort((a, b) => a.distance - b.distance)[0];
  return best && best.distance <= Math.ceil(best.candidate.length / 3) && best.distance < best.candidate.length
    ? best.candidate
    : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
