/** Files that give the variable groups of a pipeline their variables. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parse } from 'yaml';
import type { GroupVariables } from './agent/run-options.ts';

/** A file of variable groups that can't be used; the message names the file. */
export class VariableGroupError extends Error {}

type Mapping = Record<string, unknown>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** `true` and `1.10` are text in a group; YAML's own numbers would lose the zero. */
const isText = (value: unknown): value is string | null => typeof value === 'string' || value === null;

const valueKeys = ['name', 'value', 'isSecret', 'isReadOnly', 'enabled', 'contentType', 'expires'];

/** `value`, or `{ value, isSecret }` as the Azure DevOps command line prints it. */
function readValue(value: unknown, place: string): GroupVariables[string] {
  if (isText(value)) return value ?? '';
  const known = isMapping(value) && Object.keys(value).every((key) => valueKeys.includes(key));
  if (!known || !isText(value.value ?? null))
    throw new VariableGroupError(`${place} must be a value, or {value: ..., isSecret: true}.`);
  const text = (value.value as string | null | undefined) ?? '';
  // JSON's null, which the command line prints in place of a secret.
  return { value: text === 'null' ? '' : text, isSecret: /^true$/i.test(String(value.isSecret ?? '')) };
}

/** Variables as a mapping, or as a list of `{name, value}`. */
function readVariables(value: unknown, place: string): GroupVariables {
  if (Array.isArray(value))
    return Object.fromEntries(
      value.map((item: unknown, index) => {
        if (!isMapping(item) || typeof item.name !== 'string')
          throw new VariableGroupError(`${place}: entry ${index + 1} needs a name.`);
        return [item.name, readValue(item, `${place}: '${item.name}'`)];
      }),
    );
  if (!isMapping(value)) throw new VariableGroupError(`${place} must have variables: NAME: value.`);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, readValue(item, `${place}: '${name}'`)]),
  );
}

/** `{ name, variables }`: what `az pipelines variable-group show` prints. */
const isGroup = (value: unknown): value is Mapping =>
  isMapping(value) && 'variables' in value && !isText(value.variables);

function readGroups(content: unknown, file: string): [string, GroupVariables][] {
  const fileName = basename(file, extname(file));
  const group = (value: Mapping): [string, GroupVariables] => {
    const name = value.name ?? value.group ?? fileName;
    return [String(name), readVariables(value.variables, `${file}: group '${String(name)}'`)];
  };
  if (isGroup(content)) return [group(content)];
  if (Array.isArray(content) && content.length > 0 && content.every(isGroup)) return content.map(group);
  if (!isMapping(content)) throw new VariableGroupError(`${file} must hold variable groups: GROUP: {NAME: value}.`);
  // Values on the first level: the file is one group, which has its name.
  if (Object.values(content).every(isText)) return [[fileName, readVariables(content, file)]];
  return Object.entries(content).map(([name, value]) => [name, readVariables(value, `${file}: group '${name}'`)]);
}

/**
 * Reads the groups in YAML or JSON files, by name: `GROUP: {NAME: value}` for several groups, `NAME: value` for one that is
 * named like the file, or what `az pipelines variable-group show` and `list` print. Throws a VariableGroupError.
 */
export function readVariableGroups(files: readonly string[]): Record<string, GroupVariables> {
  const groups: Record<string, GroupVariables> = {};
  for (const file of files) {
    let content: unknown;
    try {
      // All values are text, as in the library of Azure DevOps.
      content = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' });
    } catch (error) {
      throw new VariableGroupError(`The variable group file ${file} can't be read: ${(error as Error).message}`);
    }
    for (const [name, variables] of readGroups(content, file)) groups[name] = { ...groups[name], ...variables };
  }
  return groups;
}
