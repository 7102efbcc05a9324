import { UserError } from '../core/errors.ts';
import { notFound, thereIs } from '../core/words.ts';
import { find, get, names, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A batch endpoint (`GET {workspace}/batchEndpoints/{name}`), as far as it is read here. */
export interface BatchEndpoint {
  name: string;
  properties: { scoringUri?: string | null; defaults?: { deploymentName?: string | null } | null };
}

/** A deployment of it. Model deployments have no `deploymentConfiguration`. */
export interface BatchDeployment {
  name: string;
  properties: {
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
