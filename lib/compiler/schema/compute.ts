import { resourceIdentity } from './asset.ts';
import * as field from './fields.ts';

const everyCompute = {
  $schema: field.text,
  name: field.text,
  type: field.choice('amlcompute', 'computeinstance'),
  location: field.text,
  description: field.text,
  tags: field.mapOf(field.literal),
  size: field.text,
  network_settings: field.object({
    vnet_name: field.text,
    subnet: field.text,
    public_ip_address: field.printed,
    private_ip_address: field.printed,
  }),
  identity: resourceIdentity,
  ssh_public_access_enabled: field.boolean,
  enable_node_public_ip: field.boolean,
  // Printed by `az ml compute show`; read by nobody.
  id: field.printed,
  resource_id: field.printed,
  created_on: field.printed,
  provisioning_state: field.printed,
  provisioning_errors: field.printed,
};

/** `amlCompute.schema.json`: a cluster. */
export const amlCompute = field.object(
  {
    ...everyCompute,
    tier: field.choice('dedicated', 'low_priority'),
    min_instances: field.integer,
    max_instances: field.integer,
    idle_time_before_scale_down: field.integer,
    ssh_settings: field.object({ admin_username: field.text, admin_password: field.text, ssh_key_value: field.text }),
  },
  { required: ['name', 'type'] },
);

/** `computeInstance.schema.json`: a machine of one user. */
export const computeInstance = field.object(
  {
    ...everyCompute,
    idle_time_before_shutdown: field.text,
    idle_time_before_shutdown_minutes: field.integer,
    ssh_settings: field.object({ ssh_key_value: field.text, admin_username: field.printed, ssh_port: field.printed }),
    create_on_behalf_of: field.object({ user_tenant_id: field.text, user_object_id: field.text }),
    enable_sso: field.boolean,
    enable_root_access: field.boolean,
    release_quota_on_stop: field.boolean,
    enable_os_patching: field.boolean,
    state: field.printed,
    last_operation: field.printed,
    services: field.printed,
    os_image_metadata: field.printed,
  },
  { required: ['name', 'type'] },
);
