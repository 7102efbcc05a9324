/** What a pipeline job must satisfy beyond the form of its body: components, computes and bindings that exist. */
import type { Resource } from '../../contracts.ts';
import * as errors from './errors.ts';
import { computeExists, findAsset, type ReferenceContext } from './references.ts';

type Json = Record<string, any>;

/** Keys of a node's input or output, in YAML's spelling. */
const inputKeys = ['job_input_type', 'value', 'uri', 'mode', 'description', 'path_on_compute'];
const outputKeys = [
  'job_output_type',
  'type',
  'value',
  'uri',
  'mode',
  'name',
  'version',
  'description',
  'path_on_compute',
];

/**
 * 400 with the node's name when a node's component or compute doesn't exist, an input of its component is missing or
 * unknown, or a binding leads nowhere.
 */
export function checkPipeline(job: Resource['properties'], context: ReferenceContext): void {
  const settings: Json = job.settings ?? {};
  if (job.computeId) requireCompute(job.computeId, context);
  const defaultCompute = settings.default_compute ?? settings.defaultCompute ?? settings.DefaultCompute;
  if (defaultCompute) requireCompute(defaultCompute, context);
  if (job.componentId) {
    if (!findAsset(job.componentId, 'components', context)) {
      throw errors.jobComponentNotFound(job.componentId);
    }
    return;
  }
  const nodes = Object.entries((job.jobs ?? {}) as Record<string, Json>);
  if (nodes.length === 0) throw errors.pipelineEmpty();
  for (const [name, node] of nodes) checkNode(name, node, job, Boolean(job.computeId ?? defaultCompute), context);
}

function checkNode(name: string, node: Json, job: Json, hasCompute: boolean, context: ReferenceContext): void {
  if (typeof node !== 'object' || node === null) throw errors.stepInvalid(name, 'must be an object');
  const componentId = componentOf(node);
  if (componentId === undefined || componentId === null) {
    // AutoML, import and control nodes have no component.
    if (['command', 'pipeline', 'parallel', 'spark', 'sweep', undefined].includes(node.type)) {
      throw errors.stepInvalid(name, 'has no componentId');
    }
    return;
  }
  const component = typeof componentId === 'string' ? findAsset(componentId, 'components', context) : undefined;
  if (!component) throw errors.jobComponentNotFound(componentId);
  const spec: Json = component.properties.componentSpec;
  if (node.computeId) requireCompute(node.computeId, context);
  else if (!hasCompute && spec.type !== 'pipeline' && !node.resources?.instance_type) {
    throw errors.stepInvalid(name, 'has no compute, and the pipeline has no default compute');
  }
  checkInputs(name, node, spec, job, context);
  checkOutputs(name, node, spec, job);
}

function checkInputs(name: string, node: Json, spec: Json, job: Json, context: ReferenceContext): void {
  const declared: Json = spec.inputs ?? {};
  for (const [input, value] of Object.entries((node.inputs ?? {}) as Record<string, Json>)) {
    const where = `jobs.${name}.inputs.${input}`;
    checkKeys(value, inputKeys, where);
    if (!isDeclared(input, declared)) {
      throw errors.portNotDeclared(name, 'input', input);
    }
    if (value.job_input_type === 'literal' || value.value !== undefined) {
      if (typeof value.value !== 'string') throw errors.literalNotText(where);
      for (const [binding] of value.value.matchAll(/\$\{\{[^}]*\}\}/g)) checkBinding(binding, where, job, context);
    } else if (typeof value.uri !== 'string') throw errors.inputEmpty(where);
  }
  for (const [input, port] of Object.entries(declared as Record<string, Json>)) {
    // The search space of a sweep fills inputs of its trial.
    const known = [...Object.keys(node.inputs ?? {}), ...Object.keys(node.search_space ?? {})];
    const given = known.some((key) => key === input || key.startsWith(`${input}.`));
    const optional = String(port.optional).toLowerCase() === 'true';
    const hasDefault = port.default !== undefined && port.default !== null;
    if (!given && !optional && !hasDefault) {
      throw errors.stepInputMissing(name, input);
    }
  }
}

function checkOutputs(name: string, node: Json, spec: Json, job: Json): void {
  for (const [output, value] of Object.entries((node.outputs ?? {}) as Record<string, Json | null>)) {
    const where = `jobs.${name}.outputs.${output}`;
    if (!isDeclared(output, spec.outputs ?? {})) {
      throw errors.portNotDeclared(name, 'output', output);
    }
    if (value === null) continue;
    checkKeys(value, outputKeys, where);
    const bound = /^\$\{\{\s*parent\.outputs\.([\w.]+)\s*\}\}$/.exec(String(value.value ?? ''))?.[1];
    if (value.value !== undefined && bound === undefined) {
      throw errors.outputNotBound(where, value.value);
    }
    if (bound !== undefined && job.outputs?.[bound] === undefined) {
      throw errors.bindingLeadsNowhere(where, value.value, `the pipeline has no output '${bound}'`);
    }
  }
}

function checkBinding(binding: string, where: string, job: Json, context: ReferenceContext): void {
  const text = binding.slice(3, -2).trim();
  const input = /^parent\.inputs\.([\w.]+)$/.exec(text)?.[1];
  if (input !== undefined) {
    if (isDeclared(input, job.inputs ?? {})) return;
    throw errors.bindingLeadsNowhere(where, binding, `the pipeline has no input '${input}'`);
  }
  const [, step, output] = /^parent\.jobs\.(\w+)\.outputs\.([\w.]+)$/.exec(text) ?? [];
  if (step === undefined || output === undefined) {
    // ${{search_space.x}} and the like are resolved inside the step.
    if (/^(search_space|name)\b/.test(text)) return;
    throw errors.bindingInvalid(where, binding);
  }
  const node = job.jobs?.[step];
  if (!node) throw errors.bindingLeadsNowhere(where, binding, `the pipeline has no step '${step}'`);
  const component = findAsset(String(componentOf(node) ?? ''), 'components', context);
  if (component && !isDeclared(output, component.properties.componentSpec.outputs ?? {})) {
    throw errors.bindingLeadsNowhere(where, binding, `the step '${step}' has no output '${output}'`);
  }
}

/** What names a node's component; of a sweep, its trial's: an id, or an object with one (azure-ai-ml 1.35). */
const componentOf = (node: Json): unknown =>
  node.componentId ?? (node.type === 'sweep' ? (node.trial?.componentId ?? node.trial) : undefined);

/** `a.b` belongs to a declared group `a`. */
const isDeclared = (name: string, declared: Json): boolean =>
  Object.keys(declared).some((key) => key === name || name.startsWith(`${key}.`) || key.startsWith(`${name}.`));

function checkKeys(value: Json, allowed: string[], where: string): void {
  if (typeof value !== 'object' || value === null) throw errors.portNotObject(where);
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown) throw errors.portMemberUnknown(where, unknown);
}

/** 400 unless the compute exists. */
export function requireCompute(computeId: string, context: ReferenceContext): void {
  if (computeExists(computeId, context)) return;
  const name = computeId.split('/').at(-1);
  throw errors.computeNotFound(name);
}
