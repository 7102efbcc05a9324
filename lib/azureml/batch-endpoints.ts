import type { AzureRequest } from '../azure/client.ts';
import { UserError } from '../core/errors.ts';
import { notFound, thereIs } from '../core/words.ts';
import { writeVersionOf } from './api-versions.ts';
import { type DeploymentResource, type EndpointResource, endpointBody } from './endpoints.ts';
import { find, get, list, names, path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A batch endpoint (`GET {workspace}/batchEndpoints/{name}`), as far as it is read here. */
export interface BatchEndpoint extends EndpointResource {
  properties: EndpointResource['properties'] & { defaults?: { deploymentName?: string | null } | null };
}

/** A deployment of it. Model deployments have no `deploymentConfiguration`. */
export interface BatchDeployment extends DeploymentResource {
  properties: DeploymentResource['properties'] & {
    model?: { assetId?: string } | null;
    deploymentConfiguration?: {
      deploymentConfigurationType: string;
      componentId?: { assetId?: string } | null;
    } | null;
  };
}

/** @throws UserError `EndpointNotFound` */
export function getBatchEndpoint(workspace: Workspace, name: string): Promise<BatchEndpoint> {
  const missing = (names: string[]): UserError =>
    new UserError({
      code: 'EndpointNotFound',
      message: notFound('batch endpoint', name, `in ${workspace.label}`, names),
      fix: 'Check the name of the endpoint.',
    });
  return get(workspace, 'batchEndpoints', name, missing);
}

/**
 * The deployment that an invocation reaches: the named one, else the endpoint's default one.
 * @throws UserError `DeploymentNotFound`
 */
export async function getBatchDeployment(
  workspace: Workspace,
  endpoint: BatchEndpoint,
  name: string | undefined,
): Promise<BatchDeployment> {
  const deployments = path('batchEndpoints', endpoint.name, 'deployments');
  const wanted = name ?? endpoint.properties.defaults?.deploymentName ?? undefined;
  const found =
    wanted === undefined
      ? undefined
      : await find<BatchDeployment>(workspace, `${deployments}/${encodeURIComponent(wanted)}`);
  if (found) return found;
  const all = await names(workspace, deployments);
  throw new UserError({
    code: 'DeploymentNotFound',
    message:
      wanted === undefined
        ? `The batch endpoint '${endpoint.name}' has no default deployment. ${thereIs(all)}`
        : notFound('deployment', wanted, `of the batch endpoint '${endpoint.name}'`, all),
    fix: 'Name one of its deployments.',
  });
}

export function findBatchEndpoint(
  workspace: Workspace,
  name: string,
  signal?: AbortSignal,
): Promise<BatchEndpoint | undefined> {
  return find(workspace, path('batchEndpoints', name), { signal });
}

/** All deployments of an endpoint. */
export async function listBatchDeployments(workspace: Workspace, endpoint: string): Promise<BatchDeployment[]> {
  const found: BatchDeployment[] = [];
  for await (const one of list<BatchDeployment>(workspace, path('batchEndpoints', endpoint, 'deployments')))
    found.push(one);
  return found;
}

/** The request that changes the default deployment: `PUT` of the whole endpoint, as azure-ai-ml does it. */
export function batchEndpointUpdate(
  workspace: Workspace,
  endpoint: BatchEndpoint,
  { deploymentName, tags }: { deploymentName: string | undefined; tags: Readonly<Record<string, string>> },
): AzureRequest {
  const below = path('batchEndpoints', endpoint.name);
  const body = endpointBody(endpoint, workspace.location, tags, {
    defaults: { deploymentName: deploymentName ?? null },
  });
  return requestTo(workspace, 'PUT', below, { body, apiVersion: writeVersionOf(below, body.properties).apiVersion });
}

/** The request that deletes a deployment of a batch endpoint. */
export function batchDeploymentDeletion(workspace: Workspace, endpoint: string, name: string): AzureRequest {
  return requestTo(workspace, 'DELETE', path('batchEndpoints', endpoint, 'deployments', name));
}
