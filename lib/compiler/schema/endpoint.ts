import { resourceIdentity } from './asset.ts';
import { any, choice, integer, literal, mapOf, object, printed, text } from './fields.ts';

const everyEndpoint = {
  $schema: text,
  type: text,
  name: text,
  description: text,
  tags: mapOf(literal),
  properties: mapOf(any),
  auth_mode: choice('aml_token', 'key', 'aad_token'),
  location: text,
  identity: resourceIdentity,
  // Written by `az ml ... show`; read by nobody.
  id: printed,
  kind: printed,
  provisioning_state: printed,
  scoring_uri: printed,
  openapi_uri: printed,
};

/** `managedOnlineEndpoint.schema.json` and `kubernetesOnlineEndpoint.schema.json` (which has `compute`). */
export const onlineEndpoint = object(
  {
    ...everyEndpoint,
    compute: text,
    public_network_access: choice('enabled', 'disabled'),
    traffic: mapOf(integer),
    mirror_traffic: mapOf(integer),
  },
  { required: ['name'] },
);

/** `batchEndpoint.schema.json` */
export const batchEndpoint = object(
  { ...everyEndpoint, defaults: object({ deployment_name: text }) },
  { required: ['name'] },
);
