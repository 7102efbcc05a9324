import { STABLE } from './api-versions.ts';
import { type AssetKind, assetPath } from './ids.ts';
import { readOrUndefined } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** Where assets are read from: a workspace or a registry. */
export interface Shelf {
  /** `workspace 'ws'`, for messages. */
  label: string;
  get<T>(below: string): Promise<T | undefined>;
  /** Names on the first page of a collection. */
  names(below: string, query?: Record<string, string>): Promise<string[]>;
  /** What a job's body calls the version of an asset. */
  idOf(kind: AssetKind, name: string, version: string): string;
}

export function workspaceShelf(workspace: Workspace): Shelf {
  return shelfAt(workspace, `${workspace.client.cloud.armUrl}${workspace.path}`, STABLE, {
    label: `workspace '${workspace.ids.workspaceName}'`,
    idOf: (...asset) => assetPath(workspace.path, ...asset),
  });
}

/** Registries answer on their region's data plane, with the api-version and the audience that azure-ai-ml uses. */
const REGISTRY_API = '2021-10-01-dataplanepreview';

/**
 * A registry, found by `GET {api}/registrymanagement/v1.0/registries/{registry}/discovery`; undefined when there is none.
 * @param signal ends what is read from it
 */
export async function registryShelf(
  workspace: Workspace,
  registry: string,
  signal?: AbortSignal,
): Promise<Shelf | undefined> {
  const url = `${workspace.apiUrl}/registrymanagement/v1.0/registries/${encodeURIComponent(registry)}/discovery`;
  const answer = await readOrUndefined<{
    subscriptionId: string;
    resourceGroup: string;
    primaryRegionResourceProviderUri: string;
  }>(workspace, url, signal);
  if (!answer) return undefined;
  const { subscriptionId, resourceGroup, primaryRegionResourceProviderUri } = answer;
  const root = `${primaryRegionResourceProviderUri.replace(/\/$/, '')}/mferp/managementfrontend/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/registries/${registry}`;
  return shelfAt(workspace, root, REGISTRY_API, {
    signal,
    label: `registry '${registry}'`,
    idOf: (...asset) => assetPath(`azureml://registries/${registry}`, ...asset),
  });
}

function shelfAt(
  workspace: Workspace,
  root: string,
  api: string,
  { signal, ...of }: Pick<Shelf, 'label' | 'idOf'> & { signal?: AbortSignal | undefined },
): Shelf {
  const urlOf = (below: string, query: Record<string, string> = {}): string =>
    `${root}/${below}?${new URLSearchParams({ 'api-version': api, ...query })}`;
  return {
    ...of,
    get: (below) => readOrUndefined(workspace, urlOf(below), signal),
    async names(below, query) {
      const page = await readOrUndefined<{ value?: { name: string }[] }>(workspace, urlOf(below, query), signal);
      return (page?.value ?? []).map(({ name }) => name);
    },
  };
}
