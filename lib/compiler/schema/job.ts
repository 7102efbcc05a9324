import {
  any,
  boolean,
  choice,
  either,
  type Field,
  integer,
  listOf,
  literal,
  mapOf,
  type ObjectField,
  object,
  printed,
  tagged,
  text,
} from './fields.ts';

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
  object({ type, path: text, mode: choice(...modes), datastore: text });

/** An input of a job or node: a literal, a reference, or the long form, whose modes depend on its type. */
export const jobInput = either(
  literal,
  data(choice(...ASSET_TYPES), dataModes),
  data(choice('mltable'), tableModes),
  object({ path: text, mode: choice(...tableModes), datastore: text }),
  object({ value: literal }),
);

const output = object({
  type: choice(...ASSET_TYPES),
  path: text,
  mode: choice(...OUTPUT_MODES),
  name: text,
  version: literal,
});
/** An output of a job or step; only a step's can be a mere binding. */
export const jobOutput = either(text, output);

/** A route of the server in an image. */
export const route = object({ port: integer, path: text }, { required: ['port', 'path'] });

export const environment = either(
  text,
  object({
    id: text,
    creation_context: printed,
    latest_version: printed,
    $schema: text,
    name: text,
    version: literal,
    description: text,
    tags: mapOf(literal),
    properties: mapOf(literal),
    image: text,
    build: object({ path: text, dockerfile_path: text, local_path: text }),
    conda_file: either(text, mapOf(any)),
    os_type: choice('linux', 'windows'),
    inference_config: object(
      { liveness_route: route, readiness_route: route, scoring_route: route },
      { required: ['liveness_route', 'readiness_route', 'scoring_route'] },
    ),
    datastore: text,
  }),
);

export const resources = object({
  instance_count: integer,
  instance_type: either(text, listOf(text)),
  shm_size: text,
  docker_args: either(text, listOf(text)),
  properties: any,
  locations: listOf(text),
  max_instance_count: integer,
});

const processes = { type: text, process_count_per_instance: integer };
const distributions = {
  pytorch: processes,
  mpi: processes,
  tensorflow: { type: text, worker_count: integer, parameter_server_count: integer },
  ray: {
    type: text,
    port: integer,
    address: text,
    include_dashboard: boolean,
    dashboard_port: integer,
    head_node_additional_args: text,
    worker_node_additional_args: text,
  },
};
export const distributionOf = (more: Pick<ObjectField, 'open'>): Field =>
  tagged(
    'type',
    Object.fromEntries(Object.entries(distributions).map(([type, fields]) => [type, object(fields, more)])),
  );
export const distribution = distributionOf({});

export const identity = object(
  {
    type: choice('user_identity', 'user', 'aml_token', 'managed', 'managed_identity'),
    client_id: text,
    object_id: text,
    msi_resource_id: text,
  },
  { required: ['type'] },
);

export const services = mapOf(
  object({
    type: choice('ssh', 'tensor_board', 'vs_code', 'jupyter_lab', 'custom'),
    job_service_type: text,
    nodes: choice('all'),
    port: integer,
    endpoint: text,
    status: text,
    log_dir: text,
    ssh_public_keys: text,
    properties: mapOf(literal),
  }),
);

export const queueSettings = object({
  job_tier: choice('null', 'spot', 'basic', 'standard', 'premium'),
  priority: choice('low', 'medium', 'high'),
});

export const notificationSettings = object({
  email_on: listOf(choice('job_completed', 'job_failed', 'job_cancelled')),
  emails: listOf(text),
});

export const printedFields = { id: printed, creation_context: printed };

/** Fields of every job. */
export const everyJob = {
  ...printedFields,
  status: printed,
  log_files: printed,
  $schema: text,
  type: text,
  name: text,
  display_name: text,
  description: text,
  experiment_name: text,
  tags: mapOf(text),
  properties: mapOf(text),
  compute: text,
  identity,
  services,
  notification_settings: notificationSettings,
};

/** What a step of a pipeline has, whatever its type; its tags may be numbers, which are sent as text. */
export const everyStep = {
  type: text,
  name: text,
  display_name: text,
  description: text,
  experiment_name: text,
  tags: mapOf(literal),
  properties: mapOf(literal),
  comment: text,
  compute: text,
};

/** What is run, and on what; a sweep's trials have it too. */
export const trialFields = {
  command: text,
  code: text,
  environment,
  environment_variables: mapOf(literal),
  resources,
  distribution,
};

/** How a command runs; shared by command jobs, nodes and components. */
export const commandFields = {
  ...trialFields,
  limits: object({ timeout: integer }),
  queue_settings: queueSettings,
};

/** `commandJob.schema.json` */
export const commandJob: ObjectField = object(
  {
    ...everyJob,
    ...commandFields,
    inputs: mapOf(jobInput),
    outputs: mapOf(output),
    parent_job_name: text,
    parameters: printed,
  },
  { required: ['command', 'environment'] },
);

/** A command node with its command in place. */
export const inlineCommandNode: ObjectField = object(
  { ...everyJob, ...commandFields, inputs: mapOf(jobInput), outputs: mapOf(jobOutput), comment: text },
  { required: ['command', 'environment'] },
);

/** A command node that refers to a component. */
export const componentNode: ObjectField = object(
  {
    ...everyJob,
    ...commandFields,
    tags: mapOf(literal),
    component: either(text, any),
    inputs: mapOf(jobInput),
    outputs: mapOf(jobOutput),
    comment: text,
  },
  { required: ['component'], open: true },
);

/** `pipelineJob.schema.json` without its nodes, which are checked by their own type. */
export const pipelineJob: ObjectField = object({
  ...everyJob,
  inputs: mapOf(jobInput),
  outputs: mapOf(output),
  jobs: mapOf(any),
  settings: object(
    {
      default_compute: text,
      default_datastore: text,
      continue_on_step_failure: boolean,
      force_rerun: boolean,
      on_init: text,
      on_finalize: text,
    },
    { open: true },
  ),
  component: either(text, any),
});
