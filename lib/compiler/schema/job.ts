import type { Field, ObjectField } from './fields.ts';
import * as field from './fields.ts';

/** Types of data and models that flow between jobs. */
export const ASSET_TYPES = [
  'uri_file',
  'uri_folder',
  'mltable',
  'mlflow_model',
  'custom_model',
  'triton_model',
] as const;
export const PARAMETER_TYPES = ['string', 'number', 'integer', 'boolean'] as const;

export const INPUT_MODES = ['mount', 'ro_mount', 'rw_mount', 'download', 'direct', 'eval_mount', 'eval_download'];
export const OUTPUT_MODES = ['mount', 'rw_mount', 'upload', 'direct'];

const dataModes = ['ro_mount', 'download', 'direct'];
const tableModes = [...dataModes, 'eval_mount', 'eval_download'];
const data = (type: Field, modes: string[]): ObjectField =>
  field.object({ type, path: field.text, mode: field.choice(...modes), datastore: field.text });

/** An input of a job or node: a literal, a reference, or the long form, whose modes depend on its type. */
export const jobInput = field.either(
  field.literal,
  data(field.choice(...ASSET_TYPES), dataModes),
  data(field.choice('mltable'), tableModes),
  field.object({ path: field.text, mode: field.choice(...tableModes), datastore: field.text }),
  field.object({ value: field.literal }),
);

const output = field.object({
  type: field.choice(...ASSET_TYPES),
  path: field.text,
  mode: field.choice(...OUTPUT_MODES),
  name: field.text,
  version: field.literal,
});
/** An output of a job or step; only a step's can be a mere binding. */
export const jobOutput = field.either(field.text, output);

/** A route of the server in an image. */
export const route = field.object({ port: field.integer, path: field.text }, { required: ['port', 'path'] });

export const environment = field.either(
  field.text,
  field.object({
    id: field.text,
    creation_context: field.printed,
    latest_version: field.printed,
    $schema: field.text,
    name: field.text,
    version: field.literal,
    description: field.text,
    tags: field.mapOf(field.literal),
    properties: field.mapOf(field.literal),
    image: field.text,
    build: field.object({ path: field.text, dockerfile_path: field.text, local_path: field.text }),
    conda_file: field.either(field.text, field.mapOf(field.any)),
    os_type: field.choice('linux', 'windows'),
    inference_config: field.object(
      { liveness_route: route, readiness_route: route, scoring_route: route },
      { required: ['liveness_route', 'readiness_route', 'scoring_route'] },
    ),
    datastore: field.text,
  }),
);

export const resources = field.object({
  instance_count: field.integer,
  instance_type: field.either(field.text, field.listOf(field.text)),
  shm_size: field.text,
  docker_args: field.either(field.text, field.listOf(field.text)),
  properties: field.any,
  locations: field.listOf(field.text),
  max_instance_count: field.integer,
});

const processes = { type: field.text, process_count_per_instance: field.integer };
const distributions = {
  pytorch: processes,
  mpi: processes,
  tensorflow: { type: field.text, worker_count: field.integer, parameter_server_count: field.integer },
  ray: {
    type: field.text,
    port: field.integer,
    address: field.text,
    include_dashboard: field.boolean,
    dashboard_port: field.integer,
    head_node_additional_args: field.text,
    worker_node_additional_args: field.text,
  },
};
export const distributionOf = (more: Pick<ObjectField, 'open'>): Field =>
  field.tagged(
    'type',
    Object.fromEntries(Object.entries(distributions).map(([type, fields]) => [type, field.object(fields, more)])),
  );
export const distribution = distributionOf({});

export const identity = field.object(
  {
    type: field.choice('user_identity', 'user', 'aml_token', 'managed', 'managed_identity'),
    client_id: field.text,
    object_id: field.text,
    msi_resource_id: field.text,
  },
  { required: ['type'] },
);

export const services = field.mapOf(
  field.object({
    type: field.choice('ssh', 'tensor_board', 'vs_code', 'jupyter_lab', 'custom'),
    job_service_type: field.text,
    nodes: field.choice('all'),
    port: field.integer,
    endpoint: field.text,
    status: field.text,
    log_dir: field.text,
    ssh_public_keys: field.text,
    properties: field.mapOf(field.literal),
  }),
);

export const queueSettings = field.object({
  job_tier: field.choice('null', 'spot', 'basic', 'standard', 'premium'),
  priority: field.choice('low', 'medium', 'high'),
});

export const notificationSettings = field.object({
  email_on: field.listOf(field.choice('job_completed', 'job_failed', 'job_cancelled')),
  emails: field.listOf(field.text),
});

export const printedFields = { id: field.printed, creation_context: field.printed };

/** Fields of every job. */
export const everyJob = {
  ...printedFields,
  status: field.printed,
  log_files: field.printed,
  $schema: field.text,
  type: field.text,
  name: field.text,
  display_name: field.text,
  description: field.text,
  experiment_name: field.text,
  tags: field.mapOf(field.text),
  properties: field.mapOf(field.text),
  compute: field.text,
  identity,
  services,
  notification_settings: notificationSettings,
};

/** What a step of a pipeline has, whatever its type; its tags may be numbers, which are sent as text. */
export const everyStep = {
  type: field.text,
  name: field.text,
  display_name: field.text,
  description: field.text,
  experiment_name: field.text,
  tags: field.mapOf(field.literal),
  properties: field.mapOf(field.literal),
  comment: field.text,
  compute: field.text,
};

/** What is run, and on what; a sweep's trials have it too. */
export const trialFields = {
  command: field.text,
  code: field.text,
  environment,
  environment_variables: field.mapOf(field.literal),
  resources,
  distribution,
};

/** How a command runs; shared by command jobs, nodes and components. */
export const commandFields = {
  ...trialFields,
  limits: field.object({ timeout: field.integer }),
  queue_settings: queueSettings,
};

/** `commandJob.schema.json` */
export const commandJob: ObjectField = field.object(
  {
    ...everyJob,
    ...commandFields,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(output),
    parent_job_name: field.text,
    parameters: field.printed,
  },
  { required: ['command', 'environment'] },
);

/** A command node with its command in place. */
export const inlineCommandNode: ObjectField = field.object(
  {
    ...everyJob,
    ...commandFields,
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    comment: field.text,
  },
  { required: ['command', 'environment'] },
);

/** A command node that refers to a component. */
export const componentNode: ObjectField = field.object(
  {
    ...everyJob,
    ...commandFields,
    tags: field.mapOf(field.literal),
    component: field.either(field.text, field.any),
    inputs: field.mapOf(jobInput),
    outputs: field.mapOf(jobOutput),
    comment: field.text,
  },
  { required: ['component'], open: true },
);

/** `pipelineJob.schema.json` without its nodes, which are checked by their own type. */
export const pipelineJob: ObjectField = field.object({
  ...everyJob,
  inputs: field.mapOf(jobInput),
  outputs: field.mapOf(output),
  jobs: field.mapOf(field.any),
  settings: field.object(
    {
      default_compute: field.text,
      default_datastore: field.text,
      continue_on_step_failure: field.boolean,
      force_rerun: field.boolean,
      on_init: field.text,
      on_finalize: field.text,
    },
    { open: true },
  ),
  component: field.either(field.text, field.any),
});
