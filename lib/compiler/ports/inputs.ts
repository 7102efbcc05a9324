import { isRemote, nameOf } from '../../azureml/ids.ts';
import { compact } from '../../core/json.ts';
import type { CompileContext } from '../context.ts';
import { planUpload } from '../local-files.ts';
import { assetId, datastoreId, requireRemote } from '../references.ts';
import { isBinding, normalizeChoice } from '../schema/fields.ts';
import { PARAMETER_TYPES } from '../schema/job.ts';
import { describe, entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** Modes as the REST API spells them (facts: `_input_output_helpers.py`); reading and writing mounts differ. */
const INPUT_MODES: Record<string, string> = {
  mount: 'ReadOnlyMount',
  ro_mount: 'ReadOnlyMount',
  rw_mount: 'ReadWriteMount',
  download: 'Download',
  direct: 'Direct',
  eval_mount: 'EvalMount',
  eval_download: 'EvalDownload',
};

const MODEL_INPUTS = new Set(['mlflow_model', 'custom_model', 'triton_model']);
const IO_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Inputs of a group are flattened with dots: `group.sub.x`. */
const GROUPED_NAME = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/** One input, spelling-neutral: the two casings of the wire (jobs camelCase, nodes snake_case) are put on later. */
export type IoValue =
  | { kind: 'literal'; value: string; mode?: string | undefined; description?: string | undefined }
  | { kind: 'asset'; type: string; uri: string; mode?: string | undefined; description?: string | undefined };

/**
 * Inputs of a job or node. Problems go to the builder.
 * @param grouped names may have dots: inputs of pipelines
 * @param declared by the component, where it is known
 */
export function compileInputs(
  context: CompileContext,
  node: YamlNode | undefined,
  field: string,
  grouped = false,
  declared?: ReadonlyMap<string, { type: string }>,
): Map<string, IoValue> {
  const inputs = new Map<string, IoValue>();
  for (const [name, value, keyPlace] of entriesOf(node)) {
    const at = `${field}.${name}`;
    if (!(grouped ? GROUPED_NAME : IO_NAME).test(name)) {
      context.builder.problems.push({
        message: `'${at}': a name must consist of letters, digits and underscores, and can't begin with a digit.`,
        place: keyPlace,
      });
      continue;
    }
    const compiled = compileInput(context, value, at, declared?.get(name)?.type);
    if (compiled) inputs.set(name, compiled);
  }
  return inputs;
}

/** One input. Undefined for nothing, and for an input that has problems, which are noted then. */
export function compileInput(
  context: CompileContext,
  node: YamlNode,
  field: string,
  declared?: string,
): IoValue | undefined {
  if (isNull(node)) return undefined;
  if (node.kind === 'scalar')
    return isDataPath(node, declared)
      ? dataAt(context, node, declared, field)
      : plainLiteral(context, node, field, declared);
  const mode = modeOf(node, INPUT_MODES);
  const description = textOf(get(node, 'description'));
  const path = get(node, 'path');
  if (!path || isNull(path)) {
    const value = get(node, 'value') ?? get(node, 'default');
    if (value && !isNull(value)) return { kind: 'literal', value: literalText(value), description };
    // A pipeline's input may declare only its type and be optional; there is nothing to send then.
    const type = textOf(get(node, 'type'));
    if (type && textOf(get(node, 'optional'))?.toLowerCase() === 'true') return undefined;
    context.builder.problems.push({
      message: `'${field}' is missing 'path' (for data and models) or 'value' (for a parameter).`,
      place: node.place,
    });
    return undefined;
  }
  if (isBinding(path)) return { kind: 'literal', value: literalText(path), mode, description };
  const type = normalizeChoice(textOf(get(node, 'type')) ?? 'uri_folder');
  const uri = inputUri(context, node, path, type, field, `${field}.path`);
  return uri === undefined ? undefined : { kind: 'asset', type, uri, mode, description };
}

function plainLiteral(context: CompileContext, node: YamlNode, field: string, declared: string | undefined): IoValue {
  const value = literalText(node);
  if (declared === undefined && /^azureml:/.test(value))
    context.builder.warnings.push({
      message: `'${field}' is sent as the text '${value}'. For data write {type: uri_folder, path: '${value}'}.`,
      place: node.place,
    });
  return { kind: 'literal', value };
}

/** A value in place of the long form: where a component declares data, it is the data's path. */
function isDataPath(node: YamlNode, declared: string | undefined): declared is string {
  if (declared === undefined || (PARAMETER_TYPES as readonly string[]).includes(declared)) return false;
  return !textOf(node)!.includes('${{');
}

function dataAt(context: CompileContext, node: YamlNode, type: string, field: string): IoValue | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const uri = inputUri(context, undefined, node, type, field, field);
    return uri === undefined ? undefined : { kind: 'asset', type, uri };
  }
  context.builder.problems.push({
    message: `'${field}' must be data of type ${type}, but is ${describe(node)}. Write a path, the name of a data asset or a binding.`,
    place: node.place,
  });
  return undefined;
}

/** Bindings lose the white space around them, as Azure ML's tools send them. */
export function literalText(node: YamlNode): string {
  const text = textOf(node) ?? '';
  return isBinding(node) ? text.trim() : text;
}

/** Resolution order of azure-ai-ml `_job_operations._resolve_job_input`: remote, then an asset's name, then a local path. */
function inputUri(
  context: CompileContext,
  node: YamlNode | undefined,
  path: YamlNode,
  type: string,
  field: string,
  pathField: string,
): string | undefined {
  const written = textOf(path) ?? '';
  const assets = MODEL_INPUTS.has(type) ? 'models' : 'data';
  if (/^azureml:(?!\/\/)/.test(written)) return assetId(context.builder, assets, path, pathField);
  if (isRemote(written)) {
    requireRemote(context.builder, path, pathField);
    return written;
  }
  if (/^[^./\\:@][^/\\:@]*[:@][^/\\:@]+$/.test(written)) return assetId(context.builder, assets, path, pathField);
  const datastore = get(node, 'datastore');
  const upload = planUpload(
    context,
    path,
    pathField,
    datastore ? nameOf(datastoreId(context.builder, datastore, `${field}.datastore`)) : 'workspaceblobstore',
  );
  if (!upload) return undefined;
  const wantsFile = type === 'uri_file';
  if (wantsFile === upload.snapshot.isFolder && ['uri_file', 'uri_folder', 'mltable'].includes(type)) {
    // Azure ML's tools send it without a word.
    context.builder.warnings.push({
      message: `'${field}' is of type ${type}, but '${written}' is a ${wantsFile ? 'folder' : 'file'}. Change 'type' to ${wantsFile ? 'uri_folder' : 'uri_file'}, or the job will not find its data.`,
      place: path.place,
    });
  }
  // Only a folder's own URI ends in a slash; tables and models have none (azure-ai-ml `_upload_and_generate_remote_uri`).
  return upload.uri.replace(/\/?$/, type === 'uri_folder' ? '/' : '');
}

/** The type that an input has for the steps that are bound to it. */
export function inputType(node: YamlNode): string {
  if (node.kind === 'map')
    return (
      textOf(get(node, 'type')) ??
      (get(node, 'path') ? 'uri_folder' : literalType(get(node, 'value') ?? get(node, 'default')))
    );
  return literalType(node);
}

function literalType(node: YamlNode | undefined): string {
  if (node?.kind !== 'scalar') return 'string';
  if (typeof node.value === 'boolean') return 'boolean';
  if (typeof node.value === 'number') return node.isFloat ? 'number' : 'integer';
  return 'string';
}

export function modeOf(node: YamlNode, modes: Record<string, string>): string | undefined {
  const mode = textOf(get(node, 'mode'));
  return mode === undefined ? undefined : modes[normalizeChoice(mode)];
}

/** Inputs as a job's `properties.inputs`. */
export function jobInputs(inputs: Map<string, IoValue>): Record<string, unknown> {
  return mapValues(inputs, (input) =>
    input.kind === 'literal'
      ? compact({ jobInputType: 'literal', value: input.value, description: input.description })
      : compact({ jobInputType: input.type, uri: input.uri, mode: input.mode, description: input.description }),
  );
}

/** Inputs as a node's `inputs`: snake_case, since nodes are free-form JSON to the API. */
export function nodeInputs(inputs: Map<string, IoValue>): Record<string, unknown> {
  return mapValues(inputs, (input) =>
    input.kind === 'literal'
      ? compact({ value: input.value, mode: input.mode, job_input_type: 'literal' })
      : compact({ uri: input.uri, mode: input.mode, job_input_type: input.type }),
  );
}

export function mapValues<T>(
  map: Map<string, T>,
  change: (value: T, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries([...map].map(([name, value]) => [name, change(value, name)]));
}
