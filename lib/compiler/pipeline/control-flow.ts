import { compact } from '../../core/json.ts';
import { didYouMean, listed } from '../../core/words.ts';
import type { CompileContext, StepCompiler, Surroundings } from '../context.ts';
import { compileInputs, nodeInputs } from '../ports/inputs.ts';
import { compileOutputs, nodeOutputs } from '../ports/outputs.ts';
import { wholeNumber } from '../ports/run-settings.ts';
import { doWhile, ifElse, parallelFor } from '../schema/control-flow.ts';
import { isBinding, type ObjectField } from '../schema/fields.ts';
import { pythonJson, pythonText } from '../yaml/scalars.ts';
import { describe, entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkedStep } from './step.ts';

/** Of a loop (azure-ai-ml `do_while.py`). */
const MOST_ITERATIONS = 1_000;

/** The steps that control others have no names of their own on the wire. */
const SOURCE = { _source: 'YAML.JOB' };

/** Repeats a step while one of its outputs is true. */
export const doWhileStep = controlStep('do_while', doWhile, (context, node, path, around) => {
  const body = bodyOf(context, node, path, around);
  const ports = around.ports(body);
  const port = (kind: 'inputs' | 'outputs', at: YamlNode | undefined, field: string, place = node.place): string => {
    const written = textOf(at) ?? '';
    const name = new RegExp(`\\.${body}\\.${kind}\\.(\\w+)\\s*\\}\\}`).exec(written)?.[1] ?? written;
    const known = ports?.[kind];
    if (known && !known.has(name))
      context.builder.problems.push({
        message: `'${path}.${field}' names the ${kind.slice(0, -1)} '${name}', which the step '${body}' does not have.${didYouMean(name, known) || listed('It has', known)}`,
        place: at?.place ?? place,
      });
    return name;
  };
  const condition = get(node, 'condition');
  const most = get(get(node, 'limits'), 'max_iteration_count');
  const count = wholeNumber(most);
  if (most && typeof count === 'number' && (count < 1 || count > MOST_ITERATIONS))
    context.builder.problems.push({
      message: `'${path}.limits.max_iteration_count' must be between 1 and ${MOST_ITERATIONS}, but is ${count}.`,
      place: most.place,
    });
  return {
    body: textOf(get(node, 'body')),
    condition: !condition || isNull(condition) ? undefined : port('outputs', condition, 'condition'),
    mapping: Object.fromEntries(
      entriesOf(get(node, 'mapping')).map(([output, inputs, place]) => [
        port('outputs', { kind: 'scalar', value: output, isFloat: false, place }, 'mapping'),
        (inputs.kind === 'list' ? inputs.items : [inputs]).map((input) => port('inputs', input, `mapping.${output}`)),
      ]),
    ),
    limits: { max_iteration_count: count },
  };
});

/** Runs a step once for each item. */
export const parallelForStep = controlStep('parallel_for', parallelFor, (context, node, path, around) => {
  bodyOf(context, node, path, around);
  const outputs = nodeOutputs(compileOutputs(context, get(node, 'outputs'), `${path}.outputs`));
  return {
    body: textOf(get(node, 'body')),
    items: itemsText(context, get(node, 'items')!, `${path}.items`),
    max_concurrency: wholeNumber(get(node, 'max_concurrency')),
    outputs: Object.keys(outputs).length > 0 ? outputs : undefined,
  };
});

/** Runs one or the other of two groups of steps. */
export const ifElseStep = controlStep('if_else', ifElse, (context, node, path, { siblings }) => {
  const block = (name: string): string | (string | undefined)[] | undefined => {
    const value = get(node, name);
    const items = value?.kind === 'list' ? value.items : value && !isNull(value) ? [value] : [];
    for (const item of items) requireStep(context, item, `${path}.${name}`, siblings);
    const names = items.map(textOf);
    return names.length > 1 ? names : names[0];
  };
  const blocks = { true_block: block('true_block'), false_block: block('false_block') };
  if (!blocks.true_block && !blocks.false_block)
    context.builder.problems.push({
      message: `'${path}' is missing 'true_block' or 'false_block'. A condition needs at least one of them.`,
      place: node.place,
    });
  const condition = get(node, 'condition');
  if (condition?.kind === 'scalar' && !/^(?:true|false)$/i.test(textOf(condition) ?? 'true') && !isBinding(condition))
    context.builder.problems.push({
      message: `'${path}.condition' must be true, false or a binding, for example \${{parent.jobs.check.outputs.ok}}, but is ${describe(condition)}.`,
      place: condition.place,
    });
  return { condition: condition?.kind === 'scalar' ? condition.value : undefined, ...blocks };
});

function controlStep(
  type: string,
  schema: ObjectField,
  fields: (context: CompileContext, node: YamlNode, path: string, around: Surroundings) => Record<string, unknown>,
): StepCompiler {
  return (context, name, node, around) => {
    const path = `jobs.${name}`;
    return checkedStep(context, node, name, schema, () => ({
      body: compact({ type, ...fields(context, node, path, around), ...SOURCE }),
      outputs: undefined,
    }));
  };
}

/** Name of the step that a loop repeats. */
function bodyOf(context: CompileContext, node: YamlNode, path: string, { siblings }: Surroundings): string {
  return requireStep(context, get(node, 'body')!, `${path}.body`, siblings) ?? '';
}

/** The step that `${{parent.jobs.name}}` means; anything else is a problem. */
function requireStep(
  context: CompileContext,
  node: YamlNode,
  field: string,
  siblings: ReadonlyMap<string, YamlNode>,
): string | undefined {
  const written = textOf(node) ?? '';
  const name = /^\s*\$\{\{\s*parent\.jobs\.(\w+)\s*\}\}\s*$/.exec(written)?.[1];
  if (name && siblings.has(name)) return name;
  context.builder.problems.push({
    message: name
      ? `'${field}' is ${written}, but there is no step '${name}'.`
      : `'${field}' must name a step, for example \${{parent.jobs.train}}, but is '${written}'.`,
    place: node.place,
  });
  return undefined;
}

/** Items as the JSON text that the service takes, spelled as Python spells it. Text is a binding or JSON already. */
function itemsText(context: CompileContext, node: YamlNode, field: string): string | undefined {
  if (node.kind === 'scalar') return textOf(node);
  if (node.kind === 'list')
    return `[${node.items.map((item, i) => itemText(context, item, `${field}[${i}]`)).join(', ')}]`;
  return objectText(entriesOf(node).map(([name, item]) => [name, itemText(context, item, `${field}.${name}`)]));
}

function itemText(context: CompileContext, item: YamlNode, field: string): string {
  return objectText(
    entriesOf(item).map(([name, value]) => {
      if (value.kind === 'scalar') return [name, scalarText(value)];
      const one: YamlNode = {
        ...(item as YamlNode & { kind: 'map' }),
        entries: new Map([[name, { keyPlace: value.place, value }]]),
      };
      return [name, pythonJson(nodeInputs(compileInputs(context, one, field))[name])];
    }),
  );
}

function objectText(entries: (readonly [name: string, text: string])[]): string {
  return `{${entries.map(([name, text]) => `${pythonJson(name)}: ${text}`).join(', ')}}`;
}

function scalarText(node: YamlNode & { kind: 'scalar' }): string {
  return typeof node.value === 'number' ? pythonText(node.value, node.isFloat) : pythonJson(jsonOf(node));
}
