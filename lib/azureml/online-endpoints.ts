import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { find, get, list, names, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An online endpoint (`GET {workspace}/onlineEndpoints/{name}`), as far as it is read here. */
export interface OnlineEndpoint {
  id: string;
  name: string;
  tags?: Record<string, string> | null;
  properties: {
    scoringUri?: string | null;
    provisioningState?: string;
    /** Share of the requests in percent, by deployment. */
    traffic?: Record<string, number> | null;
  };
}

/** A deployment of it (`GET {workspace}/onlineEndpoints/{endpoint}/deployments/{name}`). */
export interface OnlineDeployment {
  id: string;
  name: string;
  tags?: Record<string, string> | null;
  properties: {
    /** Id of the model's version; a deployment of an image of one's own may have none. */
    model?: string | null;
    environmentId?: string | null;
    provisioningState?: string;
    instanceType?: string | null;
  };
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
