import { type AssetId, parseAssetId } from '../azureml/asset-ids.ts';
import type { ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { COPIED_FROM, PREFIX } from './stamp.ts';

/**
 * The version that another one is a copy of: as the copy says it, else as its registry says what it was imported from
 * (`originAssetId`, which names the workspace by its GUID). Undefined for a version that is not a copy; the text as it is when
 * it does not say where the original is.
 */
export function originalOf(
  copy: ModelVersion,
  ws: Pick<Workspace, 'path' | 'workspaceGuid'>,
): AssetId | string | undefined {
  const { properties: recorded = {}, originAssetId } = copy.properties;
  const said = recorded[COPIED_FROM];
  if (said) {
    const asset = parseAssetId(said);
    return asset?.kind === 'models' ? asset : said;
  }
  const asset = originAssetId ? parseAssetId(originAssetId) : undefined;
  if (!originAssetId || asset?.kind !== 'models') return undefined;
  if (asset.workspace || asset.registry) return asset;
  const guid = /\/workspaces\/([^/]+)\//i.exec(originAssetId)?.[1]?.toLowerCase();
  const workspace = guid === ws.workspaceGuid?.toLowerCase() ? ws.path : recorded[`${PREFIX}workspace`];
  return workspace ? { ...asset, workspace } : originAssetId;
}
