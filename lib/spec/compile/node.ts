import type { Place } from '../../core/errors.ts';
import { didYouMean, oneOf } from '../../core/nearest.ts';
import { compact } from '../plan.ts';
import { assetId, computeId, isRemote } from '../references.ts';
import { check, isBinding, normalizeChoice } from '../schema/fields.ts';
import { componentNode, inlineCommandNode } from '../schema/job.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml.ts';
import { compileCode } from './code.ts';
import { checkCommandText } from './command.ts';
import {
  type CompiledComponent,
  compileComponent,
  compileComponentFile,
  planComponent,
  prefixed,
} from './component.ts';
import type { CompileContext } from './context.ts';
import { compileEnvironment } from './environment.ts';
import { compileInputs, compileOutputs, inputType, nodeInputs, nodeOutputs, type OutputValue } from './inputs.ts';
import { commandLimits, distribution, nodeIdentity, nodeResources, textMap } from './run-settings.ts';

/** What a node can be bound to. */
export interface Surroundings {
  /** Types of the pipeline's inputs. */
  inputs: ReadonlyMap<string, string>;
  /** The pipeline's outputs. */
  outputs: ReadonlyMap<string, OutputValue>;
  /** The other steps, as written. */
  siblings: ReadonlyMap<string, YamlNode>;
}

export interface CompiledNode {
  /** The node as it stands in the job's `jobs`. */
  body: Record<string, unknown>;
  outputs: Map<string, { type: string }> | undefined;
}

const SUPPORTED = ['command'];

/** Output modes of jobs as components spell them. */
const COMPONENT_MODES: Record<string, string> = { ReadWriteMount: 'rw_mount', Upload: 'upload', Direct: 'direct' };

/** Compiles one step of a pipeline; an inline command becomes an anonymous component first. */
export function compileNode(context: CompileContext, name: string, node: YamlNode, around: Surroundings): CompiledNode {
  const { problems } = context.builder;
  const path = `jobs.${name}`;
  const empty: CompiledNode = { body: { name, type: 'command' }, outputs: undefined };
  const type = textOf(get(node, 'type')) ?? 'command';
  if (!SUPPORTED.includes(type)) {
    problems.push({
      message: `'${path}' is of type '${type}', which is not supported; supported is ${oneOf(SUPPORTED)}.`,
      place: get(node, 'type')!.place,
    });
    return empty;
  }
  const isInline = isNull(get(node, 'component'));
  const before = problems.length;
  check(node, isInline ? inlineCommandNode : componentNode, path, problems);
  if (problems.length > before) return empty;

  const component = isInline ? inlineComponent(context, name, node, around) : referredComponent(context, node, path);
  const inputs = compileInputs(context, get(node, 'inputs'), `${path}.inputs`);
  if (component && !isInline) checkNodeInputs(context, node, path, component);
  const compute = get(node, 'compute');
  return {
    body: compact({
      name,
      type: 'command',
      display_name: textOf(get(node, 'display_name')),
      description: isInline ? undefined : textOf(get(node, 'description')),
      tags: isNull(get(node, 'tags')) ? undefined : textMap(get(node, 'tags')),
      properties: isNull(get(node, 'properties')) ? undefined : textMap(get(node, 'properties')),
      comment: textOf(get(node, 'comment')),
      computeId: compute && !isNull(compute) ? computeId(context.builder, compute, `${path}.compute`) : undefined,
      inputs: nonEmpty(nodeInputs(inputs)),
      outputs: nonEmpty(nodeOutputs(compileOutputs(get(node, 'outputs')))),
      environment_variables: isNull(get(node, 'environment_variables'))
        ? undefined
        : textMap(get(node, 'environment_variables')),
      resources: nodeResources(get(node, 'resources')),
      distribution: distribution(get(node, 'distribution'), 'node'),
      limits: commandLimits(get(node, 'limits'), 'node'),
      identity: nodeIdentity(get(node, 'identity')),
      componentId: component?.id,
      _source: isInline ? 'YAML.JOB' : component?.id.startsWith('azureml://') ? 'REMOTE.REGISTRY' : 'YAML.COMPONENT',
    }),
    outputs: component?.outputs,
  };
}

/** `component:` as a file, a reference, or a description in place. */
function referredComponent(
  context: CompileContext,
  node: YamlNode,
  path: string,
): (Partial<CompiledComponent> & { id: string }) | undefined {
  const component = get(node, 'component')!;
  if (component.kind === 'map') return compileComponent(context, component, `${path}.component`);
  const written = textOf(component) ?? '';
  if (isRemote(written)) return { id: assetId(context.builder, 'components', component, `${path}.component`) };
  return compileComponentFile(context, component, `${path}.component`);
}

/** The anonymous component of a command that is written in the pipeline itself; its inputs' types follow what they are bound to. */
function inlineComponent(
  context: CompileContext,
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
    type: 'command',
    display_name: textOf(get(node, 'display_name')),
    description: textOf(get(node, 'description')),
    is_deterministic: true,
    command: textOf(get(node, 'command')),
    code: prefixed(compileCode(context, get(node, 'code'), `${path}.code`)),
    environment: prefixed(compileEnvironment(context, get(node, 'environment'), `${path}.environment`)),
    inputs: inputs.size > 0 ? Object.fromEntries(inputs) : undefined,
    outputs: outputs.size > 0 ? Object.fromEntries(outputs) : undefined,
    resources: nodeResources(get(node, 'resources')),
    distribution: distribution(get(node, 'distribution'), 'component'),
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

/** A node's inputs against what its component declares. */
function checkNodeInputs(
  context: CompileContext,
  node: YamlNode,
  path: string,
  component: Partial<CompiledComponent>,
): void {
  if (!component.inputs) return;
  const given = entriesOf(get(node, 'inputs'));
  for (const [name, , keyPlace] of given) {
    if (component.inputs.has(name)) continue;
    unknown(context, `${path}.inputs`, 'input', name, component.inputs.keys(), keyPlace);
  }
  for (const [name, , keyPlace] of entriesOf(get(node, 'outputs'))) {
    if (!component.outputs || component.outputs.has(name)) continue;
    unknown(context, `${path}.outputs`, 'output', name, component.outputs.keys(), keyPlace);
  }
  for (const [name, { optional, hasDefault }] of component.inputs) {
    if (optional || hasDefault || given.some(([key, value]) => key === name && !isNull(value))) continue;
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
