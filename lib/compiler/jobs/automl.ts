import { isoDuration } from '../../core/duration.ts';
import { compact } from '../../core/json.ts';
import type { CompileContext } from '../context.ts';
import { compileInput, type IoValue } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { camelKeys, jobQueueSettings, jobResources, textMap } from '../ports/run-settings.ts';
import { assetId, computeId } from '../references.ts';
import { LOG_VERBOSITY, modelParameters, TASKS, type Task } from '../schema/automl-words.ts';
import { normalizeChoice, wordOf } from '../schema/fields.ts';
import { booleanOf } from '../values.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';
import { jobParameters, restName, restWord, searchSpaces } from './automl-parameters.ts';
import { tableDetails } from './automl-table.ts';
import { earlyTermination, numeric, samplingAlgorithm } from './search-space.ts';

type Json = Record<string, unknown>;

/** The task of a checked job or step. */
export function taskOf(node: YamlNode): { word: string; task: Task } {
  const word = wordOf(textOf(get(node, 'task')), TASKS)!;
  return { word, task: TASKS[word]! };
}

/** `properties` of an AutoML job, the fields of every job aside (REST `AutoMLJob`). */
export function compileAutomlJob(context: CompileContext, root: YamlNode): Json {
  const compute = get(root, 'compute');
  const environment = get(root, 'environment_id');
  return compact({
    jobType: 'AutoML',
    computeId: isNull(compute) ? undefined : computeId(context.builder, compute!, 'compute'),
    environmentId: isNull(environment)
      ? undefined
      : assetId(context.builder, 'environments', environment!, 'environment_id'),
    environmentVariables: isNull(get(root, 'environment_variables'))
      ? undefined
      : textMap(get(root, 'environment_variables')),
    outputs: jobOutputs(compileOutputs(context, get(root, 'outputs'), 'outputs')),
    resources: jobResources(get(root, 'resources')),
    queueSettings: jobQueueSettings(get(root, 'queue_settings')),
    taskDetails: taskDetails(context, root),
  });
}

function taskDetails(context: CompileContext, root: YamlNode): Json {
  const { task } = taskOf(root);
  const metric = textOf(get(root, 'primary_metric')) ?? task.metric;
  return compact({
    taskType: task.name,
    // Entities are not a column: the API does not take any for them.
    targetColumnName: task.name === 'TextNER' ? undefined : textOf(get(root, 'target_column_name')),
    primaryMetric: task.metric && metric ? task.metrics[wordOf(metric, task.metrics) ?? ''] : undefined,
    logVerbosity: restWord(get(root, 'log_verbosity'), LOG_VERBOSITY) ?? 'Info',
    trainingData: tableInput(context, root, 'training_data'),
    validationData: tableInput(context, root, 'validation_data'),
    limitSettings: limits(get(root, 'limits'), task),
    ...(task.family === 'table' ? { testData: tableInput(context, root, 'test_data'), ...tableDetails(root) } : {}),
    ...(task.family === 'image'
      ? { validationDataSize: numeric(get(root, 'validation_data_size')), ...modelDetails(root, task, 'modelSettings') }
      : {}),
    ...(task.family === 'text'
      ? {
          featurizationSettings: isNull(get(root, 'featurization'))
            ? undefined
            : compact({ datasetLanguage: textOf(get(get(root, 'featurization'), 'dataset_language')) }),
          ...modelDetails(root, task, 'fixedParameters'),
        }
      : {}),
  });
}

function modelDetails(root: YamlNode, task: Task, parameters: 'modelSettings' | 'fixedParameters'): Json {
  const { fixed, searched } = modelParameters(task);
  return {
    sweepSettings: sweepSettings(get(root, 'sweep')),
    [parameters]: jobParameters(get(root, 'training_parameters'), fixed),
    searchSpace: searchSpaces(get(root, 'search_space'), searched, restName),
  };
}

function sweepSettings(node: YamlNode | undefined): Json | undefined {
  if (isNull(node)) return undefined;
  const policy = earlyTermination(get(node, 'early_termination'));
  return compact({
    samplingAlgorithm: samplingAlgorithm(get(node, 'sampling_algorithm'))?.type ?? 'random',
    earlyTermination: policy && { policyType: policy.policy, ...camelKeys(policy.settings) },
  });
}

/** `limits` as written, with what Azure ML's tools fill in for text tasks. */
export function limitsOf(node: YamlNode | undefined, task: Task): Json | undefined {
  const given = Object.fromEntries(
    entriesOf(node)
      .filter(([, value]) => !isNull(value))
      .map(([name, value]) => [name, name.startsWith('enable_') ? booleanOf(value) : numeric(value)]),
  );
  if (task.family === 'text') return { max_trials: 1, max_nodes: 1, ...given };
  return isNull(node) ? undefined : given;
}

/** `limitSettings`: minutes become ISO-8601 durations. Image tasks have to have them, if only empty. */
function limits(node: YamlNode | undefined, task: Task): Json | undefined {
  const given = limitsOf(node, task);
  if (!given) return task.family === 'image' ? {} : undefined;
  const { timeout_minutes: timeout, trial_timeout_minutes: trialTimeout, ...others } = given;
  const duration = (minutes: unknown): string | undefined =>
    typeof minutes === 'number' && minutes > 0 ? isoDuration(minutes * 60) : undefined;
  return compact({
    ...camelKeys(others),
    timeout: duration(timeout),
    trialTimeout: duration(trialTimeout),
    ...(task.family === 'table' ? { sweepConcurrentTrials: 0, sweepTrials: 0 } : {}),
  });
}

/** A table that a task reads. */
function tableInput(context: CompileContext, root: YamlNode, name: string): Json | undefined {
  const input = compileTable(context, get(root, name), name);
  if (input?.kind !== 'asset') return undefined;
  return compact({ jobInputType: 'mltable', uri: input.uri, mode: input.mode, description: input.description });
}

/** A reference to a table, whose `type` may be left out. */
export function compileTable(context: CompileContext, node: YamlNode | undefined, field: string): IoValue | undefined {
  if (node?.kind !== 'map') return undefined;
  const type: YamlNode = { kind: 'scalar', value: 'mltable', isFloat: false, place: node.place };
  return compileInput(
    context,
    { ...node, entries: new Map(node.entries).set('type', { keyPlace: node.place, value: type }) },
    field,
  );
}

/** A mode of an input as YAML files spell it. */
export function modeWord(node: YamlNode | undefined): string | undefined {
  const mode = textOf(get(node, 'mode'));
  return mode === undefined ? undefined : normalizeChoice(mode);
}
