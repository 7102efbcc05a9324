/** What the id of a version of an asset says. */
export interface AssetId {
  kind: string;
  name: string;
  version: string;
  /** ARM path of the workspace that has it; undefined for the own one and for a registry. */
  workspace?: string;
  /** Name of the registry that has it. */
  registry?: string;
}

/**
 * Reads the id of a version: ARM's (`{workspace}/models/m/versions/1`), a registry's
 * (`azureml://registries/r/models/m/versions/1`), that of run history (`azureml://locations/{region}/workspaces/{guid}/data/d/versions/1`).
 * @returns undefined for other texts
 */
export function parseAssetId(text: string): AssetId | undefined {
  const match = /^(.*?)\/(models|data|environments|codes|components)\/([^/]+)\/versions\/([^/]+)\/?$/i.exec(text);
  if (!match) return undefined;
  const [, root, kind, name, version] = match as unknown as [string, string, string, string, string];
  const registry = /^azureml:\/\/registries\/([^/]+)$/i.exec(root)?.[1];
  const workspace = /^(?:azureml:)?(\/subscriptions\/.+)$/i.exec(root)?.[1];
  return {
    kind: kind.toLowerCase(),
    name: decodeURIComponent(name),
    version: decodeURIComponent(version),
    ...(registry ? { registry } : {}),
    ...(workspace ? { workspace } : {}),
  };
}

/** `azureml:iris:3` */
export function shortId({ name, version }: Pick<AssetId, 'name' | 'version'>): string {
  return `azureml:${name}:${version}`;
}
