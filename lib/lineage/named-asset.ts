import { type AssetId, parseAssetId, shortId } from '../azureml/asset-ids.ts';

/** A version of an asset as a job names it; of a label only the label is known. */
export interface NamedAsset extends Pick<AssetId, 'name' | 'version' | 'registry'> {
  /** `sklearn version 5`, `sklearn (latest)`. */
  title: string;
}

/**
 * What an id, `azureml:name:version`, `azureml:name@latest` or a registry's label
 * (`azureml://registries/r/environments/sklearn/labels/latest`) names; undefined for other texts.
 */
export function namedAsset(text: string | null | undefined): NamedAsset | undefined {
  if (!text) return undefined;
  const asset = parseAssetId(text);
  if (asset) return { ...asset, title: `${asset.name} version ${asset.version}` };
  const label = /^azureml:\/\/registries\/([^/]+)\/\w+\/([^/]+)\/labels\/([^/]+)$/i.exec(text);
  if (label) return { registry: label[1]!, name: label[2]!, version: label[3]!, title: `${label[2]} (${label[3]})` };
  const short = /^(?:azureml:)?([^:/@]+)([:@])([^:/@]+)$/.exec(text);
  if (!short) return undefined;
  const [, name, sign, version] = short as unknown as [string, string, string, string];
  return { name, version, title: sign === ':' ? `${name} version ${version}` : `${name} (${version})` };
}

/** The text as it is recorded: `azureml:train-env:5` for what is in the workspace, else as it is. */
export function recordedAsset(text: string | null | undefined): string | undefined {
  const asset = text ? parseAssetId(text) : undefined;
  return asset && !asset.registry ? shortId(asset) : (text ?? undefined);
}
