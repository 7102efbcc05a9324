import type { Workspace } from './workspace.ts';

/**
 * Where a data asset that a run wrote is: `azureml://subscriptions/.../datastores/{name}/paths/...` (recorded:
 * `POST {api}/data/v1.0{workspace}/dataversion/batchGetResolvedUris`). Undefined when the service does not know it.
 * @param assetId as run history names it: `azureml://locations/{region}/workspaces/{guid}/data/{name}/versions/{version}`
 */
export async function findDataUri(workspace: Workspace, assetId: string): Promise<string | undefined> {
  const { body } = await workspace.client.send<{ values?: Record<string, { uri?: string | null }> }>({
    method: 'POST',
    url: `${workspace.apiUrl}/data/v1.0${workspace.path}/dataversion/batchGetResolvedUris`,
    audience: 'ml',
    body: { values: [assetId] },
    repeatable: true,
  });
  return body.values?.[assetId]?.uri ?? undefined;
}
