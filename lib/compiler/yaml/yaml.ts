import { readFileSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Scalar } from 'yaml';
import { type Place, type Problem, UserError } from '../../core/errors.ts';
import { parseAsPython, valueWithEscapedBreaks, YamlTooLarge } from './python-yaml.ts';
import { pythonText, resolvePlainScalar, type ScalarValue } from './scalars.ts';

/** A YAML value that knows its place. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

export interface YamlScalar {
  kind: 'scalar';
  value: ScalarValue;
  isFloat: boolean;
  /** Of a value from outside of a file, which is sent as it was written: `true`, not Python's `True`. */
  written?: string;
  place: Place;
}

export interface YamlMap {
  kind: 'map';
  entries: Map<string, { keyPlace: Place; value: YamlNode }>;
  place: Place;
}

export interface YamlList {
  kind: 'list';
  items: YamlNode[];
  place: Place;
}

/** A YAML file that was read. Relative paths in it are relative to `folder`. */
export interface YamlFile {
  path: string;
  folder: string;
  root: YamlNode;
}

/** A larger file is not a job definition, and parsing it would hold up the agent. */
const LARGEST_BYTES = 5_000_000;
/** Nodes after aliases are resolved: a few lines of nested aliases can mean billions. */
const MOST_NODES = 200_000;
const DEEPEST = 100;
/** PyYAML takes it for a number, and fails. */
const NUMBER_WITHOUT_DIGITS = /^[-+]?0[bx]_+$/;
/** Tags that PyYAML's safe loader knows and that make sense in a job file. */
const KNOWN_TAGS = new Set(['!', '!!str', '!!int', '!!float', '!!bool', '!!null', '!!timestamp']);

/**
 * Reads a YAML file.
 * @param shownFrom messages show the file's path relative to this folder
 * @throws UserError `FileNotFound`, `FileNotReadable`, `YamlInvalid` (with every syntax error and its place)
 */
export function readYaml(path: string, shownFrom: string): YamlFile {
  const absolute = resolve(path);
  const shown = relative(shownFrom, absolute) || absolute;
  let text: string;
  try {
    const stats = statSync(absolute);
    // A device or pipe might never end, and a huge file need not be read to be refused.
    if (!stats.isFile())
      throw notReadable(shown, stats.isDirectory() ? 'it is a folder' : 'it is not an ordinary file');
    if (stats.size > LARGEST_BYTES) throw tooLarge(shown, stats.size);
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(absolute));
  } catch (error) {
    if (error instanceof TypeError) throw notReadable(shown, 'it is not text in UTF-8');
    throw error instanceof UserError ? error : unreadable(shown, error as NodeJS.ErrnoException);
  }
  if (text.includes('\0')) throw notReadable(shown, 'it is not a text file');
  return { path: absolute, folder: dirname(absolute), root: parseYaml(text, shown) };
}

function unreadable(shown: string, error: NodeJS.ErrnoException): UserError {
  if (error.code === 'ENOENT') {
    return new UserError({
      code: 'FileNotFound',
      message: `There is no file '${shown}'.`,
      fix: 'Check the path, which is relative to the sources folder, and that the job checks the repository out.',
    });
  }
  return notReadable(shown, error.code ?? error.message);
}

function notReadable(shown: string, why: string): UserError {
  return new UserError({
    code: 'FileNotReadable',
    message: `The file '${shown}' can't be read: ${why}.`,
    fix: 'Name a text file that the agent’s account can read.',
  });
}

/** Parses YAML text as PyYAML would. @throws UserError `YamlInvalid` */
export function parseYaml(text: string, shown: string): YamlNode {
  if (text.length > LARGEST_BYTES) throw tooLarge(shown, text.length);
  const lines = new LineCounter();
  const document = parseBounded(text, lines, shown);
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file: shown, line, column: col };
  };
  if (document.errors.length > 0) {
    throw invalid(
      shown,
      document.errors.slice(0, 20).map((error) => ({ message: error.message, place: place(error.pos[0]) })),
    );
  }
  return convert(document, place, shown, text);
}

function tooLarge(shown: string, bytes: number): UserError {
  return new UserError({
    code: 'YamlInvalid',
    message: `The file '${shown}' has ${bytes} bytes, but at most ${LARGEST_BYTES} are allowed.`,
    fix: 'Name the YAML file that describes the job.',
  });
}

function parseBounded(text: string, lines: LineCounter, shown: string): Document.Parsed {
  try {
    return parseAsPython(text, lines, DEEPEST);
  } catch (error) {
    if (!(error instanceof YamlTooLarge)) throw error;
    const { line, col } = lines.linePos(error.offset);
    const place = { file: shown, line: Math.max(1, line), column: Math.max(1, col) };
    throw invalid(shown, [{ message: error.message, place }]);
  }
}

function invalid(shown: string, problems: Problem[]): UserError {
  return new UserError({
    code: 'YamlInvalid',
    message: `The file '${shown}' is not valid YAML.`,
    fix: 'Fix the places named above. An editor with a YAML extension shows them too.',
    problems,
  });
}

function convert(document: Document.Parsed, place: (offset: number) => Place, shown: string, source: string): YamlNode {
  let count = 0;
  // An alias means the last node before it with that anchor. (`Alias.resolve` would search the document every time.)
  const anchors = new Map<string, Node>();
  let expanding = 0;
  const repeated: Problem[] = [];
  const visit = (node: Node | null | undefined, at: number, depth: number): YamlNode => {
    const here = place(node?.range?.[0] ?? at);
    if (++count > MOST_NODES || depth > DEEPEST) {
      throw invalid(shown, [
        { message: `more than ${MOST_NODES} values or ${DEEPEST} levels, aliases included`, place: here },
      ]);
    }
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) throw invalid(shown, [{ message: `the alias '*${node.source}' has no anchor`, place: here }]);
      expanding++;
      const expanded = visit(target, at, depth + 1);
      expanding--;
      return expanded;
    }
    if (expanding === 0 && node && 'anchor' in node && node.anchor) anchors.set(node.anchor as string, node);
    if (isMap(node)) {
      const map: YamlMap = { kind: 'map', entries: new Map(), place: here };
      const merged: YamlMap[] = [];
      for (const pair of node.items) {
        const key = pair.key as Node;
        const keyPlace = place(key?.range?.[0] ?? at);
        const value = visit(pair.value as Node | null, key?.range?.[1] ?? at, depth + 1);
        const name = isScalar(key) ? String(key.value) : undefined;
        if (name === undefined) throw invalid(shown, [{ message: 'a key must be plain text', place: keyPlace }]);
        if (name === '<<') merged.push(...mergeSources(value, shown));
        else if (map.entries.has(name))
          repeated.push({ message: `the key '${name}' appears twice in this mapping`, place: keyPlace });
        else map.entries.set(name, { keyPlace, value });
      }
      for (const source of merged)
        for (const [name, entry] of source.entries) if (!map.entries.has(name)) map.entries.set(name, entry);
      return map;
    }
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => visit(item as Node, at, depth + 1)), place: here };
    }
    if (isScalar(node)) {
      const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
      if (tag && !KNOWN_TAGS.has(tag))
        throw invalid(shown, [{ message: `the tag '${tag}' is unknown to Azure ML's tools`, place: here }]);
      const quoted = node.type === Scalar.QUOTE_DOUBLE ? source.slice(node.range![0], node.range![1]) : '';
      const text = valueWithEscapedBreaks(quoted) ?? String(node.value ?? '');
      const resolved = tag ? tag !== '!!str' && tag !== '!' : node.type === Scalar.PLAIN;
      if (resolved && NUMBER_WITHOUT_DIGITS.test(text))
        throw invalid(shown, [{ message: `'${text}' is not a number; put it in quotes if it is text`, place: here }]);
      return {
        kind: 'scalar',
        ...(resolved ? resolvePlainScalar(text) : { value: text, isFloat: false }),
        place: here,
      };
    }
    return { kind: 'scalar', value: null, isFloat: false, place: here };
  };
  const root = visit(document.contents as Node | null, 0, 0);
  if (repeated.length > 0) throw invalid(shown, repeated.slice(0, 20));
  return root;
}

function mergeSources(value: YamlNode, shown: string): YamlMap[] {
  const sources = value.kind === 'list' ? value.items : [value];
  return sources.map((source) => {
    if (source.kind === 'map') return source;
    throw invalid(shown, [
      { message: "the merge key '<<' must be a mapping or a list of mappings", place: source.place },
    ]);
  });
}

/** The value under a key of a mapping. */
export function get(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The value under a key of a mapping, unless there is none or nothing in it. */
export function given(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const value = get(node, key);
  return isNull(value) ? undefined : value;
}

/** Path of a field of a node: `jobs.train.code`, or `code` in a file of its own. */
export function fieldAt(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}

/** Entries of a mapping; none for anything else. */
export function entriesOf(node: YamlNode | undefined): [name: string, value: YamlNode, keyPlace: Place][] {
  return node?.kind === 'map' ? [...node.entries].map(([name, { value, keyPlace }]) => [name, value, keyPlace]) : [];
}

export function isNull(node: YamlNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.value === null);
}

/** The scalar as Python's `str()` spells it; undefined for nothing, null, mappings and lists. */
export function textOf(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  return node.written ?? pythonText(node.value, node.isFloat);
}

/** The value as plain JSON; undefined stays undefined. */
export function jsonOf(node: YamlNode | undefined): unknown {
  if (node === undefined) return undefined;
  // JSON has no infinity.
  if (typeof (node as YamlScalar).value === 'number' && !Number.isFinite((node as YamlScalar).value))
    return textOf(node);
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(jsonOf);
  return Object.fromEntries([...node.entries].map(([name, { value }]) => [name, jsonOf(value)]));
}

/** What a value is called in messages: `text 'abc'`, `the number 3`, `a mapping`. */
export function describe(node: YamlNode): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  const text = pythonText(node.value, node.isFloat);
  const shown = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  if (typeof node.value === 'boolean') return `the boolean ${String(node.value)}`;
  return typeof node.value === 'number' ? `the number ${shown}` : `'${shown}'`;
}
