import * as field from './fields.ts';
import { route } from './job.ts';

/** Fields of every asset's file. */
const everyAsset = {
  $schema: field.text,
  name: field.text,
  version: field.literal,
  description: field.text,
  tags: field.mapOf(field.literal),
  // Printed by `az ml ... show`; read by nobody.
  id: field.printed,
  creation_context: field.printed,
  latest_version: field.printed,
  intellectual_property: field.printed,
};

/** `data.schema.json`: a file, folder or MLTable that gets a name and a version. */
export const dataFile = field.object(
  {
    ...everyAsset,
    type: field.choice('uri_file', 'uri_folder', 'mltable'),
    path: field.text,
    datastore: field.text,
    properties: field.any,
    auto_delete_setting: field.object({
      condition: field.choice('created_greater_than', 'last_accessed_greater_than'),
      value: field.any,
    }),
  },
  { required: ['name', 'path'] },
);

const modelFields = {
  ...everyAsset,
  type: field.choice('custom_model', 'mlflow_model', 'triton_model'),
  path: field.text,
  datastore: field.text,
  properties: field.mapOf(field.literal),
  stage: field.text,
  flavors: field.mapOf(field.mapOf(field.any)),
  system_metadata: field.any,
  default_deployment_template: field.any,
  allowed_deployment_templates: field.any,
  utc_time_created: field.printed,
  job_name: field.printed,
};

/** `model.schema.json` */
export const modelFile = field.object(modelFields, { required: ['name', 'path'] });

/** A model in a deployment: a reference, or its description in place. */
export const deployedModel = field.either(field.text, field.object(modelFields, { required: ['path'] }));

const environmentFields = {
  ...everyAsset,
  properties: field.mapOf(field.literal),
  image: field.text,
  build: field.object({ path: field.text, dockerfile_path: field.text }, { required: ['path'] }),
  conda_file: field.either(field.text, field.mapOf(field.any)),
  inference_config: field.object(
    { liveness_route: route, readiness_route: route, scoring_route: route },
    { required: ['liveness_route', 'readiness_route', 'scoring_route'] },
  ),
  os_type: field.choice('linux', 'windows'),
  datastore: field.text,
  auto_delete_setting: field.any,
};

/** `environment.schema.json` */
export const environmentFile = field.object(environmentFields, { required: ['name'] });

/** An environment in a deployment; with a name it becomes (a version of) the environment of that name. */
export const deployedEnvironment = field.either(field.text, field.object(environmentFields));

/** A resource's `identity`. */
export const resourceIdentity = field.object({
  type: field.choice('system_assigned', 'user_assigned', 'none'),
  principal_id: field.text,
  tenant_id: field.text,
  user_assigned_identities: field.listOf(
    field.object(
      { resource_id: field.text, client_id: field.text, object_id: field.text, principal_id: field.text },
      { required: ['resource_id'] },
    ),
  ),
});
