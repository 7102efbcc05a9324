import { entriesOf, get, isNull, textOf, type YamlNode } from './yaml/yaml.ts';

/** What a YAML file of Azure ML can describe. */
export type FileKind =
  | 'job'
  | 'component'
  | 'data'
  | 'model'
  | 'environment'
  | 'compute'
  | 'online endpoint'
  | 'batch endpoint'
  | 'managed online deployment'
  | 'Kubernetes online deployment'
  | 'batch deployment'
  | 'job schedule'
  | 'monitor schedule';

/** Names of the published schemas, and the older names that files still have: `.../latest/data.schema.json`. */
const SCHEMAS: [pattern: RegExp, kind: FileKind][] = [
  [/component$/, 'component'],
  [/batchdeployment$|componentbatchdeployment$/, 'batch deployment'],
  [/kubernetesonlinedeployment$/, 'Kubernetes online deployment'],
  [/onlinedeployment$/, 'managed online deployment'],
  [/onlineendpoint$/, 'online endpoint'],
  [/batchendpoint$/, 'batch endpoint'],
  [/environment$/, 'environment'],
  [/^(?:amlcompute|computeinstance)$/, 'compute'],
  [/^(?:asset)?model$/, 'model'],
  [/^(?:asset)?data(?:set)?$/, 'data'],
  [/job$/, 'job'],
];

/** Names of what is a model and no table, for files that say nothing else. */
const MODEL_FILE = /(?:\.(?:pkl|pickle|joblib|onnx|pt|pth|h5|keras|safetensors|mar)|(?:^|[/\\])MLmodel)$/i;

const BATCH_FIELDS = [
  'mini_batch_size',
  'max_concurrency_per_instance',
  'output_action',
  'retry_settings',
  'error_threshold',
];

/**
 * What a file describes. The official command line knows it from its command (`az ml data create`); here the file says it:
 * by fields that only one kind has, by its `$schema`, else by its shape. A file that looks like nothing else is a job.
 */
export function fileKindOf(root: YamlNode): FileKind {
  const has = (...names: string[]): boolean => names.some((name) => !isNull(get(root, name)));
  const type = (textOf(get(root, 'type')) ?? '').toLowerCase();
  if (has('create_monitor')) return 'monitor schedule';
  if (has('create_job')) return 'job schedule';
  const schema = kindOfSchema(textOf(get(root, '$schema')));
  if (schema === 'component' && runsSomewhere(root) && !declares(root)) return 'job';
  if (schema) return schema.endsWith('online deployment') ? onlineDeployment(schema, type) : schema;
  if (/^(?:uri_file|uri_folder|mltable)$/.test(type)) return 'data';
  if (/^(?:custom|mlflow|triton)_model$/.test(type)) return 'model';
  if (type === 'amlcompute' || type === 'computeinstance') return 'compute';
  if (type === 'kubernetes') return 'Kubernetes online deployment';
  if (type === 'managed') return 'managed online deployment';
  if (has('endpoint_name'))
    return type === 'model' || type === 'pipeline' || has('component', 'compute', ...BATCH_FIELDS)
      ? 'batch deployment'
      : 'managed online deployment';
  if (has('defaults')) return 'batch endpoint';
  if (has('auth_mode', 'traffic', 'mirror_traffic', 'public_network_access')) {
    const mode = (textOf(get(root, 'auth_mode')) ?? '').toLowerCase().replaceAll(/[-_]/g, '');
    return mode === 'aadtoken' && !has('traffic', 'mirror_traffic', 'public_network_access', 'compute')
      ? 'batch endpoint'
      : 'online endpoint';
  }
  if (has('command', 'jobs', 'component', 'entry', 'task', 'trial')) return isComponent(root) ? 'component' : 'job';
  if (has('instance_type', 'code_configuration', 'liveness_probe', 'data_collector'))
    return 'managed online deployment';
  if (type === 'model' || has(...BATCH_FIELDS)) return 'batch deployment';
  if (has('image', 'build', 'conda_file', 'inference_config')) return 'environment';
  if (has('flavors', 'stage')) return 'model';
  if (has('path', 'datastore') && type === '')
    return MODEL_FILE.test(textOf(get(root, 'path')) ?? '') ? 'model' : 'data';
  return 'job';
}

/** Of a file that could be either: components have versions and declare inputs; jobs give inputs values. */
function isComponent(root: YamlNode): boolean {
  const has = (...names: string[]): boolean => names.some((name) => !isNull(get(root, name)));
  if (has('version', 'is_deterministic', 'additional_includes')) return true;
  return has('name') && !has('experiment_name', 'compute', 'settings') && declaresInputs(root);
}

/** Of a file that calls itself a component and says where it runs: it has a version, or inputs with types and no values. */
function declares(root: YamlNode): boolean {
  const inputs = entriesOf(get(root, 'inputs'));
  const hasValues = inputs.some(([, input]) => !isNull(get(input, 'path')) || !isNull(get(input, 'value')));
  return !hasValues && (!isNull(get(root, 'version')) || declaresInputs(root));
}

function declaresInputs(root: YamlNode): boolean {
  const inputs = entriesOf(get(root, 'inputs'));
  return (
    inputs.length > 0 &&
    inputs.every(
      ([, input]) => !isNull(get(input, 'type')) && isNull(get(input, 'path')) && isNull(get(input, 'value')),
    )
  );
}

/** Of a file that calls itself a component: a job says where it runs, or on which data. (Seen in files for Spark.) */
function runsSomewhere(root: YamlNode): boolean {
  const isSpark = (textOf(get(root, 'type')) ?? '').toLowerCase() === 'spark';
  return (
    ['compute', 'experiment_name', ...(isSpark ? ['resources'] : [])].some((name) => !isNull(get(root, name))) ||
    entriesOf(get(root, 'inputs')).some(([, input]) => !isNull(get(input, 'path')))
  );
}

function kindOfSchema(schema: string | undefined): FileKind | undefined {
  const name = schema
    ?.toLowerCase()
    .replace(/^.*\//, '')
    .replace(/(?:\.schema)?\.json$/, '');
  return name === undefined ? undefined : SCHEMAS.find(([pattern]) => pattern.test(name))?.[1];
}

/** The tools decide by `type` and overlook `$schema` (azure-ai-ml `OnlineDeployment._load`). */
function onlineDeployment(schema: FileKind, type: string): FileKind {
  if (type === 'kubernetes') return 'Kubernetes online deployment';
  return type === 'managed' ? 'managed online deployment' : schema;
}
