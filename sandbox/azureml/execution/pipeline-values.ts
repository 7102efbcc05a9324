/** What flows between the steps of a pipeline: inputs and outputs of a node, with their bindings resolved. */
import { expand, parseBinding } from './expressions.ts';
import type { PlannedNode } from './pipeline-plan.ts';
import {
  type CommandSpec,
  durationSeconds,
  type InputValue,
  mapValues,
  type OutputValue,
  readInput,
  readOutput,
} from './spec.ts';

/** An output that a step has written. */
export interface WrittenOutput {
  type: string;
  uri: string;
}

/** What a running pipeline knows when one of its steps starts. */
export interface PipelineScope {
  inputs: Record<string, InputValue>;
  /** Where the pipeline's own outputs go, by their names. */
  outputs: Record<string, OutputValue>;
  written: Record<string, Record<string, WrittenOutput>>;
  defaultDatastore: string;
}

function boundInput(raw: any, declaredType: string | undefined, scope: PipelineScope): InputValue | undefined {
  const text = raw !== null && typeof raw === 'object' ? (raw.value ?? raw.uri ?? raw.path) : raw;
  const binding = parseBinding(text);
  const mode = raw?.mode ?? undefined;
  if (binding?.kind === 'parentInput') {
    const value = scope.inputs[binding.name];
    return value && { ...value, mode: mode ?? value.mode };
  }
  if (binding?.kind === 'jobOutput') {
    const output = scope.written[binding.job]?.[binding.name];
    return output && { type: declaredType ?? output.type, uri: output.uri, mode };
  }
  const input = readInput(raw);
  if (input.type !== 'literal') return input;
  const literals = Object.entries(scope.inputs).map(([name, each]) => [
    `parent.inputs.${name}`,
    each.value ?? each.uri ?? '',
  ]);
  const value = expand(input.value ?? '', Object.fromEntries(literals));
  // A plain string given for a path input is the path.
  const isPath = declaredType !== undefined && /^(uri_|mltable|.*_model$)/.test(declaredType);
  return isPath ? { type: declaredType, uri: value, mode } : { ...input, value };
}

/** The node's inputs, completed by its component's defaults; optional inputs without a value are left out. */
export function nodeInputs(node: PlannedNode, scope: PipelineScope): Record<string, InputValue> {
  const declared: Record<string, any> = node.component.inputs ?? {};
  const given: Record<string, any> = node.json.inputs ?? {};
  const inputs: Record<string, InputValue> = {};
  for (const name of new Set([...Object.keys(declared), ...Object.keys(given)])) {
    const type: string | undefined = declared[name]?.type;
    const raw = given[name];
    const value = raw === undefined || raw === null ? undefined : boundInput(raw, type, scope);
    const fallback = declared[name]?.default;
    if (value) inputs[name] = { ...value, mode: value.mode ?? declared[name]?.mode };
    else if (fallback !== undefined && fallback !== null) inputs[name] = { type: 'literal', value: String(fallback) };
  }
  return inputs;
}

/** The node's outputs: those its component declares, with what the node or the bound pipeline output sets. */
export function nodeOutputs(node: PlannedNode, scope: PipelineScope): Record<string, OutputValue> {
  const declared: Record<string, any> = node.component.outputs ?? {};
  const given: Record<string, any> = node.json.outputs ?? {};
  const names = new Set([...Object.keys(declared), ...Object.keys(given)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const type = declared[name]?.type ?? 'uri_folder';
      const own = readOutput(given[name], type);
      const binding = parseBinding(given[name]?.value ?? given[name]);
      if (binding?.kind !== 'parentOutput') return [name, own];
      const target = scope.outputs[binding.name];
      const { uri, assetName, assetVersion, mode } = { ...own, ...definedOnly(target ?? {}) };
      return [name, { type, uri, assetName, assetVersion, mode }];
    }),
  );
}

function definedOnly(output: Partial<OutputValue>): Partial<OutputValue> {
  return Object.fromEntries(Object.entries(output).filter(([, value]) => value !== undefined && value !== null));
}

/** Pipeline output name -> the node's output bound to it. */
export function boundPipelineOutputs(node: PlannedNode): Record<string, string> {
  const bound: Record<string, string> = {};
  for (const [name, raw] of Object.entries<any>(node.json.outputs ?? {})) {
    const binding = parseBinding(raw?.value ?? raw);
    if (binding?.kind === 'parentOutput') bound[binding.name] = name;
  }
  return bound;
}

/** The command that a node's component describes, with the node's own settings over it. */
export function nodeCommand(node: PlannedNode, scope: PipelineScope): CommandSpec {
  const { component, json } = node;
  const variables = { ...component.environment_variables, ...json.environment_variables };
  const limits = json.limits ?? component.limits ?? {};
  return {
    command: String(component.command ?? ''),
    codeId: component.code ?? undefined,
    environmentVariables: mapValues(variables, (value) => String(value)),
    inputs: nodeInputs(node, scope),
    outputs: nodeOutputs(node, scope),
    computeName: node.computeName,
    instanceCount: Number(json.resources?.instance_count ?? component.resources?.instance_count ?? 1),
    distributed: Boolean(json.distribution ?? component.distribution),
    timeoutSeconds: durationSeconds(limits.timeout ?? limits.trial_timeout),
    defaultDatastore: scope.defaultDatastore,
  };
}
