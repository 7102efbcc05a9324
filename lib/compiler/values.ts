import { isoDuration } from '../core/duration.ts';
import { compactOrNothing } from '../core/json.ts';
import { normalizeChoice } from './schema/fields.ts';
import { entriesOf, get, jsonOf, textOf, type YamlNode } from './yaml/yaml.ts';

/** A number, however it was written; undefined for nothing. Checked before by the schema. */
export function numberOf(node: YamlNode | undefined): number | undefined {
  const text = textOf(node);
  return text === undefined ? undefined : Number(text);
}

/** True or false; undefined for nothing. Checked before by the schema. */
export function booleanOf(node: YamlNode | undefined): boolean | undefined {
  const text = textOf(node)?.toLowerCase();
  return text === undefined ? undefined : text === 'true';
}

/** Seconds as an ISO-8601 duration; nothing for 0, which Azure ML's tools take for "not set". */
export function secondsOf(node: YamlNode | undefined): string | undefined {
  const seconds = numberOf(node);
  return seconds ? isoDuration(seconds) : undefined;
}

/** Milliseconds as an ISO-8601 duration: `3500` is `PT3.5S`. */
export function millisecondsOf(node: YamlNode | undefined): string | undefined {
  const milliseconds = numberOf(node);
  if (!milliseconds) return undefined;
  const rest = milliseconds % 1000;
  if (rest === 0) return isoDuration(milliseconds / 1000);
  const seconds = Math.floor(milliseconds / 1000);
  const fraction = `${seconds % 60}.${String(rest).padStart(3, '0').replace(/0+$/, '')}S`;
  const whole = seconds - (seconds % 60);
  if (whole === 0) return `PT${fraction}`;
  const before = isoDuration(whole);
  return `${before}${before.includes('T') ? '' : 'T'}${fraction}`;
}

/** A word from a list, spelled as in a YAML file: `Read-Only` is `read_only`. */
export function wordOf(node: YamlNode | undefined): string | undefined {
  const text = textOf(node);
  return text === undefined ? undefined : normalizeChoice(text);
}

/** A word of a YAML file as the REST API spells it: `append_row` is `AppendRow`. */
export function pascalCase(word: string): string {
  return word.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A mapping as written, empty when there is none: tags of endpoints keep their numbers, as Azure ML's tools send them. */
export function mapOrEmpty(node: YamlNode | undefined): Record<string, unknown> {
  return node?.kind === 'map' ? (jsonOf(node) as Record<string, unknown>) : {};
}

/** Some fields of a mapping under the names that the REST API has for them; undefined when the mapping has none of them. */
export function fieldsOf(
  node: YamlNode | undefined,
  fields: Record<string, [from: string, read: (node: YamlNode | undefined) => unknown]>,
): Record<string, unknown> | undefined {
  if (entriesOf(node).length === 0) return undefined;
  return compactOrNothing(
    Object.fromEntries(Object.entries(fields).map(([name, [from, read]]) => [name, read(get(node, from))])),
  );
}
