import { compact } from '../../core/json.ts';
import type { CompileContext } from '../context.ts';
import { compileInput } from '../ports/inputs.ts';
import { compileOutputs, jobOutputs } from '../ports/outputs.ts';
import { camelKeys, jobQueueSettings } from '../ports/run-settings.ts';
import { computeId } from '../references.ts';
import { normalizeChoice } from '../schema/fields.ts';
import { entriesOf, get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { numeric } from './search-space.ts';

type Json = Record<string, unknown>;

/** `properties` of a fine-tuning job, the fields of every job aside (REST `FineTuningJob`, preview versions only). */
export function compileFinetuningJob(context: CompileContext, root: YamlNode): Json {
  const isOpenAi = normalizeChoice(textOf(get(root, 'model_provider')) ?? '') === 'azure_open_ai';
  const compute = get(root, 'compute');
  const instanceTypes = get(get(root, 'resources'), 'instance_types');
  return compact({
    jobType: 'FineTuning',
    computeId: isNull(compute) ? undefined : computeId(context.builder, compute!, 'compute'),
    outputs: jobOutputs(compileOutputs(context, get(root, 'outputs'), 'outputs')),
    resources: isNull(instanceTypes) ? undefined : { instanceTypes: jsonOf(instanceTypes) },
    queueSettings: jobQueueSettings(get(root, 'queue_settings')),
    fineTuningDetails: compact({
      modelProvider: isOpenAi ? 'AzureOpenAI' : 'Custom',
      taskType: taskType(textOf(get(root, 'task')) ?? ''),
      model: input(context, get(root, 'model'), 'model', 'mlflow_model'),
      trainingData: input(context, get(root, 'training_data'), 'training_data', 'uri_file'),
      validationData: input(context, get(root, 'validation_data'), 'validation_data', 'uri_file'),
      hyperParameters: hyperparameters(get(root, 'hyperparameters'), isOpenAi),
    }),
  });
}

/** Azure ML's tools send the task in camel case, the API itself knows it as `ChatCompletion`; it takes either. */
function taskType(written: string): string {
  return normalizeChoice(written).replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A reference, or a mapping with one. The API takes MLflow models only; data is a file unless it says. */
function input(context: CompileContext, node: YamlNode | undefined, field: string, type: string): Json | undefined {
  if (!node || isNull(node)) return undefined;
  const scalar = (value: string): YamlNode => ({ kind: 'scalar', value, isFloat: false, place: node.place });
  const entries = new Map(node.kind === 'map' ? node.entries : [['path', { keyPlace: node.place, value: node }]]);
  if (type === 'mlflow_model' || !entries.has('type'))
    entries.set('type', { keyPlace: node.place, value: scalar(type) });
  const compiled = compileInput(context, { kind: 'map', entries, place: node.place }, field);
  if (compiled?.kind !== 'asset') return undefined;
  return compact({ jobInputType: compiled.type, uri: compiled.uri, mode: compiled.mode });
}

function hyperparameters(node: YamlNode | undefined, isOpenAi: boolean): Json | undefined {
  if (isNull(node)) return undefined;
  const given = entriesOf(node).filter(([, value]) => !isNull(value));
  const values = Object.fromEntries(
    given.map(([name, value]) => [name, isOpenAi ? numeric(value) : textOf(value)] as const),
  );
  return isOpenAi ? camelKeys(values) : values;
}
