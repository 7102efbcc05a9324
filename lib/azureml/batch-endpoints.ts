import { UserError } from '../core/errors.ts';
import { allOf, didYouMean } from '../core/nearest.ts';
import { findBelow, listNames } from './resources.ts';
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
export async function getBatchEndpoint(workspace: Workspace, name: string): Promise<BatchEndpoint> {
  const found = await findBelow<BatchEndpoint>(workspace, `batchEndpoints/${encodeURIComponent(name)}`);
  if (found) return found;
  const names = await listNames(workspace, 'batchEndpoints');
  throw new UserError({
    code: 'EndpointNotFound',
    message: `There is no batch endpoint '${name}' in the workspace '${workspace.ids.workspaceName}'.${others(name, names)}`,
    fix: 'Check the name of the endpoint.',
  });
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
  const below = `batchEndpoints/${encodeURIComponent(endpoint.name)}/deployments`;
  const wanted = name ?? endpoint.properties.defaults?.deploymentName ?? undefined;
  const found = wanted && (await findBelow<BatchDeployment>(workspace, `${below}/${encodeURIComponent(wanted)}`));
  if (found) return found;
  const names = await listNames(workspace, below);
  throw new UserError({
    code: 'DeploymentNotFound',
    message:
      wanted === undefined
        ? `The batch endpoint '${endpoint.name}' has no default deployment.${others('', names)}`
        : `The batch endpoint '${endpoint.name}' has no deployment '${wanted}'.${others(wanted, names)}`,
    fix: 'Name one of its deployments.',
  });
}

function others(name: string, names: string[]): string {
  const all = names.length > 0 ? ` It has ${allOf(names)}.` : ' It has none.';
  return didYouMean(name, names) || all;
}
