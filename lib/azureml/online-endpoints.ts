import type { AzureRequest } from '../azure/client.ts';
import { writeVersionOf } from './api-versions.ts';
import { path, requestTo } from './resources.ts';
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
