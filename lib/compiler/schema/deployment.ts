import { deployedEnvironment, deployedModel } from './asset.ts';
import { any, boolean, choice, either, integer, listOf, literal, mapOf, number, object, text } from './fields.ts';

const everyDeployment = {
  $schema: text,
  id: text,
  name: text,
  endpoint_name: text,
  description: text,
  tags: mapOf(literal),
};

const modelDeployment = {
  ...everyDeployment,
  properties: mapOf(any),
  model: deployedModel,
  code_configuration: object({ code: text, scoring_script: text }, { required: ['scoring_script'] }),
  environment: deployedEnvironment,
  environment_variables: mapOf(literal),
};

const probe = object({
  period: integer,
  initial_delay: integer,
  timeout: integer,
  success_threshold: integer,
  failure_threshold: integer,
});

const containerResources = object({ cpu: text, memory: text, gpu: text, 'nvidia.com/gpu': text });

const collectedData = object({ name: text, path: text, version: literal, data_id: text });

const onlineDeployment = {
  ...modelDeployment,
  type: choice('managed', 'kubernetes'),
  app_insights_enabled: boolean,
  request_settings: object({
    request_timeout_ms: integer,
    max_concurrent_requests_per_instance: integer,
    max_queue_wait_ms: integer,
  }),
  liveness_probe: probe,
  readiness_probe: probe,
  startup_probe: probe,
  provisioning_state: text,
  instance_count: integer,
  instance_type: text,
  model_mount_path: text,
  data_collector: object({
    collections: mapOf(
      object({ enabled: boolean, data: either(text, collectedData), client_id: text }, { required: ['enabled'] }),
    ),
    rolling_rate: choice('minute', 'day', 'hour'),
    sampling_rate: number,
    request_logging: object({ capture_headers: listOf(text) }),
  }),
};

/** `managedOnlineDeployment.schema.json`; its number of instances is fixed, so it takes no other scale settings. */
export const managedDeployment = object(
  {
    ...onlineDeployment,
    scale_settings: object({ type: choice('default') }, { required: ['type'] }),
    egress_public_network_access: choice('enabled', 'disabled'),
    private_network_connection: boolean,
  },
  { required: ['name', 'endpoint_name', 'instance_type'] },
);

/** `kubernetesOnlineDeployment.schema.json` */
export const kubernetesDeployment = object(
  {
    ...onlineDeployment,
    scale_settings: object(
      {
        type: choice('default', 'target_utilization'),
        polling_interval: integer,
        target_utilization_percentage: integer,
        min_instances: integer,
        max_instances: integer,
      },
      { required: ['type'] },
    ),
    resources: object({ requests: containerResources, limits: containerResources }),
  },
  { required: ['name', 'endpoint_name'] },
);

const batchSettings = {
  error_threshold: integer,
  retry_settings: object({ max_retries: integer, timeout: integer }),
  mini_batch_size: integer,
  logging_level: text,
  output_action: choice('append_row', 'summary_only'),
  output_file_name: text,
  max_concurrency_per_instance: integer,
};

const batchResources = object({
  instance_count: integer,
  instance_type: text,
  shm_size: text,
  docker_args: text,
  locations: listOf(text),
  max_instance_count: integer,
  properties: any,
});

/** `batchDeployment.schema.json`: settings are at the top (files without `type`). */
export const flatBatchDeployment = object(
  { ...modelDeployment, ...batchSettings, type: choice('model', 'pipeline'), compute: text, resources: batchResources },
  { required: ['name', 'endpoint_name'] },
);

/** `modelBatchDeployment.schema.json` (`type: model`) */
export const modelBatchDeployment = object(
  {
    ...modelDeployment,
    type: choice('model'),
    compute: text,
    resources: batchResources,
    settings: object({ ...batchSettings, instance_count: integer, environment_variables: mapOf(literal) }),
  },
  { required: ['name', 'endpoint_name', 'compute'] },
);

/** `pipelineComponentBatchDeployment.schema.json` (`type: pipeline`) */
export const pipelineBatchDeployment = object(
  {
    ...everyDeployment,
    type: choice('pipeline'),
    component: either(text, mapOf(any)),
    job_definition: either(text, mapOf(any)),
    settings: mapOf(literal),
  },
  { required: ['name', 'endpoint_name'] },
);
