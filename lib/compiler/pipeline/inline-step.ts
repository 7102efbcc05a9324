import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { ANONYMOUS_COMPONENT } from '../../plan/plan.ts';
import { planComponent } from '../assets/component.ts';
import type { CompileContext, CompiledComponent, Surroundings } from '../context.ts';
import { checkCommandText } from '../ports/command-text.ts';
import { inputType } from '../ports/inputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { isBinding, normalizeChoice } from '../schema/fields.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** The anonymous component of a step that is written in the pipeline itself; its inputs' types follow what they are bound to. */
export function inlineComponent(
  context: CompileContext,
  word: string,
  name: string,
  node: YamlNode,
  around: Surroundings,
): CompiledComponent {
  const path = `jobs.${name}`;
  const inputs = new Map(entriesOf(get(node, 'inputs')).map(([input, value]) => [input, inlineInput(value, around)]));
  const outputs = new Map(
    entriesOf(get(node, 'outputs')).map(([output, value]) => [output, inlineOutput(value, around)]),
  );
  checkValues(node, path, context.builder.problems);
  checkCommandText(node, inputs, outputs, path, context.builder.problems);
  // Its name for display stays with the step.
  const described = compact({
    description: textOf(get(node, 'description')),
    tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
  });
  for (const field of context.components[word]!.stepOnly ?? []) delete described[field];
  const spec = compact({
    name: ANONYMOUS_COMPONENT,
    version: '1',
    type: word,
    ...described,
    is_deterministic: true,
    inputs: inputs.size > 0 ? Object.fromEntries(inputs) : undefined,
    outputs: outputs.size > 0 ? Object.fromEntries(outputs) : undefined,
    ...context.components[word]!.spec(context, node, path),
    _source: 'YAML.JOB',
  });
  const declared = new Map(
    [...inputs].map(([input, { type }]) => [input, { type, optional: false, saysOptional: false, hasDefault: false }]),
  );
  const label = textOf(get(node, 'display_name')) ?? name;
  const id = planComponent(context, spec, label, described);
  return { id, inputs: declared, outputs, definition: { context, node, path } };
}

/** Every input of an inline step is one that its component requires, and nothing would be sent for one without a value. */
function checkValues(node: YamlNode, path: string, problems: Problem[]): void {
  for (const [name, value] of entriesOf(get(node, 'inputs')))
    if (isNull(value))
      problems.push({ message: `'${path}.inputs.${name}' does not have a value.`, place: value.place });
}

/**
 * What an inline step's input is declared as. A bare binding takes type and mode from its source; the long form has its
 * own or is a folder (azure-ai-ml `_component_translatable._to_input`).
 */
function inlineInput(node: YamlNode, around: Surroundings): { type: string; mode?: string; default?: string } {
  if (isBinding(node)) return boundPort(textOf(node)!, around);
  if (node.kind === 'map' && !isNull(get(node, 'path'))) {
    const mode = textOf(get(node, 'mode'));
    return { type: normalizeChoice(textOf(get(node, 'type')) ?? 'uri_folder'), ...(mode ? { mode } : {}) };
  }
  const value = node.kind === 'map' ? (get(node, 'value') ?? get(node, 'default')) : node;
  if (value && isBinding(value)) return boundPort(textOf(value)!, around);
  const literal = textOf(value);
  return { type: normalizeChoice(inputType(node)), ...(literal === undefined ? {} : { default: literal }) };
}

/** Type and mode of what a binding leads to; a mode is inherited from the pipeline's inputs only. */
export function boundPort(binding: string, around: Surroundings): { type: string; mode?: string } {
  const path = binding.replace(/^\s*\$\{\{\s*|\s*\}\}\s*$/g, '').split('.');
  if (path[1] === 'inputs') {
    const input = path.slice(2).join('.');
    const mode = around.inputModes.get(input);
    return { type: around.inputs.get(input) ?? 'string', ...(mode ? { mode } : {}) };
  }
  return { type: path[1] === 'jobs' ? around.outputType(path[2] ?? '', path[4] ?? '') : 'string' };
}

/** An output that is bound to one of the pipeline's takes its type and mode from there, unless it has fields of its own. */
export function inlineOutput(
  node: YamlNode,
  { outputs }: Pick<Surroundings, 'outputs'>,
): { type: string; mode?: string } {
  const written = textOf(node.kind === 'map' ? get(node, 'path') : node) ?? '';
  const isBare = !['type', 'mode', 'name', 'version'].some((field) => !isNull(get(node, field)));
  const name = /^\s*\$\{\{\s*parent\.outputs\.([\w.]+)\s*\}\}\s*$/.exec(written)?.[1];
  const target = isBare && name ? outputs.get(name) : undefined;
  const mode = target ? target.modeWord : textOf(get(node, 'mode'));
  return {
    type: target?.type ?? normalizeChoice(textOf(get(node, 'type')) ?? 'uri_folder'),
    ...(mode ? { mode } : {}),
  };
}
