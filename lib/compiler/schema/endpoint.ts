import { resourceIdentity } from './asset.ts';
import * as field from './fields.ts';

const everyEndpoint = {
  $schema: field.text,
  type: field.text,
  name: field.text,
  description: field.text,
  tags: field.mapOf(field.literal),
  properties: field.mapOf(field.any),
  auth_mode: field.choice('aml_token', 'key', 'aad_token'),
  location: field.text,
  identity: resourceIdentity,
  // Written by `az ml ... show`; read by nobody.
  id: field.printed,
  kind: field.printed,
  provisioning_state: field.printed,
  scoring_uri: field.printed,
  openapi_uri: field.printed,
};

/** `managedOnlineEndpoint.schema.json` and `kubernetesOnlineEndpoint.schema.json` (which has `compute`). */
export const onlineEndpoint = field.object(
  {
    ...everyEndpoint,
    compute: field.text,
    public_network_access: field.choice('enabled', 'disabled'),
    traffic: field.mapOf(field.integer),
    mirror_traffic: field.mapOf(field.integer),
  },
  { required: ['name'] },
);

/** `batchEndpoint.schema.json` */
export const batchEndpoint = field.object(
  { ...everyEndpoint, defaults: field.object({ deployment_name: field.text }) },
  { required: ['name'] },
);
