/** `variables:`, as a mapping or as a list. */
import type { VariableDefinition } from './model.ts';
import { type Node, PipelineFileError } from './nodes.ts';
import { readBoolean, readEntries, readFields, readText } from './read.ts';

export function readVariables(node: Node | undefined): VariableDefinition[] {
  if (!node) return [];
  if (node.kind !== 'list')
    return readEntries(node, 'variables').map(({ key, value }) => ({
      name: key,
      value: readText(value, `variable '${key}'`),
      readonly: false,
    }));
  return node.items.map((item) => {
    const fields = readFields(item, 'a variable', ['name', 'value', 'readonly', 'group', 'template', 'parameters']);
    const group = fields.get('group');
    if (group)
      throw new PipelineFileError(
        `Variable group '${readText(group, 'group')}' can't be read: the sandbox has no variable groups. Set its variables when you run the pipeline.`,
        group.at,
      );
    const [name, value, readonly] = [fields.get('name'), fields.get('value'), fields.get('readonly')];
    if (!name) throw new PipelineFileError('A variable needs a name.', item.at);
    return {
      name: readText(name, 'name'),
      value: value ? readText(value, 'value') : '',
      readonly: readonly ? readBoolean(readonly, 'readonly') === 'true' : false,
    };
  });
}
