import { deployedEnvironment, deployedModel } from './asset.ts';
import * as field from './fields.ts';

const everyDeployment = {
  $schema: field.text,
  id: field.text,
  name: field.text,
  endpoint_name: field.text,
  description: field.text,
  tags: field.mapOf(field.literal),
};

const modelDeployment = {
  ...everyDeployment,
  properties: field.mapOf(field.any),
  model: deployedModel,
  code_configuration: field.object({ code: field.text, scoring_script: field.text }, { required: ['scoring_script'] }),
  environment: deployedEnvironment,
  environment_variables: field.mapOf(field.literal),
};

const probe = field.object({
  period: field.integer,
  initial_delay: field.integer,
  timeout: field.integer,
  success_threshold: field.integer,
  failure_threshold: field.integer,
});

const containerResources = field.object({
  cpu: field.text,
  memory: field.text,
  gpu: field.text,
  'nvidia.com/gpu': field.text,
});

const collectedData = field.object({ name: field.text, path: field.text, version: field.literal, data_id: field.text });

const onlineDeployment = {
  ...modelDeployment,
  type: field.choice('managed', 'kubernetes'),
  app_insights_enabled: field.boolean,
  request_settings: field.object({
    request_timeout_ms: field.integer,
    max_concurrent_requests_per_instance: field.integer,
    max_queue_wait_ms: field.integer,
  }),
  liveness_probe: probe,
  readiness_probe: probe,
  startup_probe: probe,
  provisioning_state: field.text,
  instance_count: field.integer,
  instance_type: field.text,
  model_mount_path: field.text,
  data_collector: field.object({
    collections: field.mapOf(
      field.object(
        { enabled: field.boolean, data: field.either(field.text, collectedData), client_id: field.text },
        { required: ['enabled'] },
      ),
    ),
    rolling_rate: field.choice('minute', 'day', 'hour'),
    sampling_rate: field.number,
    request_logging: field.object({ capture_headers: field.listOf(field.text) }),
  }),
};

/** `managedOnlineDeployment.schema.json`; its number of instances is fixed, so it takes no other scale settings. */
export const managedDeployment = field.object(
  {
    ...onlineDeployment,
    scale_settings: field.object({ type: field.choice('default') }, { required: ['type'] }),
    egress_public_network_access: field.choice('enabled', 'disabled'),
    private_network_connection: field.boolean,
  },
  { required: ['name', 'endpoint_name', 'instance_type'] },
);

/** `kubernetesOnlineDeployment.schema.json` */
export const kubernetesDeployment = field.object(
  {
    ...onlineDeployment,
    scale_settings: field.object(
      {
        type: field.choice('default', 'target_utilization'),
        polling_interval: field.integer,
        target_utilization_percentage: field.integer,
        min_instances: field.integer,
        max_instances: field.integer,
      },
      { required: ['type'] },
    ),
    resources: field.object({ requests: containerResources, limits: containerResources }),
  },
  { required: ['name', 'endpoint_name'] },
);

const batchSettings = {
  error_threshold: field.integer,
  retry_settings: field.object({ max_retries: field.integer, timeout: field.integer }),
  mini_batch_size: field.integer,
  logging_level: field.text,
  output_action: field.choice('append_row', 'summary_only'),
  output_file_name: field.text,
  max_concurrency_per_instance: field.integer,
};

const batchResources = field.object({
  instance_count: field.integer,
  instance_type: field.text,
  shm_size: field.text,
  docker_args: field.text,
  locations: field.listOf(field.text),
  max_instance_count: field.integer,
  properties: field.any,
});

/** `batchDeployment.schema.json`: settings are at the top (files without `type`). */
export const flatBatchDeployment = field.object(
  {
    ...modelDeployment,
    ...batchSettings,
    type: field.choice('model', 'pipeline'),
    compute: field.text,
    resources: batchResources,
  },
  { required: ['name', 'endpoint_name'] },
);

/** `modelBatchDeployment.schema.json` (`type: model`) */
export const modelBatchDeployment = field.object(
  {
    ...modelDeployment,
    type: field.choice('model'),
    compute: field.text,
    resources: batchResources,
    settings: field.object({
      ...batchSettings,
      instance_count: field.integer,
      environment_variables: field.mapOf(field.literal),
    }),
  },
  { required: ['name', 'endpoint_name', 'compute'] },
);

/** `pipelineComponentBatchDeployment.schema.json` (`type: pipeline`) */
export const pipelineBatchDeployment = field.object(
  {
    ...everyDeployment,
    type: field.choice('pipeline'),
    component: field.either(field.text, field.mapOf(field.any)),
    job_definition: field.either(field.text, field.mapOf(field.any)),
    settings: field.mapOf(field.literal),
  },
  { required: ['name', 'endpoint_name'] },
);
