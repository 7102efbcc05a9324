import { compact } from '../../core/json.ts';
import { prefixed } from '../assets/component.ts';
import type { CompileContext, CompiledStep, StepCompiler } from '../context.ts';
import { compileTable, limitsOf, modeWord, taskOf } from '../jobs/automl.ts';
import { searchSpaces, stepParameters, yamlWord } from '../jobs/automl-parameters.ts';
import { earlyTermination, numeric, samplingAlgorithm } from '../jobs/search-space.ts';
import { compileOutputs, nodeOutputs } from '../ports/outputs.ts';
import { textMap } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { automlNode } from '../schema/automl.ts';
import { modelParameters, type Task } from '../schema/automl-words.ts';
import { isBinding, normalizeChoice } from '../schema/fields.ts';
import { booleanOf } from '../values.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { checkedStep } from './step.ts';
import { nodeResources } from './step-settings.ts';

type Json = Record<string, unknown>;

const NUMBERS = new Set(['validation_data_size', 'test_data_size', 'n_cross_validations']);
const DATA = ['training_data', 'validation_data', 'test_data'];
const WORD_LISTS = new Set(['allowed_training_algorithms', 'blocked_training_algorithms', 'blocked_transformers']);
const LOWER = new Set([
  'feature_lags',
  'short_series_handling_config',
  'use_stl',
  'target_aggregate_function',
  'mode',
  'training_mode',
]);

/** A step of `type: automl`, which the service takes in the words of YAML files; it has no component. */
export const automlStep: StepCompiler = (context, name, node) =>
  checkedStep(context, node, name, automlNode, () => compileAutomlStep(context, name, node));

function compileAutomlStep(context: CompileContext, name: string, node: YamlNode): CompiledStep {
  const { builder } = context;
  const path = `jobs.${name}`;
  const { word, task } = taskOf(node);
  const outputs = compileOutputs(context, get(node, 'outputs'), `${path}.outputs`);
  const compute = get(node, 'compute');
  return {
    body: compact({
      name,
      type: 'automl',
      task: word,
      ...Object.fromEntries(
        ['display_name', 'description', 'experiment_name', 'comment', 'environment_id'].map((field) => [
          field,
          textOf(get(node, field)),
        ]),
      ),
      tags: textMap(get(node, 'tags')),
      properties: textMap(get(node, 'properties')),
      environment_variables: optionalText(get(node, 'environment_variables')),
      compute: isNull(compute) ? undefined : prefixed(computeId(builder, compute!, `${path}.compute`)),
      identity: identity(get(node, 'identity')),
      resources: nodeResources(get(node, 'resources')),
      queue_settings: jsonOf(get(node, 'queue_settings')),
      outputs: nodeOutputs(outputs),
      ...taskFields(context, node, task, path),
    }),
    outputs,
  };
}

function taskFields(context: CompileContext, node: YamlNode, task: Task, path: string): Json {
  const { fixed, searched } = modelParameters(task);
  return compact({
    primary_metric: yamlWord(get(node, 'primary_metric')) ?? task.stepMetric,
    log_verbosity: yamlWord(get(node, 'log_verbosity')) ?? (task.family === 'text' ? undefined : 'info'),
    ...Object.fromEntries(DATA.map((name) => [name, data(context, get(node, name), `${path}.${name}`)])),
    ...Object.fromEntries(
      ['target_column_name', 'weight_column_name', 'positive_label', 'cv_split_column_names'].map((name) => [
        name,
        jsonOf(get(node, name)),
      ]),
    ),
    ...Object.fromEntries([...NUMBERS].map((name) => [name, numeric(get(node, name))])),
    limits: limitsOf(get(node, 'limits'), task),
    featurization: settings(get(node, 'featurization')),
    training: settings(get(node, 'training')),
    forecasting: settings(get(node, 'forecasting')),
    ...(task.family === 'table'
      ? {}
      : {
          sweep: sweep(get(node, 'sweep')),
          training_parameters: stepParameters(get(node, 'training_parameters'), fixed),
          search_space: searchSpaces(get(node, 'search_space'), searched),
        }),
  });
}

/** Unlike other steps' identities this one keeps the words of YAML files. */
function identity(node: YamlNode | undefined): Json | undefined {
  if (isNull(node)) return undefined;
  const type = yamlWord(get(node, 'type')) ?? '';
  return { ...(jsonOf(node) as Json), type: { managed: 'managed_identity', user: 'user_identity' }[type] ?? type };
}

/** A binding stays text; a table of its own is a mapping, with the place it has in Azure. */
function data(context: CompileContext, node: YamlNode | undefined, field: string): unknown {
  if (!node || isNull(node)) return undefined;
  if (node.kind === 'scalar') {
    if (isBinding(node)) return textOf(node)?.trim();
    context.builder.problems.push({
      message: `'${field}' must be a binding, for example \${{parent.inputs.x}}, or a mapping with 'path', but is '${textOf(node)}'.`,
      place: node.place,
    });
    return undefined;
  }
  const path = get(node, 'path');
  const table = isBinding(path) ? undefined : compileTable(context, node, field);
  const uri = isBinding(path) ? textOf(path)?.trim() : table?.kind === 'asset' ? table.uri : undefined;
  return compact({ type: 'mltable', path: prefixed(uri), mode: modeWord(node) });
}

function sweep(node: YamlNode | undefined): Json | undefined {
  if (isNull(node)) return undefined;
  const policy = earlyTermination(get(node, 'early_termination'));
  return compact({
    sampling_algorithm: samplingAlgorithm(get(node, 'sampling_algorithm'))?.type ?? 'random',
    early_termination: policy && { type: policy.word, ...policy.settings },
  });
}

/** A mapping of settings: words in lower case with underscores, switches and numbers as what they are. */
function settings(node: YamlNode | undefined): Json | undefined {
  if (isNull(node)) return undefined;
  return compact(
    Object.fromEntries(
      entriesOf(node).map(([name, value]) => [name, isNull(value) ? undefined : setting(name, value)]),
    ),
  );
}

function setting(name: string, node: YamlNode): unknown {
  if (WORD_LISTS.has(name)) return node.kind === 'list' ? node.items.map(yamlWord) : undefined;
  if (name === 'transformer_params')
    return Object.fromEntries(entriesOf(node).map(([key, value]) => [normalizeChoice(key), jsonOf(value)]));
  if (name === 'stack_ensemble_settings')
    return {
      ...(jsonOf(node) as Json),
      stack_meta_learner_type: yamlWord(get(node, 'stack_meta_learner_type')),
    };
  if (LOWER.has(name)) return name === 'training_mode' ? yamlWord(node) : textOf(node)?.toLowerCase();
  return name.startsWith('enable_') ? booleanOf(node) : jsonOf(node);
}

function optionalText(node: YamlNode | undefined): Record<string, string> | undefined {
  return isNull(node) ? undefined : textMap(node);
}
