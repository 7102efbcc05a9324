import type { Place } from '../../core/errors.ts';
import { didYouMean, oneOf } from '../../core/nearest.ts';
import { compact } from '../plan.ts';
import { assetId, computeId, isRemote } from '../references.ts';
import { check, isBinding, normalizeChoice } from '../schema/fields.ts';
import { componentNode } from '../schema/job.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml.ts';
import { checkCommandText } from './command.ts';
import { type CompiledComponent, compileComponent, compileComponentFile, planComponent } from './component.ts';
import type { CompileContext, CompiledStep, StepCompiler, Surroundings } from './context.ts';
import { compileInputs, compileOutputs, inputType, nodeInputs, nodeOutputs } from './inputs.ts';
import { nodeIdentity, textMap } from './run-settings.ts';

/** Output modes of jobs as components spell them. */
const COMPONENT_MODES: Record<string, string> = { ReadWriteMount: 'rw_mount', Upload: 'upload', Direct: 'direct' };

/** Compiles a step of a pipeline by its `type`. Findings go to the builder. */
export function compileStep(context: CompileContext, name: string, node: YamlNode, around: Surroundings): CompiledStep {
  const word = textOf(get(node, 'type')) ?? 'command';
  const compiler = Object.hasOwn(context.steps, word) ? context.steps[word] : undefined;
  if (compiler) return compiler(context, name, node, around);
  const known = Object.keys(context.steps);
  context.builder.problems.push({
    message: `'jobs.${name}' is of type '${word}', which is not supported; supported are ${oneOf(known)}.${didYouMean(word, known)}`,
    place: get(node, 'type')!.place,
  });
  return { body: { name, type: word }, outputs: undefined };
}

/** The compiler of steps that run a component of this type; an inline definition becomes an anonymous component first. */
export function componentStep(word: string): StepCompiler {
  return (context, name, node, around) => {
    const type = context.components[word]!;
    const { problems } = context.builder;
    const path = `jobs.${name}`;
    const isInline = isNull(get(node, 'component')) && type.inlineMarks.some((mark) => !isNull(get(node, mark)));
    const before = problems.length;
    check(node, isInline ? type.inlineSchema : componentNode, path, problems);
    if (problems.length > before) return { body: { name, type: word }, outputs: undefined };
    const component = isInline
      ? inlineComponent(context, word, name, node, around)
      : referredComponent(context, get(node, 'component')!, `${path}.component`);
    if (component && !isInline) checkNodeInputs(context, node, path, component);
    const inputs = compileInputs(context, get(node, 'inputs'), `${path}.inputs`);
    const compute = get(node, 'compute');
    return {
      body: compact({
        name,
        type: word,
        display_name: textOf(get(node, 'display_name')),
        description: isInline ? undefined : textOf(get(node, 'description')),
        tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
        properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
        comment: textOf(get(node, 'comment')),
        computeId: compute && !isNull(compute) ? computeId(context.builder, compute, `${path}.compute`) : undefined,
        inputs: nonEmpty(nodeInputs(inputs)),
        outputs: nonEmpty(nodeOutputs(compileOutputs(get(node, 'outputs')))),
        identity: nodeIdentity(get(node, 'identity')),
        ...type.stepFields(context, node, path),
        componentId: component?.id,
        _source: isInline ? 'YAML.JOB' : component?.id.startsWith('azureml://') ? 'REMOTE.REGISTRY' : 'YAML.COMPONENT',
      }),
      outputs: component?.outputs,
    };
  };
}

/** `component:` as a file, a reference, or a description in place. */
export function referredComponent(
  context: CompileContext,
  component: YamlNode,
  field: string,
): (Partial<CompiledComponent> & { id: string }) | undefined {
  if (component.kind === 'map') return compileComponent(context, component, field);
  const written = textOf(component) ?? '';
  if (isRemote(written)) return { id: assetId(context.builder, 'components', component, field) };
  return compileComponentFile(context, component, field);
}

/** The anonymous component of a step that is written in the pipeline itself; its inputs' types follow what they are bound to. */
function inlineComponent(
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
  checkCommandText(node, inputs, outputs, path, context.builder.problems);
  const spec = compact({
    name: 'azureml_anonymous',
    version: '1',
    type: word,
    display_name: textOf(get(node, 'display_name')),
    description: textOf(get(node, 'description')),
    is_deterministic: true,
    inputs: inputs.size > 0 ? Object.fromEntries(inputs) : undefined,
    outputs: outputs.size > 0 ? Object.fromEntries(outputs) : undefined,
    ...context.components[word]!.spec(context, node, path),
    _source: 'YAML.JOB',
  });
  const declared = new Map(
    [...inputs].map(([input, { type }]) => [input, { type, optional: false, hasDefault: false }]),
  );
  return { id: planComponent(context, spec, textOf(get(node, 'display_name')) ?? name), inputs: declared, outputs };
}

function inlineInput(node: YamlNode, around: Surroundings): { type: string; mode?: string; default?: string } {
  const bound = node.kind === 'map' ? get(node, 'path') : node;
  const mode = textOf(get(node, 'mode'));
  const type = isBinding(bound)
    ? (textOf(get(node, 'type')) ?? boundType(textOf(bound)!, around))
    : normalizeChoice(inputType(node));
  const literal = node.kind === 'scalar' && !isBinding(node) ? textOf(node) : undefined;
  return { type, ...(mode ? { mode } : {}), ...(literal === undefined ? {} : { default: literal }) };
}

function boundType(binding: string, { inputs, siblings }: Surroundings): string {
  const path = binding.replace(/^\s*\$\{\{\s*|\s*\}\}\s*$/g, '').split('.');
  if (path[1] === 'inputs') return inputs.get(path.slice(2).join('.')) ?? 'string';
  if (path[1] === 'jobs') {
    const output = get(get(siblings.get(path[2] ?? ''), 'outputs'), path[4] ?? '');
    return textOf(get(output, 'type')) ?? 'uri_folder';
  }
  return 'string';
}

/** An output that is bound to one of the pipeline's takes its type and mode from there. */
function inlineOutput(node: YamlNode, { outputs }: Surroundings): { type: string; mode?: string } {
  const written = textOf(node.kind === 'map' ? get(node, 'path') : node) ?? '';
  const target = outputs.get(/^\s*\$\{\{\s*parent\.outputs\.(\w+)\s*\}\}\s*$/.exec(written)?.[1] ?? '');
  const mode = textOf(get(node, 'mode')) ?? COMPONENT_MODES[target?.mode ?? ''];
  return {
    type: normalizeChoice(textOf(get(node, 'type')) ?? target?.type ?? 'uri_folder'),
    ...(mode ? { mode } : {}),
  };
}

/**
 * A node's inputs against what its component declares.
 * @param search hyperparameters of a sweep, which become inputs too
 */
export function checkNodeInputs(
  context: CompileContext,
  node: YamlNode,
  path: string,
  component: Partial<CompiledComponent>,
  search?: YamlNode,
): void {
  if (!component.inputs) return;
  const given = entriesOf(get(node, 'inputs'));
  for (const [name, , keyPlace] of given) {
    if (component.inputs.has(name)) continue;
    unknown(context, `${path}.inputs`, 'input', name, component.inputs.keys(), keyPlace);
  }
  for (const [name, , keyPlace] of entriesOf(search))
    if (!component.inputs.has(name))
      context.builder.warnings.push({
        message: `'${path}.search_space' varies '${name}', which the component does not declare as an input.${didYouMean(name, component.inputs.keys())}`,
        place: keyPlace,
      });
  for (const [name, , keyPlace] of entriesOf(get(node, 'outputs'))) {
    if (!component.outputs || component.outputs.has(name)) continue;
    unknown(context, `${path}.outputs`, 'output', name, component.outputs.keys(), keyPlace);
  }
  for (const [name, { optional, hasDefault }] of component.inputs) {
    if (optional || hasDefault || get(search, name)) continue;
    if (given.some(([key, value]) => key === name && !isNull(value))) continue;
    context.builder.problems.push({
      message: `'${path}' lacks the input '${name}', which its component requires.`,
      place: (get(node, 'inputs') ?? node).place,
    });
  }
}

function unknown(
  context: CompileContext,
  field: string,
  what: string,
  name: string,
  allowed: Iterable<string>,
  place: Place,
): void {
  const names = [...allowed];
  context.builder.problems.push({
    message: `'${field}' has the ${what} '${name}', which the component does not declare.${didYouMean(name, names) || ` It declares ${oneOf(names)}.`}`,
    place,
  });
}

function nonEmpty(value: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
