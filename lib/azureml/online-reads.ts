import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import type { OnlineDeployment, OnlineEndpoint } from './online-endpoints.ts';
import { find, get, list, names, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** Plain reads of online endpoints, for tasks that change nothing there and so do without the client of Resource Manager. */

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

/** @throws UserError `EndpointNotFound` */
export function getOnlineEndpoint(workspace: Workspace, name: string): Promise<OnlineEndpoint> {
  const missing = (all: string[]): UserError =>
    new UserError({
      code: 'EndpointNotFound',
      message: notFound('online endpoint', name, `in ${workspace.label}`, all),
      fix: 'Check the name of the endpoint.',
    });
  return get(workspace, 'onlineEndpoints', name, missing);
}

/** Names of the workspace's online endpoints. */
export function onlineEndpointNames(workspace: Workspace, most: number): Promise<string[]> {
  return names(workspace, 'onlineEndpoints', { most });
}

/** Deployments of an endpoint with their models. */
export async function readOnlineDeployments(workspace: Workspace, endpoint: string): Promise<OnlineDeployment[]> {
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
  const found = await findOnlineDeployment(workspace, endpoint, name);
  if (found) return found;
  const all = await onlineDeploymentNames(workspace, endpoint);
  throw new UserError({
    code: 'DeploymentNotFound',
    message: notFound('deployment', name, `of the online endpoint '${endpoint}'`, all),
    fix: 'Name one of its deployments.',
  });
}
