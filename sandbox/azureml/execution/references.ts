/** Finds what a reference names among the workspace's resources: assets by ARM id, `azureml:name:version`, `@label`. */
import type { AzureMlContext, Resource } from '../../contracts.ts';

export type AssetKind = 'components' | 'data' | 'models' | 'codes' | 'environments';

const KIND_OF_INPUT: Record<string, AssetKind> = {
  custom_model: 'models',
  mlflow_model: 'models',
  triton_model: 'models',
};

/** The collection in which an input of this type is registered. */
export function assetKindOf(inputType: string): AssetKind {
  return KIND_OF_INPUT[inputType] ?? 'data';
}

interface AssetName {
  kind: AssetKind;
  name: string;
  version?: string;
  label?: string;
}

/** Splits a reference; `kind` is what a short name means, an ARM id states its own. Undefined when it is none. */
export function parseReference(reference: string, kind: AssetKind): AssetName | undefined {
  const text = reference.replace(/^azureml:(?!\/\/)/, '').replace(/\/azureml:(?=[^/]+\/(versions|labels)\/)/, '/');
  const id = /\/(components|data|models|codes|environments)\/([^/]+)\/(versions|labels)\/([^/]+)\/?$/i.exec(text);
  if (id) {
    const [, found, name, how, which] = id as unknown as [string, string, string, string, string];
    const of = found.toLowerCase() as AssetKind;
    return how.toLowerCase() === 'versions' ? { kind: of, name, version: which } : { kind: of, name, label: which };
  }
  const short = /^([A-Za-z0-9][\w.-]*)(?::([\w.-]+)|@([\w.-]+))$/.exec(text);
  return short ? { kind, name: short[1]!, version: short[2], label: short[3] } : undefined;
}

/** Versions of an asset, the newest last: by number when all are numbers, else by creation. */
function newestVersion(context: AzureMlContext, kind: AssetKind, name: string): Resource | undefined {
  return context.resources.list(`${kind}/${name}/versions`).at(-1);
}

/**
 * The resource that the reference names, or undefined. `@latest` is the version created last; the label `default` of
 * components falls back to it too.
 */
export function findAsset(context: AzureMlContext, reference: string, kind: AssetKind): Resource | undefined {
  const asset = parseReference(reference, kind);
  if (!asset) return undefined;
  if (asset.version) return context.resources.get(`${asset.kind}/${asset.name}/versions/${asset.version}`);
  return (
    context.resources.get(`${asset.kind}/${asset.name}/labels/${asset.label}`) ??
    newestVersion(context, asset.kind, asset.name)
  );
}

/** Asset id as run history records it for outputs of runs. */
export function assetId(context: AzureMlContext, kind: 'data' | 'models', name: string, version: string): string {
  const { location, workspaceId } = context.settings;
  return `azureml://locations/${location}/workspaces/${workspaceId}/${kind}/${name}/versions/${version}`;
}

/** The long form of a path on a datastore, as the service fills it in for inputs and outputs. */
export function datastoreUri(context: AzureMlContext, datastore: string, path: string): string {
  const { subscriptionId, resourceGroup, workspaceName } = context.settings;
  return `azureml://subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspaceName}/datastores/${datastore}/paths/${path}`;
}
