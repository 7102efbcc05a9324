import { compact, compactOrNothing } from '../../core/json.ts';
import { compileComponentCode } from '../assets/code.ts';
import { prefixed } from '../assets/component.ts';
import { compileEnvironment } from '../assets/environment.ts';
import type { CompileContext, ComponentType } from '../context.ts';
import { wholeNumber } from '../ports/run-settings.ts';
import { isBinding } from '../schema/fields.ts';
import { inlineParallelNode, parallelComponent, parallelNode } from '../schema/parallel.ts';
import { wordOf } from '../values.ts';
import { pythonJson } from '../yaml/scalars.ts';
import { entriesOf, fieldAt, get, given, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { componentResources, nodeResources } from './step-settings.ts';

/** Bytes of the units of `mini_batch_size`. */
const UNITS: Record<string, number> = { kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** Components and steps that call a script once for each mini-batch of their data. */
export const parallelType: ComponentType = {
  fileSchema: parallelComponent,
  inlineSchema: inlineParallelNode,
  inlineMarks: ['task'],
  stepOnly: ['description', 'tags'],
  nodeSchema: parallelNode,
  /** A component can't hold bindings of the pipeline; what has one is left to the step. */
  spec: (context, node, path) =>
    compact({
      resources: hasBinding(get(node, 'resources')) ? undefined : componentResources(get(node, 'resources')),
      logging_level: hasBinding(get(node, 'logging_level')) ? undefined : upper(get(node, 'logging_level')),
      task: task(context, node, path),
      mini_batch_size: String(hasBinding(get(node, 'mini_batch_size')) ? 0 : (miniBatchSize(context, node) ?? 0)),
      partition_keys: partitionKeys(node),
      input_data: textOf(get(node, 'input_data')),
      retry_settings: hasBinding(get(node, 'retry_settings')) ? undefined : retrySettings(node),
      max_concurrency_per_instance: unbound(node, 'max_concurrency_per_instance'),
      error_threshold: unbound(node, 'error_threshold'),
      mini_batch_error_threshold: unbound(node, 'mini_batch_error_threshold'),
    }),
  stepFields: (context, node, path, definition) => {
    const component = definition?.node;
    // What the step does not say is what the component says; its task is compiled where it is written.
    const source = (name: string): YamlNode | undefined => (given(node, name) ? node : component);
    const own = given(node, 'task');
    // Written in place, only its properties reach the step (azure-ai-ml `ParallelJob._to_node`).
    const unsent = component === node ? { display_name: undefined, tags: undefined } : {};
    const fields = compact({
      resources: nodeResources(get(source('resources'), 'resources')),
      error_threshold: wholeNumber(get(node, 'error_threshold')),
      mini_batch_error_threshold: wholeNumber(get(source('mini_batch_error_threshold'), 'mini_batch_error_threshold')),
      environment_variables: compactOrNothing((jsonOf(get(node, 'environment_variables')) ?? {}) as object as Json),
      max_concurrency_per_instance: wholeNumber(
        get(source('max_concurrency_per_instance'), 'max_concurrency_per_instance'),
      ),
      task: own ? task(context, node, path) : definition && task(definition.context, definition.node, definition.path),
      input_data: textOf(get(source('input_data'), 'input_data')),
      retry_settings: retrySettings(source('retry_settings')),
      logging_level: upper(get(node, 'logging_level')),
      mini_batch_size: miniBatchSize(context, source('mini_batch_size')) ?? (component ? 0 : undefined),
      partition_keys: partitionKeys(source('partition_keys')),
    });
    return { ...unsent, ...fields };
  },
};

type Json = Record<string, unknown>;

/** What is run for each mini-batch. */
function task(context: CompileContext, node: YamlNode, path: string): Json | undefined {
  const written = get(node, 'task');
  if (!written || isNull(written)) return undefined;
  const field = fieldAt(path, 'task');
  return compact({
    type: wordOf(get(written, 'type')),
    code: prefixed(compileComponentCode(context, written, field)),
    entry_script: textOf(get(written, 'entry_script')),
    program_arguments: textOf(get(written, 'program_arguments')),
    model: textOf(get(written, 'model')),
    append_row_to: textOf(get(written, 'append_row_to')),
    environment: prefixed(compileEnvironment(context, get(written, 'environment'), `${field}.environment`)),
  });
}

/** Files, or bytes with a unit: `10`, `64kb`. A binding stays text. */
function miniBatchSize(context: CompileContext, node: YamlNode | undefined): number | string | undefined {
  const size = get(node, 'mini_batch_size');
  const written = textOf(size);
  if (!size || written === undefined || isBinding(size)) return written;
  const parts = /^(\d+)(kb|mb|gb)?$/i.exec(written);
  if (parts) return Number(parts[1]) * (UNITS[parts[2]?.toLowerCase() ?? ''] ?? 1);
  context.builder.problems.push({
    message: `'mini_batch_size' must be a number of files or bytes, for example 10 or 64kb, but is '${written}'.`,
    place: size.place,
  });
  return undefined;
}

/** The service takes the list as JSON text, spelled as Python does. */
function partitionKeys(node: YamlNode | undefined): string | undefined {
  const keys = get(node, 'partition_keys');
  return keys?.kind === 'list' ? pythonJson(keys.items.map(textOf)) : undefined;
}

function retrySettings(node: YamlNode | undefined): Json | undefined {
  const settings = get(node, 'retry_settings');
  return compactOrNothing({
    timeout: wholeNumber(get(settings, 'timeout')),
    max_retries: wholeNumber(get(settings, 'max_retries')),
  });
}

/** The service knows `DEBUG`, not `debug`; a binding stays. */
function upper(node: YamlNode | undefined): string | undefined {
  return isBinding(node) ? textOf(node) : textOf(node)?.toUpperCase();
}

/** A number or word, unless it is a binding. */
function unbound(node: YamlNode, name: string): number | string | undefined {
  return hasBinding(get(node, name)) ? undefined : wholeNumber(get(node, name));
}

function hasBinding(node: YamlNode | undefined): boolean {
  if (node?.kind === 'map') return entriesOf(node).some(([, value]) => hasBinding(value));
  return isBinding(node);
}
