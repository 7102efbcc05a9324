import type { Place } from '../../core/errors.ts';
import { didYouMean, oneOf } from '../../core/nearest.ts';
import { compact } from '../plan.ts';
import { assetId, computeId, isRemote } from '../references.ts';
import { check, isBinding, normalizeChoice, unknownFields } from '../schema/fields.ts';
import { componentNode } from '../schema/job.ts';
import { describe, entriesOf, get, isNull, textOf, type YamlNode } from '../yaml.ts';
import { checkCommandText } from './command.ts';
import { type CompiledComponent, compileComponent, compileComponentFile, planComponent } from './component.ts';
import type { CompileContext, CompiledStep, StepCompiler, Surroundings } from './context.ts';
import { compileInputs, compileOutputs, inputType, nodeInputs, nodeOutputs } from './inputs.ts';
import { nodeIdentity, textMap } from './run-settings.ts';

/** Output modes of jobs as components spell them. */
const COMPONENT_MODES: Record<string, string> = { ReadWriteMount: 'rw_mount', Upload: 'upload', Direct: 'direct' };

/** Compiles a step of a pipeline by its `type`. Findings go to the builder. */
export function compileStep(context: CompileContext, name: string, node: YamlNode, around: Surroundings): CompiledStep {
  if (node.kind !== 'map') {
    context.builder.problems.push({
      message: `'jobs.${name}' must be a mapping, but is ${describe(node)}.`,
      place: node.place,
    });
    return { body: { name }, outputs: undefined };
  }
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
    const schema = isInline ? type.inlineSchema : (type.nodeSchema ?? componentNode);
    const before = problems.length;
    check(node, schema, path, problems);
    if (problems.length > before) return { body: { name, type: word }, outputs: undefined };
    const component = isInline
      ? inlineComponent(context, word, name, node, around)
      : referredComponent(context, get(node, 'component')!, `${path}.component`);
    if (component && !isInline) checkNodeInputs(context, node, path, component, loopItems(name, around));
    const inputs = declaredOnly(
      compileInputs(context, get(node, 'inputs'), `${path}.inputs`, word === 'pipeline'),
      component?.inputs,
    );
    const outputs = nodeOutputs(
      declaredOnly(compileOutputs(get(node, 'outputs')), component?.outputs),
      component?.outputs,
    );
    const compute = get(node, 'compute');
    return {
      body: compact({
        ...(isInline && !problems.tolerated ? {} : unknownFields(node, schema)),
        name,
        type: word,
        display_name: textOf(get(node, 'display_name')),
        tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
        properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
        comment: textOf(get(node, 'comment')),
        computeId: compute && !isNull(compute) ? computeId(context.builder, compute, `${path}.compute`) : undefined,
        inputs: nonEmpty(nodeInputs(inputs)),
        outputs: nonEmpty(outputs),
        identity: nodeIdentity(get(node, 'identity')),
        ...type.stepFields(context, node, path, component?.definition),
        componentId: component?.id,
        _source: isInline ? 'YAML.JOB' : sourceOf(component?.id),
      }),
      inputs: component?.inputs,
      outputs: component?.outputs,
    };
  };
}

/** What a loop gives to the step that it repeats. */
function loopItems(name: string, { siblings }: Surroundings): YamlNode | undefined {
  const loop = [...siblings.values()].find(
    (node) =>
      textOf(get(node, 'type')) === 'parallel_for' &&
      textOf(get(node, 'body'))?.replace(/\s/g, '') === `\${{parent.jobs.${name}}}`,
  );
  const items = get(loop, 'items');
  return items?.kind === 'list' ? items.items[0] : entriesOf(items)[0]?.[1];
}

/** What the component does not declare is left out, as Azure ML's tools do (a warning says so, see `checkNodeInputs`). */
export function declaredOnly<T>(
  ports: Map<string, T>,
  declared: ReadonlyMap<string, unknown> | undefined,
): Map<string, T> {
  return declared ? new Map([...ports].filter(([name]) => declared.has(name))) : ports;
}

/** Where a step's component comes from; telemetry of the service. */
function sourceOf(id = ''): string {
  if (id.startsWith('azureml://')) return 'REMOTE.REGISTRY';
  return id.includes('/components/azureml_anonymous/') ? 'YAML.COMPONENT' : 'REMOTE.WORKSPACE.COMPONENT';
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
  const described = compact({
    display_name: textOf(get(node, 'display_name')),
    description: textOf(get(node, 'description')),
    tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
  });
  for (const field of context.components[word]!.stepOnly ?? []) delete described[field];
  const spec = compact({
    name: 'azureml_anonymous',
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
  const id = planComponent(context, spec, label, described.description as string | undefined, described.tags);
  return { id, inputs: declared, outputs, definition: { context, node, path } };
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
function boundPort(binding: string, around: Surroundings): { type: string; mode?: string } {
  const path = binding.replace(/^\s*\$\{\{\s*|\s*\}\}\s*$/g, '').split('.');
  if (path[1] === 'inputs') {
    const input = path.slice(2).join('.');
    const mode = around.inputModes.get(input);
    return { type: around.inputs.get(input) ?? 'string', ...(mode ? { mode } : {}) };
  }
  return { type: path[1] === 'jobs' ? around.outputType(path[2] ?? '', path[4] ?? '') : 'string' };
}

/** An output that is bound to one of the pipeline's takes its type and mode from there, unless it has fields of its own. */
function inlineOutput(node: YamlNode, { outputs }: Surroundings): { type: string; mode?: string } {
  const written = textOf(node.kind === 'map' ? get(node, 'path') : node) ?? '';
  const isBare = !['mode', 'name', 'version'].some((field) => !isNull(get(node, field)));
  const name = /^\s*\$\{\{\s*parent\.outputs\.(\w+)\s*\}\}\s*$/.exec(written)?.[1];
  const target = isBare && name ? outputs.get(name) : undefined;
  const mode = target ? COMPONENT_MODES[target.mode ?? ''] : textOf(get(node, 'mode'));
  return {
    type: target?.type ?? normalizeChoice(textOf(get(node, 'type')) ?? 'uri_folder'),
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
  const undeclared = given.map(([name]) => name).filter((name) => !component.inputs?.has(name));
  for (const [name, { optional, hasDefault }] of component.inputs) {
    if (optional || hasDefault || get(search, name)) continue;
    if (given.some(([key, value]) => key === name && !isNull(value))) continue;
    context.builder.problems.push({
      message: `'${path}' lacks the input '${name}', which its component requires.${undeclared.length > 0 ? ` It has ${oneOf(undeclared)}, which the component does not declare.` : ''}`,
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
  const found = {
    message: `'${field}' has the ${what} '${name}', which the component does not declare.${didYouMean(name, names) || ` It declares ${oneOf(names)}.`}`,
    place,
  };
  // Azure ML's tools leave out what is not declared, and job files rely on it; a parameter to vary has to exist.
  if (what === 'parameter') context.builder.problems.push(found);
  else context.builder.warnings.push(found);
}

function nonEmpty(value: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(value).length > 0 ? value : undefined;
}
