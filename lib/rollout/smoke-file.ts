import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { jsonpath } from 'json-p3';
import { check } from '../compiler/schema/check.ts';
import { any, integer, listOf, mapOf, number, object, text } from '../compiler/schema/fields.ts';
import { numberOf } from '../compiler/values.ts';
import { entriesOf, get, isNull, jsonOf, readYaml, textOf, type YamlNode } from '../compiler/yaml/yaml.ts';
import { messageOf, type Problem, UserError } from '../core/errors.ts';
import { type AnswerSchema, answerSchema } from './answer-schema.ts';

/** A request and what its answer has to be. */
export interface SmokeTest {
  name: string;
  request: unknown;
  /** HTTP status; any success when undefined. */
  status: number | undefined;
  /** Values by JSON path (RFC 9535). */
  equals: [path: string, value: unknown][];
  /** Numbers by JSON path, and how far the answer may be from them. */
  within: [path: string, value: number, tolerance: number][];
  /** Compiled from a JSON schema. */
  schema: AnswerSchema | undefined;
  /** Most milliseconds. */
  latency: number | undefined;
}

const smokeTest = object(
  {
    name: text,
    request: any,
    file: text,
    expect: object({
      status: integer,
      equals: mapOf(any),
      within: mapOf(object({ value: number, tolerance: number }, { required: ['value', 'tolerance'] })),
      schema: any,
      latency: number,
    }),
  },
  {},
);

/**
 * Reads a file of smoke tests: YAML, or JSON. Files that it names are relative to it.
 * @param shownFrom messages show paths relative to this folder
 * @throws UserError `FileNotFound`, `YamlInvalid`, `FileInvalid` with every problem and its place
 */
export function readSmokeTests(file: string, shownFrom: string): SmokeTest[] {
  const { root } = readYaml(file, shownFrom);
  const problems: Problem[] = [];
  check(root, listOf(smokeTest), '', problems);
  const items = root.kind === 'list' ? root.items : [];
  if (problems.length === 0 && items.length === 0)
    problems.push({ message: 'The file must contain a list of tests; it is empty.', place: root.place });
  const tests = problems.length > 0 ? [] : items.map((item, i) => testOf(item, i, dirname(resolve(file)), problems));
  if (problems.length === 0) return tests;
  throw new UserError({
    code: 'FileInvalid',
    message: `The file of smoke tests '${relative(shownFrom, resolve(file))}' has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`,
    fix: 'Fix the file and run again. Nothing was deployed.',
    problems,
  });
}

function testOf(node: YamlNode, index: number, folder: string, problems: Problem[]): SmokeTest {
  const [inline, path, expect] = [get(node, 'request'), get(node, 'file'), get(node, 'expect')];
  if ((inline === undefined) === (path === undefined))
    problems.push({ message: "A test needs either 'request' or 'file'.", place: node.place });
  checkRanges(expect, problems);
  return {
    name: textOf(get(node, 'name')) ?? `test ${index + 1}`,
    request: inline ? jsonOf(inline) : path ? jsonFile(path, folder, problems) : undefined,
    status: numberOf(get(expect, 'status')),
    equals: pathsOf(get(expect, 'equals'), problems).map(([at, value]) => [at, jsonOf(value)]),
    within: pathsOf(get(expect, 'within'), problems).map(([at, value]) => [
      at,
      numberOf(get(value, 'value'))!,
      numberOf(get(value, 'tolerance'))!,
    ]),
    schema: schemaOf(get(expect, 'schema'), folder, problems),
    latency: numberOf(get(expect, 'latency')),
  };
}

/** Values that no answer could ever have. */
function checkRanges(expect: YamlNode | undefined, problems: Problem[]): void {
  const inRange = (
    node: YamlNode | undefined,
    field: string,
    isIn: (value: number) => boolean,
    range: string,
  ): void => {
    const value = numberOf(node);
    if (node && value !== undefined && !isIn(value))
      problems.push({ message: `'${field}' must be ${range}, but is ${value}.`, place: node.place });
  };
  inRange(get(expect, 'status'), 'status', (value) => value >= 200 && value <= 599, 'an HTTP status from 200 to 599');
  inRange(get(expect, 'latency'), 'latency', (value) => value > 0, 'a number of milliseconds above 0');
  for (const [, within] of entriesOf(get(expect, 'within')))
    inRange(get(within, 'tolerance'), 'tolerance', (value) => value >= 0, '0 or more');
}

function pathsOf(node: YamlNode | undefined, problems: Problem[]): [path: string, value: YamlNode][] {
  return entriesOf(node).map(([path, value, place]) => {
    try {
      jsonpath.compile(path);
    } catch (error) {
      problems.push({
        message: `'${path}' is not a JSON path: ${messageOf(error)}. Write, for example, $.predictions[0].`,
        place,
      });
    }
    return [path, value];
  });
}

function schemaOf(node: YamlNode | undefined, folder: string, problems: Problem[]): AnswerSchema | undefined {
  if (node === undefined || isNull(node)) return undefined;
  const before = problems.length;
  const schema = node.kind === 'scalar' ? jsonFile(node, folder, problems) : jsonOf(node);
  if (problems.length > before) return undefined;
  const invalid = (message: string): undefined => {
    problems.push({ message, place: node.place });
  };
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return invalid("The value of 'schema' is not valid: a JSON schema must be an object.");
  try {
    return answerSchema(schema);
  } catch (error) {
    return invalid(`The value of 'schema' is not a JSON schema: ${messageOf(error)}.`);
  }
}

function jsonFile(node: YamlNode, folder: string, problems: Problem[]): unknown {
  const path = textOf(node) ?? '';
  try {
    return JSON.parse(readFileSync(resolve(folder, path), 'utf8')) as unknown;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    problems.push({
      message: missing ? `'${path}' does not exist.` : `'${path}' can't be read as JSON: ${messageOf(error)}.`,
      place: node.place,
    });
    return undefined;
  }
}

/** The most requests of one file of golden data. */
const MOST_GOLDEN = 10_000;

/**
 * Reads golden data: a file with one request per line, each as JSON.
 * @throws UserError `FileNotFound`, `FileInvalid`
 */
export function readGoldenData(file: string, shownFrom: string): unknown[] {
  const shown = relative(shownFrom, resolve(file));
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'it does not exist' : code === 'EISDIR' ? 'it is a folder' : messageOf(error);
    throw new UserError({
      code: 'FileNotFound',
      message: `The file '${shown}' can't be read: ${why}.`,
      fix: 'Check the path, which is relative to the sources folder, and that the job checks the repository out.',
    });
  }
  const problems: Problem[] = [];
  const requests = content.split('\n').flatMap((line, i): unknown[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch (error) {
      problems.push({ message: messageOf(error), place: { file: shown, line: i + 1, column: 1 } });
      return [];
    }
  });
  if (requests.length === 0 && problems.length === 0) problems.push({ message: 'The file has no requests.' });
  if (requests.length > MOST_GOLDEN)
    problems.push({ message: `The file has ${requests.length} requests; at most ${MOST_GOLDEN} are replayed.` });
  if (problems.length === 0) return requests;
  throw new UserError({
    code: 'FileInvalid',
    message: `The file of golden data '${shown}' has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}.`,
    fix: 'Write one request per line, as JSON. Nothing was deployed.',
    problems: problems.slice(0, 20),
  });
}
