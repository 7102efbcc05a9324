/** Which resource of the workspace, or of the registry `azureml`, an id names. */
import type { Resource, ResourceStore, WorkspaceSettings } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import type { AssetKind } from './shapes/assets.ts';

/** Where ids are searched. */
export interface ReferenceContext {
  settings: WorkspaceSettings;
  resources: ResourceStore;
  registry: ResourceStore;
}

/** The newest version of an asset that isn't archived. */
export const latestVersion = (store: ResourceStore, kind: AssetKind, name: string): Resource | undefined =>
  store
    .list(`${kind}/${name}/versions`)
    .filter(({ properties }) => !properties.isArchived)
    .at(-1);

/**
 * The asset version that a reference names: ARM ids with a version or a label, `azureml:` before them,
 * `azureml://registries/azureml/...`, `azureml://locations/...` and `name:version` or `name@label` with or without
 * `azureml:`. Undefined when it names nothing that exists.
 */
export function findAsset(reference: string, kind: AssetKind, context: ReferenceContext): Resource | undefined {
  // azure-ai-ml makes `.../environments/azureml:name/versions/1` of `azureml:name@latest`.
  const id = reference.replace(/^azureml:(?!\/\/)/, '').replace(/\/azureml:(?=[^/]+\/(versions|labels)\/)/, '/');
  const path = /\/([a-z]+)\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/i.exec(id);
  if (path) {
    const [, foundKind, name, how, value] = path as unknown as [string, string, string, string, string];
    const store = storeOf(id, context);
    if (!store || foundKind.toLowerCase() !== kind) return undefined;
    return how.toLowerCase() === 'labels'
      ? latestVersion(store, kind, name)
      : store.get(`${kind}/${name}/versions/${value}`);
  }
  const short = /^([^/:@]+)(?::([^/:@]+)|@(latest|default))$/.exec(id);
  if (!short) return undefined;
  const [, name, version] = short as unknown as [string, string, string | undefined];
  return version === undefined
    ? latestVersion(context.resources, kind, name)
    : context.resources.get(`${kind}/${name}/versions/${version}`);
}

function storeOf(id: string, { settings, resources, registry }: ReferenceContext): ResourceStore | undefined {
  const lower = id.toLowerCase();
  if (lower.startsWith('azureml://registries/'))
    return /^azureml:\/\/registries\/azureml\//i.test(id) ? registry : undefined;
  if (lower.startsWith(`${workspaceArmId(settings).toLowerCase()}/`)) return resources;
  if (lower.includes(`/workspaces/${settings.workspaceId}/`)) return resources;
  return lower.includes('/registries/azureml/') ? registry : undefined;
}

/** The compute that an id or a plain name means; `serverless` is not a resource and always exists. */
export function computeExists(computeId: string, { settings, resources }: ReferenceContext): boolean {
  if (computeId.toLowerCase() === 'serverless') return true;
  const id = computeId.replace(/^azureml:/, '');
  const prefix = `${workspaceArmId(settings)}/computes/`.toLowerCase();
  if (!id.startsWith('/')) return resources.get(`computes/${id}`) !== undefined;
  if (id.toLowerCase().endsWith('/serverless')) return true;
  return id.toLowerCase().startsWith(prefix) && resources.get(`computes/${id.slice(prefix.length)}`) !== undefined;
}
