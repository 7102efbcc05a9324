import { ifFound } from '../azure/failures.ts';
import { requireTrusted } from '../azure/trusted-hosts.ts';
import { UserError } from '../core/errors.ts';
import { assetPath } from './ids.ts';
import type { AssetRoot } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A registry: assets that workspaces share. */
export interface Registry extends AssetRoot {
  readonly registryName: string;
  /** ARM path. */
  readonly path: string;
}

/** Registries answer on their region's data plane, with the api-version and the audience that azure-ai-ml uses. */
const REGISTRY_API = '2021-10-01-dataplanepreview';

interface Discovery {
  subscriptionId: string;
  resourceGroup: string;
  /** Ends in a slash. */
  primaryRegionResourceProviderUri: string;
}

/**
 * Opens a registry, found by `GET {api}/registrymanagement/v1.0/registries/{name}/discovery`. Undefined when there is none
 * or it may not be used: the service answers 403 to both and never 404 (recorded in 2026), and both are the same to us.
 */
export async function openRegistry(
  workspace: Workspace,
  registryName: string,
  signal?: AbortSignal,
): Promise<Registry | undefined> {
  const { client, apiUrl } = workspace;
  const url = `${apiUrl}/registrymanagement/v1.0/registries/${encodeURIComponent(registryName)}/discovery`;
  const answer = await ifFound(client.send<Discovery>({ method: 'GET', url, audience: 'arm', signal }), 403, 404);
  if (!answer) return undefined;
  const { subscriptionId, resourceGroup, primaryRegionResourceProviderUri: region } = answer.body;
  requireTrusted(client.cloud, region, `the discovery of the registry '${registryName}'`);
  const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/registries/${registryName}`;
  return {
    client,
    registryName,
    path,
    url: `${region.replace(/\/$/, '')}/mferp/managementfrontend${path}`,
    label: `the registry '${registryName}'`,
    audience: 'arm',
    apiVersionOf: () => REGISTRY_API,
    idOf: (...asset) => assetPath(`azureml://registries/${registryName}`, ...asset),
  };
}

/** A registry that has to be there. @throws UserError `RegistryNotFound` */
export async function getRegistry(workspace: Workspace, name: string): Promise<Registry> {
  const registry = await openRegistry(workspace, name);
  if (registry) return registry;
  throw new UserError({
    code: 'RegistryNotFound',
    message: `There is no registry '${name}', or the service connection may not use it.`,
    fix: "Check the registry's name, and give the connection's application the role AzureML Registry User on it.",
  });
}
