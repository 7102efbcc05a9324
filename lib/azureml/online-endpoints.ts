import type { AzureRequest } from '../azure/client.ts';
import { writeVersionOf } from './api-versions.ts';
import { type DeploymentResource, type EndpointResource, endpointBody } from './endpoints.ts';
import { path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An online endpoint (`GET {workspace}/onlineEndpoints/{name}`), as far as it is read here. All of it is written back. */
export interface OnlineEndpoint extends EndpointResource {
  id: string;
  properties: EndpointResource['properties'] & {
    authMode?: string | null;
    traffic?: Record<string, number> | null;
    mirrorTraffic?: Record<string, number> | null;
    /** Of a Kubernetes endpoint: the cluster. */
    compute?: string | null;
  };
}

/** A deployment of it (`GET {workspace}/onlineEndpoints/{endpoint}/deployments/{name}`). */
export interface OnlineDeployment extends DeploymentResource {
  id: string;
  sku?: { name?: string; capacity?: number | null } | null;
  properties: DeploymentResource['properties'] & {
    model?: string | null;
    environmentId?: string | null;
    codeConfiguration?: { codeId?: string | null; scoringScript?: string } | null;
    instanceType?: string | null;
  };
}

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
  const { traffic, mirrorTraffic, tags } = change;
  // The service refuses an endpoint without an identity.
  const identified = { ...endpoint, identity: endpoint.identity ?? { type: 'SystemAssigned' } };
  const body = endpointBody(identified, workspace.location, tags, { traffic, mirrorTraffic });
  return requestTo(workspace, 'PUT', below, { body, apiVersion: writeVersionOf(below, body.properties).apiVersion });
}

/** The request that deletes a deployment; one with traffic is refused by the service. */
export function deploymentDeletion(workspace: Workspace, endpoint: string, name: string): AzureRequest {
  return requestTo(workspace, 'DELETE', path('onlineEndpoints', endpoint, 'deployments', name));
}
