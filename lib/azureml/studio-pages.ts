import type { Workspace } from './workspace.ts';

/**
 * Pages of Azure ML studio for what answers give no address of. The service gives those of jobs alone; the paths below are
 * those that studio itself shows in a browser (an assumption, `docs/fidelity.md`).
 */
const PAGES = {
  models: (name: string, version: string) => `model/${name}:${version}/details`,
  data: (name: string, version: string) => `data/${name}/${version}/details`,
  environments: (name: string, version: string) => `environments/${name}/version/${version}`,
} as const;

export type StudioKind = keyof typeof PAGES;

/** The page of an asset's version in the workspace. */
export function assetPage(workspace: Workspace, kind: StudioKind, name: string, version: string): string {
  return pageOf(workspace, PAGES[kind](encodeURIComponent(name), encodeURIComponent(version)));
}

export function endpointPage(workspace: Workspace, kind: 'online' | 'batch', endpoint: string): string {
  const folder = kind === 'online' ? 'realtime' : 'batch';
  return pageOf(workspace, `endpoints/${folder}/${encodeURIComponent(endpoint)}/detail`);
}

function pageOf({ client, ids, tenantId }: Workspace, page: string): string {
  const { subscriptionId, resourceGroup, workspaceName } = ids;
  const wsid = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspaceName}`;
  const tenant = tenantId ? `&tid=${tenantId}` : '';
  return `${client.cloud.mlScope.replace(/\/\.default$/, '')}/${page}?wsid=${wsid}${tenant}`;
}
