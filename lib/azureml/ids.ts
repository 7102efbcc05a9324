/** What names a workspace. */
export interface WorkspaceIds {
  subscriptionId: string;
  resourceGroup: string;
  workspaceName: string;
}

/** ARM path of a workspace: `/subscriptions/.../workspaces/ws`. */
export function workspacePath({ subscriptionId, resourceGroup, workspaceName }: WorkspaceIds): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}`;
}

/** Kinds of versioned assets as they are spelled in paths. */
export type AssetKind = 'codes' | 'components' | 'data' | 'environments' | 'models';

/** ARM path of an asset's version below a workspace's path. */
export function assetPath(workspace: string, kind: AssetKind, name: string, version: string): string {
  return `${workspace}/${kind}/${name}/versions/${version}`;
}

/** `jobs/x` of the id of any resource below a workspace. */
export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** True for strings that name something in Azure rather than a local file. */
export function isRemote(value: string): boolean {
  return /^(azureml:|(?!file:)[a-z][a-z\d+.-]+:\/\/|runs:\/|\/subscriptions\/|git\+)/i.test(value);
}
