import { isoDuration } from '../../core/duration.ts';
import { compact, compactOrNothing } from '../../core/json.ts';
import { type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { textMap } from '../ports/run-settings.ts';
import { booleanOf, numberOf, pascalCase, wordOf } from '../values.ts';
import { get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

/** What Azure ML's tools fill in (azure-ai-ml 1.35.2 `AmlCompute`, `ComputeInstance`). */
const DEFAULT_SIZE = 'STANDARD_DS3_V2';
const DEFAULT_MOST = 4;
const DEFAULT_IDLE_SECONDS = 120;

/** A compute's file, of a cluster or a compute instance: `PUT computes/{name}`. @param location of the workspace */
export function compileCompute(context: CompileContext, root: YamlNode, location: string): PlannedRequest {
  const isCluster = textOf(get(root, 'type'))?.toLowerCase() === 'amlcompute';
  const name = textOf(get(root, 'name')) ?? '';
  const { builder } = context;
  if (!/^[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name) || name.length < 2 || name.length > 32)
    builder.problems.push({
      message: `'name' is '${name}'; a compute's name must consist of 2 to 32 letters, digits and hyphens, begin with a letter and end with a letter or digit.`,
      place: get(root, 'name')?.place ?? root.place,
    });
  const ssh = booleanOf(get(root, 'ssh_public_access_enabled'));
  const tags = get(root, 'tags');
  return putRequest(
    `${builder.workspace}/computes/${name}`,
    compact({
      description: textOf(get(root, 'description')),
      computeType: isCluster ? 'AmlCompute' : 'ComputeInstance',
      properties: isCluster ? cluster(root, builder.workspace) : instance(root, builder.workspace),
      // Signing in by SSH needs credentials of a cluster, and an open port of an instance.
      disableLocalAuth: isCluster ? isNull(get(root, 'ssh_settings')) : !ssh,
    }),
    compact({
      location: (isCluster ? textOf(get(root, 'location')) : undefined) ?? location,
      identity: identityOf(get(root, 'identity')),
      tags: isNull(tags) ? undefined : textMap(tags),
    }),
  );
}

function cluster(root: YamlNode, workspace: string): Record<string, unknown> {
  const ssh = get(root, 'ssh_settings');
  const idle = numberOf(get(root, 'idle_time_before_scale_down')) ?? DEFAULT_IDLE_SECONDS;
  const open = booleanOf(get(root, 'ssh_public_access_enabled'));
  const tier = wordOf(get(root, 'tier'));
  return compact({
    vmSize: textOf(get(root, 'size')) || DEFAULT_SIZE,
    vmPriority: tier && pascalCase(tier),
    userAccountCredentials: compactOrNothing({
      adminUserName: textOf(get(ssh, 'admin_username')),
      adminUserPassword: textOf(get(ssh, 'admin_password')),
      adminUserSshPublicKey: textOf(get(ssh, 'ssh_key_value')),
    }),
    scaleSettings: compact({
      maxNodeCount: numberOf(get(root, 'max_instances')) ?? DEFAULT_MOST,
      minNodeCount: numberOf(get(root, 'min_instances')) ?? 0,
      nodeIdleTimeBeforeScaleDown: idle ? isoDuration(idle) : undefined,
    }),
    subnet: subnetOf(root, workspace),
    remoteLoginPortPublicAccess: open === undefined ? 'NotSpecified' : open ? 'Enabled' : 'Disabled',
    enableNodePublicIp: booleanOf(get(root, 'enable_node_public_ip')) ?? true,
    osType: 'Linux',
  });
}

function instance(root: YamlNode, workspace: string): Record<string, unknown> {
  const open = booleanOf(get(root, 'ssh_public_access_enabled'));
  const ssh = get(root, 'ssh_settings');
  const minutes = numberOf(get(root, 'idle_time_before_shutdown_minutes'));
  const user = get(root, 'create_on_behalf_of');
  return compact({
    vmSize: textOf(get(root, 'size')) || DEFAULT_SIZE,
    subnet: subnetOf(root, workspace),
    sshSettings:
      open === undefined && isNull(ssh)
        ? undefined
        : compact({
            sshPublicAccess: open ? 'Enabled' : 'Disabled',
            adminPublicKey: textOf(get(ssh, 'ssh_key_value')),
          }),
    personalComputeInstanceSettings: isNull(user)
      ? undefined
      : {
          assignedUser: compact({
            objectId: textOf(get(user, 'user_object_id')),
            tenantId: textOf(get(user, 'user_tenant_id')),
          }),
        },
    idleTimeBeforeShutdown: minutes ? `PT${minutes}M` : textOf(get(root, 'idle_time_before_shutdown')),
    enableNodePublicIp: booleanOf(get(root, 'enable_node_public_ip')) ?? true,
    enableSSO: booleanOf(get(root, 'enable_sso')) ?? true,
    enableRootAccess: booleanOf(get(root, 'enable_root_access')) ?? true,
    releaseQuotaOnStop: booleanOf(get(root, 'release_quota_on_stop')) ?? false,
    enableOSPatching: booleanOf(get(root, 'enable_os_patching')) ?? false,
    applicationSharingPolicy: 'Shared',
    computeInstanceAuthorizationType: 'personal',
  });
}

/** A subnet by its name in a network of the workspace's resource group, or by its id. */
function subnetOf(root: YamlNode, workspace: string): { id: string } | undefined {
  const network = get(root, 'network_settings');
  const subnet = textOf(get(network, 'subnet'));
  if (!subnet) return undefined;
  if (subnet.startsWith('/')) return { id: subnet };
  const group = workspace.split('/').slice(0, 5).join('/');
  return {
    id: `${group}/providers/Microsoft.Network/virtualNetworks/${textOf(get(network, 'vnet_name')) ?? ''}/subnets/${subnet}`,
  };
}

function identityOf(node: YamlNode | undefined): Record<string, unknown> | undefined {
  if (isNull(node)) return undefined;
  const users = get(node, 'user_assigned_identities');
  const ids = users?.kind === 'list' ? users.items.map((item) => textOf(get(item, 'resource_id')) ?? '') : [];
  return compact({
    type: pascalCase(wordOf(get(node, 'type')) ?? 'none'),
    userAssignedIdentities: ids.length > 0 ? Object.fromEntries(ids.map((id) => [id, {}])) : undefined,
  });
}
