import { any, choice, either, listOf, literal, mapOf, object, printed, text } from './fields.ts';
import { route } from './job.ts';

/** Fields of every asset's file. */
const everyAsset = {
  $schema: text,
  name: text,
  version: literal,
  description: text,
  tags: mapOf(literal),
  // Printed by `az ml ... show`; read by nobody.
  id: printed,
  creation_context: printed,
  latest_version: printed,
  intellectual_property: printed,
};

/** `data.schema.json`: a file, folder or MLTable that gets a name and a version. */
export const dataFile = object(
  {
    ...everyAsset,
    type: choice('uri_file', 'uri_folder', 'mltable'),
    path: text,
    datastore: text,
    properties: any,
    auto_delete_setting: object({
      condition: choice('created_greater_than', 'last_accessed_greater_than'),
      value: any,
    }),
  },
  { required: ['name', 'path'] },
);

const modelFields = {
  ...everyAsset,
  type: choice('custom_model', 'mlflow_model', 'triton_model'),
  path: text,
  datastore: text,
  properties: mapOf(literal),
  stage: text,
  flavors: mapOf(mapOf(any)),
  system_metadata: any,
  default_deployment_template: any,
  allowed_deployment_templates: any,
  utc_time_created: printed,
  job_name: printed,
};

/** `model.schema.json` */
export const modelFile = object(modelFields, { required: ['name', 'path'] });

/** A model in a deployment: a reference, or its description in place. */
export const deployedModel = either(text, object(modelFields, { required: ['path'] }));

const environmentFields = {
  ...everyAsset,
  properties: mapOf(literal),
  image: text,
  build: object({ path: text, dockerfile_path: text }, { required: ['path'] }),
  conda_file: either(text, mapOf(any)),
  inference_config: object(
    { liveness_route: route, readiness_route: route, scoring_route: route },
    { required: ['liveness_route', 'readiness_route', 'scoring_route'] },
  ),
  os_type: choice('linux', 'windows'),
  datastore: text,
  auto_delete_setting: any,
};

/** `environment.schema.json` */
export const environmentFile = object(environmentFields, { required: ['name'] });

/** An environment in a deployment; with a name it becomes (a version of) the environment of that name. */
export const deployedEnvironment = either(text, object(environmentFields));

/** A resource's `identity`. */
export const resourceIdentity = object({
  type: choice('system_assigned', 'user_assigned', 'none'),
  principal_id: text,
  tenant_id: text,
  user_assigned_identities: listOf(
    object({ resource_id: text, client_id: text, object_id: text, principal_id: text }, { required: ['resource_id'] }),
  ),
});
