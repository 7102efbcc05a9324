import type { Place, Problem } from '../../core/errors.ts';
import { allOf, didYouMean, oneOf } from '../../core/words.ts';
import { describe, entriesOf, fieldAt, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import {
  type Field,
  isBinding,
  normalizeChoice,
  type ObjectField,
  type ScalarField,
  type TaggedField,
  wordOf,
} from './fields.ts';

/** Where findings go. */
export interface Findings extends Array<Problem> {
  /** Set where unknown fields are to be passed on: they are reported here and are not problems. */
  tolerated?: Problem[];
  /** Where unknown fields of open mappings are reported. */
  passedOn?: Problem[];
}

type Finding = Problem & { isUnknownField?: true; isPassedOn?: true; isWrongValue?: true; expected?: string };

/**
 * Checks a value against its field and collects everything that is wrong; never throws. Null is allowed wherever a field
 * is not required: it means "not given".
 * @param path of the value, for messages: `jobs.train.inputs`
 * @returns the places of values that are not what their fields take
 */
export function check(node: YamlNode, field: Field, path: string, problems: Findings): Place[] {
  const findings: Finding[] = [];
  const wrong: Place[] = [];
  checkField(node, field, path, findings);
  for (const { isUnknownField, isPassedOn, isWrongValue, expected: _expected, ...problem } of findings) {
    if (isPassedOn) problems.passedOn?.push(problem);
    else if (isUnknownField && problems.tolerated) problems.tolerated.push(problem);
    else problems.push(problem);
    if (isWrongValue && problem.place) wrong.push(problem.place);
  }
  return wrong;
}

/**
 * Checks a value, then goes on with it even when it has problems, so that all of them are reported together: those of
 * form, and paths, references and bindings. Code that trusts the form may trip over a problem that was reported already;
 * then what it has found until there counts. Nothing more is reported about a wrong value.
 * @param otherwise is the result then; nothing is sent of a file with problems
 */
export function checkThen<T, O>(
  node: YamlNode,
  field: Field,
  path: string,
  problems: Findings,
  work: () => T,
  otherwise: O,
): T | O {
  const before = problems.length;
  const wrong = check(node, field, path, problems);
  if (problems.length === before) return work();
  const reported = problems.length;
  try {
    return work();
  } catch (error) {
    if (error instanceof TypeError) return otherwise;
    throw error;
  } finally {
    const more = problems.splice(reported).filter(({ place }) => !wrong.some((one) => isSamePlace(one, place)));
    problems.push(...more);
  }
}

function isSamePlace(one: Place, other: Place | undefined): boolean {
  return (
    one.file === other?.file &&
    one.line === other.line &&
    one.column === other.column &&
    one.override === other.override
  );
}

function checkField(node: YamlNode, field: Field, path: string, problems: Finding[]): void {
  const fail = (expected: string): void => {
    const hint = field.type === 'choice' ? didYouMean(textOf(node) ?? '', field.values) : '';
    const message = `${at(path)} must be ${expected}, but is ${describe(node)}.${hint}`;
    problems.push({ message, place: node.place, isWrongValue: true, expected });
  };
  if (field.type === 'any' || (node.kind === 'scalar' && node.value === null)) return;
  switch (field.type) {
    case 'object':
      if (node.kind === 'map') checkObject(node, field, path, problems);
      else fail('a mapping');
      break;
    case 'map':
      if (node.kind !== 'map') fail('a mapping');
      for (const [name, value] of entriesOf(node)) checkField(value, field.of, fieldAt(path, name), problems);
      break;
    case 'list':
      if (node.kind !== 'list') fail('a list');
      else
        for (const [i, item] of node.items.entries())
          if (isNull(item) && field.of.type !== 'any')
            problems.push({ message: `'${path}[${i}]' is empty.`, place: item.place, isWrongValue: true });
          else checkField(item, field.of, `${path}[${i}]`, problems);
      break;
    case 'tagged':
      if (node.kind === 'map') checkTagged(node, field, path, problems);
      else fail('a mapping');
      break;
    case 'either':
      checkEither(node, field.of, path, problems);
      break;
    default:
      if (fits(node, field)) break;
      // Azure ML fills them in when a step of a pipeline runs, and nowhere else.
      if (!isBinding(node)) fail(expectation(field));
      else if (!path.startsWith('jobs.')) fail(`${expectation(field)} (a binding works only in a step of a pipeline)`);
  }
}

function fits(node: YamlNode, field: ScalarField): boolean {
  if (node.kind !== 'scalar') return false;
  const { value } = node;
  switch (field.type) {
    case 'literal':
      return true;
    case 'text':
      return typeof value === 'string' || node.written !== undefined;
    case 'boolean':
      return typeof value === 'boolean' || (typeof value === 'string' && /^(true|false)$/i.test(value));
    case 'integer':
      return Number.isInteger(value) || (typeof value === 'string' && /^[-+]?\d+$/.test(value));
    case 'number':
      return (
        typeof value === 'number' ||
        (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
      );
    case 'choice':
      return (
        typeof value === 'string' && [value.toLowerCase(), normalizeChoice(value)].some((w) => field.values.includes(w))
      );
  }
}

function expectation(field: ScalarField): string {
  if (field.type === 'choice') return oneOf(field.values);
  return {
    text: 'text (in quotes if it looks like a number)',
    literal: 'text, a number or a boolean',
    boolean: 'true or false',
    integer: 'a whole number',
    number: 'a number',
  }[field.type];
}

function checkObject(node: YamlNode, field: ObjectField, path: string, problems: Finding[]): void {
  const entries = entriesOf(node);
  const names = Object.keys(field.fields).filter((name) => {
    const known = field.fields[name]!;
    return known.type !== 'any' || !known.printed;
  });
  for (const [name, value, keyPlace] of entries) {
    const known = Object.hasOwn(field.fields, name) ? field.fields[name] : undefined;
    if (known) checkField(value, known, fieldAt(path, name), problems);
    else if (field.open === true || field.open === 'dropped')
      problems.push({
        message: `${at(path)} has the unknown field '${name}'. It is ${field.open === true ? 'sent unchanged' : 'not sent'}.${didYouMean(name, names)}`,
        place: keyPlace,
        isPassedOn: true,
      });
    else if (!field.open) {
      problems.push({
        message: `${at(path)} has the unknown field '${name}'.${didYouMean(name, names) || ` Allowed are ${allOf(names, 30)}.`}`,
        place: keyPlace,
        isUnknownField: true,
      });
    }
  }
  for (const name of field.required ?? []) {
    const given = entries.find(([key]) => key === name)?.[1];
    if (!isNull(given) && textOf(given) !== '') continue;
    problems.push({ message: `${at(path)} is missing the required field '${name}'.`, place: node.place });
  }
}

function checkTagged(node: YamlNode, { tag, of }: TaggedField, path: string, problems: Finding[]): void {
  const written = get(node, tag);
  const word = wordOf(textOf(written), of);
  if (word !== undefined) checkObject(node, of[word]!, path, problems);
  else if (!written || isNull(written))
    problems.push({
      message: `${at(path)} is missing the required field '${tag}', which must be ${oneOf(Object.keys(of), 20)}.`,
      place: node.place,
    });
  else {
    const known = Object.keys(of);
    problems.push({
      message: `${at(fieldAt(path, tag))} must be ${oneOf(known, 20)}, but is ${describe(written)}.${didYouMean(textOf(written) ?? '', known)}`,
      place: written.place,
      isWrongValue: true,
    });
  }
}

/** Of several shapes the one is meant whose kind (scalar, mapping, list) fits; its own findings are reported. */
function checkEither(node: YamlNode, fields: readonly Field[], path: string, problems: Finding[]): void {
  const kindOf = (field: Field): string =>
    field.type === 'object' || field.type === 'map' || field.type === 'tagged'
      ? 'map'
      : field.type === 'list'
        ? 'list'
        : 'scalar';
  let fewest: Finding[] | undefined;
  const expected = new Set<string | undefined>();
  for (const field of fields) {
    const found: Finding[] = [];
    checkField(node, field, path, found);
    if (found.every(({ isPassedOn }) => isPassedOn)) {
      problems.push(...found);
      return;
    }
    if (kindOf(field) !== node.kind) continue;
    for (const one of found) expected.add(one.place === node.place ? one.expected : undefined);
    if (!fewest || found.length < fewest.length) fewest = found;
  }
  // Several words or numbers would do: all of them are named.
  const [first] = fewest ?? [];
  if (first && expected.size > 1 && !expected.has(undefined))
    problems.push({ ...first, message: first.message.replace(first.expected!, [...expected].join(' or ')) });
  else if (fewest) problems.push(...fewest);
  else {
    const kinds = [...new Set(fields.map(kindOf))].map(
      (kind) => ({ map: 'a mapping', list: 'a list', scalar: 'a value' })[kind],
    );
    problems.push({
      message: `${at(path)} must be ${kinds.join(' or ')}, but is ${describe(node)}.`,
      place: node.place,
      isWrongValue: true,
    });
  }
}

function at(path: string): string {
  return path === '' ? 'The file' : `'${path}'`;
}
