import type { AzureRequest } from '../azure/client.ts';
import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { writeVersionOf } from './api-versions.ts';
import { find, get, list, names, path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An online endpoint (`GET {workspace}/onlineEndpoints/{name}`), as far as it is read here. All of it is written back. */
export interface OnlineEndpoint {
  id: string;
  name: string;
  location?: string;
  kind?: string | null;
  tags?: Record<string, string> | null;
  identity?: { type?: string; userAssignedIdentities?: Record<string, unknown> | null } | null;
  systemData?: { lastModifiedBy?: string | null; lastModifiedAt?: string | null } | null;
  properties: {
    authMode?: string | null;
    scoringUri?: string | null;
    provisioningState?: string | null;
    traffic?: Record<string, number> | null;
    mirrorTraffic?: Record<string, number> | null;
    compute?: string | null;
    properties?: Record<string, string> | null;
  } & Record<string, unknown>;
}

/** A deployment of it (`GET {workspace}/onlineEndpoints/{endpoint}/deployments/{name}`). */
export interface OnlineDeployment {
  id: string;
  name: string;
  tags?: Record<string, string> | null;
  sku?: { name?: string; capacity?: number | null } | null;
  systemData?: { createdAt?: string | null } | null;
  properties: {
    provisioningState?: string | null;
    model?: string | null;
    environmentId?: string | null;
    codeConfiguration?: { codeId?: string | null; scoringScript?: string } | null;
    instanceType?: string | null;
  } & Record<string, unknown>;
}

/** @throws UserError `EndpointNotFound` */
export function getOnlineEndpoint(workspace: Workspace, name: string): Promise<OnlineEndpoint> {
  return get(
    workspace,
    'onlineEndpoints',
    name,
    (all) =>
      new UserError({
        code: 'EndpointNotFound',
        message: notFound('online endpoint', name, `in ${workspace.label}`, all),
        fix: 'Check the name of the endpoint.',
      }),
  );
}

/** Names of the workspace's online endpoints. */
export function onlineEndpointNames(workspace: Workspace, most: number): Promise<string[]> {
  return names(workspace, 'onlineEndpoints', { most });
}

/** All deployments of an endpoint. */
export async function listOnlineDeployments(workspace: Workspace, endpoint: string): Promise<OnlineDeployment[]> {
  const found: OnlineDeployment[] = [];
  for await (const one of list<OnlineDeployment>(workspace, path('onlineEndpoints', endpoint, 'deployments')))
    found.push(one);
  return found;
}

/** Names of an endpoint's deployments. */
export function onlineDeploymentNames(workspace: Workspace, endpoint: string): Promise<string[]> {
  return names(workspace, path('onlineEndpoints', endpoint, 'deployments'));
}

/** @throws UserError `DeploymentNotFound` */
export async function getOnlineDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
): Promise<OnlineDeployment> {
  const found = await find<OnlineDeployment>(workspace, path('onlineEndpoints', endpoint, 'deployments', name));
  if (found) return found;
  throw new UserError({
    code: 'DeploymentNotFound',
    message: notFound(
      'deployment',
      name,
      `of the online endpoint '${endpoint}'`,
      await onlineDeploymentNames(workspace, endpoint),
    ),
    fix: 'Name one of its deployments.',
  });
}

export function findOnlineEndpoint(
  workspace: Workspace,
  name: string,
  signal?: AbortSignal,
): Promise<OnlineEndpoint | undefined> {
  return find(workspace, path('onlineEndpoints', name), { signal });
}

export function findOnlineDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
  signal?: AbortSignal,
): Promise<OnlineDeployment | undefined> {
  return find(workspace, path('onlineEndpoints', endpoint, 'deployments', name), { signal });
}

/** Members that the service answers and does not take back. */
const READ_ONLY = new Set(['scoringUri', 'swaggerUri', 'provisioningState']);
const READ_ONLY_PROPERTIES = new Set(['azureml.onlineendpointid', 'AzureAsyncOperationUri']);

/** What of an endpoint a change writes. */
export interface EndpointChange {
  traffic: Readonly<Record<string, number>>;
  mirrorTraffic: Readonly<Record<string, number>>;
  tags: Readonly<Record<string, string>>;
}

/**
 * The request that changes an endpoint: `PUT` of all of it, since `PATCH` knows tags alone (azure-ai-ml reads, changes and
 * puts as well). There is no ETag, so two writers have to watch each other.
 */
export function endpointUpdate(workspace: Workspace, endpoint: OnlineEndpoint, change: EndpointChange): AzureRequest {
  const below = path('onlineEndpoints', endpoint.name);
  const kept = Object.entries(endpoint.properties).filter(([name, value]) => !READ_ONLY.has(name) && value !== null);
  const own = Object.entries(endpoint.properties.properties ?? {}).filter(([name]) => !READ_ONLY_PROPERTIES.has(name));
  const { traffic, mirrorTraffic, tags } = change;
  const properties = { ...Object.fromEntries(kept), properties: Object.fromEntries(own), traffic, mirrorTraffic };
  const { type = 'SystemAssigned', userAssignedIdentities } = endpoint.identity ?? {};
  const users = Object.keys(userAssignedIdentities ?? {});
  const body = {
    location: endpoint.location ?? workspace.location,
    tags,
    identity: {
      type,
      ...(users.length > 0 ? { userAssignedIdentities: Object.fromEntries(users.map((id) => [id, {}])) } : {}),
    },
    ...(endpoint.kind ? { kind: endpoint.kind } : {}),
    properties,
  };
  return requestTo(workspace, 'PUT', below, { body, apiVersion: writeVersionOf(below, properties).apiVersion });
}

/** The request that deletes a deployment; one with traffic is refused by the service. */
export function deploymentDeletion(workspace: Workspace, endpoint: string, name: string): AzureRequest {
  return requestTo(workspace, 'DELETE', path('onlineEndpoints', endpoint, 'deployments', name));
}
