/** `variables:`, as a mapping or as a list. */
import type { VariableDefinition, VariableGroup } from './model.ts';
import { type Node, PipelineFileError, type Place } from './nodes.ts';
import { type Notes, warn } from './notes.ts';
import { readBoolean, readEntries, readFields, readText } from './read.ts';

/** What readers of a pipeline's parts need besides the part. */
export interface Reading {
  /** By name in lower case. */
  groups: ReadonlyMap<string, VariableGroup>;
  notes: Notes;
}

function readGroup(name: string, at: Place, { groups, notes }: Reading): VariableDefinition[] {
  const group = groups.get(name.toLowerCase());
  if (!group)
    warn(
      notes,
      `Variable group '${name}' is empty here. Give its variables a value: --variable-group FILE, or --variable NAME=VALUE for each.`,
      at,
    );
  return [...(group ?? [])].map(([variable, { value, secret }]) => ({
    name: variable,
    value,
    secret,
    readonly: false,
    at,
  }));
}

function readVariable(item: Node, reading: Reading): VariableDefinition[] {
  const fields = readFields(item, 'a variable', ['name', 'value', 'readonly', 'group']);
  const group = fields.get('group');
  if (group) return readGroup(readText(group, 'group'), group.at, reading);
  const [name, value, readonly] = [fields.get('name'), fields.get('value'), fields.get('readonly')];
  if (!name) throw new PipelineFileError('A variable needs a name.', item.at);
  return [
    {
      name: readText(name, 'name'),
      value: value ? readText(value, 'value') : '',
      readonly: readonly ? readBoolean(readonly, 'readonly') === 'true' : false,
      secret: false,
      at: value?.at ?? name.at,
    },
  ];
}

/** The variables in their order, those of groups among them; a group without a file is empty, with a warning. */
export function readVariables(node: Node | undefined, reading: Reading): VariableDefinition[] {
  if (!node) return [];
  if (node.kind === 'list') return node.items.flatMap((item) => readVariable(item, reading));
  return readEntries(node, 'variables').map(({ key, value }) => ({
    name: key,
    value: readText(value, `variable '${key}'`),
    readonly: false,
    secret: false,
    at: value.at,
  }));
}

/** The names of the groups in an expanded file, wherever they are. */
export function groupNames(node: Node): string[] {
  if (node.kind === 'list') return node.items.flatMap(groupNames);
  if (node.kind !== 'map') return [];
  return node.entries.flatMap(({ key, value }) =>
    key === 'variables' && value.kind === 'list'
      ? value.items.flatMap((item) =>
          item.kind === 'map'
            ? item.entries.flatMap((entry) =>
                entry.key === 'group' && entry.value.kind === 'scalar' ? [entry.value.text] : [],
              )
            : [],
        )
      : groupNames(value),
  );
}
