import { resourceIdentity } from './asset.ts';
import { boolean, choice, integer, literal, mapOf, object, printed, text } from './fields.ts';

const everyCompute = {
  $schema: text,
  name: text,
  type: choice('amlcompute', 'computeinstance'),
  location: text,
  description: text,
  tags: mapOf(literal),
  size: text,
  network_settings: object({
    vnet_name: text,
    subnet: text,
    public_ip_address: printed,
    private_ip_address: printed,
  }),
  identity: resourceIdentity,
  ssh_public_access_enabled: boolean,
  enable_node_public_ip: boolean,
  // Printed by `az ml compute show`; read by nobody.
  id: printed,
  resource_id: printed,
  created_on: printed,
  provisioning_state: printed,
  provisioning_errors: printed,
};

/** `amlCompute.schema.json`: a cluster. */
export const amlCompute = object(
  {
    ...everyCompute,
    tier: choice('dedicated', 'low_priority'),
    min_instances: integer,
    max_instances: integer,
    idle_time_before_scale_down: integer,
    ssh_settings: object({ admin_username: text, admin_password: text, ssh_key_value: text }),
  },
  { required: ['name', 'type'] },
);

/** `computeInstance.schema.json`: a machine of one user. */
export const computeInstance = object(
  {
    ...everyCompute,
    idle_time_before_shutdown: text,
    idle_time_before_shutdown_minutes: integer,
    ssh_settings: object({ ssh_key_value: text, admin_username: printed, ssh_port: printed }),
    create_on_behalf_of: object({ user_tenant_id: text, user_object_id: text }),
    enable_sso: boolean,
    enable_root_access: boolean,
    release_quota_on_stop: boolean,
    enable_os_patching: boolean,
    state: printed,
    last_operation: printed,
    services: printed,
    os_image_metadata: printed,
  },
  { required: ['name', 'type'] },
);
