import type { Problem } from '../../core/errors.ts';
import { entriesOf, fieldAt, get, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { type Field, type ObjectField, wordOf } from './fields.ts';

/** The fields of a mapping that its schema does not have, as written; they are sent as they are where that is wanted. */
export function unknownFields(node: YamlNode, field: Field): Record<string, unknown> {
  const schema = objectOf(node, field);
  return schema ? Object.fromEntries(unknownEntries(node, schema).map(([name, value]) => [name, jsonOf(value)])) : {};
}

/** What is sent as an asset of its own, with its unknown fields. */
const APART = new Set(['environment']);

/**
 * Puts unknown fields of the mappings in a mapping (`limits.new_one`, `inputs.x.new_one`) into what is sent of it, where
 * that has a mapping at the same place; what has none is reported.
 * @param body that is sent of the node; changed
 */
export function passNested(
  node: YamlNode,
  field: Field,
  body: Record<string, unknown>,
  path: string,
  warnings: Problem[],
): void {
  const schema = objectOf(node, field);
  if (!schema) return;
  for (const [name, value] of entriesOf(node)) {
    const known = schema.fields[name];
    if (known && !APART.has(name)) passInto(value, known, at(body, name), fieldAt(path, name), warnings);
  }
}

function passInto(node: YamlNode, field: Field, body: unknown, path: string, warnings: Problem[]): void {
  if (node.kind !== 'map') return;
  if (field.type === 'map') {
    for (const [name, value] of entriesOf(node))
      passInto(value, field.of, at(body, name), fieldAt(path, name), warnings);
    return;
  }
  const schema = objectOf(node, field);
  if (!schema) return;
  const isSent = typeof body === 'object' && body !== null && !Array.isArray(body);
  for (const [name, value, place] of schema.open ? [] : unknownEntries(node, schema))
    if (isSent)
      (body as Record<string, unknown>)[name] ??= jsonOf(value); // what is known stays
    else
      warnings.push({
        message: `'${fieldAt(path, name)}' is not sent, because the request does not have a place for it.`,
        place,
      });
  for (const [name, value] of entriesOf(node)) {
    const known = schema.fields[name];
    if (known && !APART.has(name)) passInto(value, known, at(body, name), fieldAt(path, name), warnings);
  }
}

/** What a body has for a field: under its name or under the name in camel case that the REST API has. */
function at(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  const camel = name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const fields = body as Record<string, unknown>;
  return Object.hasOwn(fields, name) ? fields[name] : Object.hasOwn(fields, camel) ? fields[camel] : undefined;
}

/** The schema of the mapping that a value is. */
function objectOf(node: YamlNode, field: Field): ObjectField | undefined {
  if (node.kind !== 'map') return undefined;
  if (field.type === 'object') return field;
  if (field.type === 'tagged') return field.of[wordOf(textOf(get(node, field.tag)), field.of) ?? ''];
  if (field.type !== 'either') return undefined;
  const fits = field.of.flatMap((one) => objectOf(node, one) ?? []);
  // Of several shapes the one that knows most of the fields.
  const unknown = (schema: ObjectField): number => unknownEntries(node, schema).length;
  return fits.sort((a, b) => unknown(a) - unknown(b))[0];
}

function unknownEntries(node: YamlNode, schema: ObjectField): ReturnType<typeof entriesOf> {
  return entriesOf(node).filter(([name]) => !Object.hasOwn(schema.fields, name));
}
