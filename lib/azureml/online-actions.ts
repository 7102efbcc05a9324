import { managementClient } from '../azure/management.ts';
import { viaClient } from '../azure/other-clients.ts';
import type { OnlineDeployment, OnlineEndpoint } from './online-endpoints.ts';
import type { Workspace } from './workspace.ts';

/** All deployments of an endpoint, with their tags and models. */
export async function listOnlineDeployments(workspace: Workspace, endpoint: string): Promise<OnlineDeployment[]> {
  const { subscriptionId, resourceGroup, workspaceName } = workspace.ids;
  const { onlineDeployments } = managementClient(workspace.client, subscriptionId);
  const found: OnlineDeployment[] = [];
  for await (const one of onlineDeployments.list(resourceGroup, workspaceName, endpoint)) {
    const { id = '', name = '', tags, sku, systemData, properties } = one;
    found.push({
      id,
      name,
      tags: (tags ?? {}) as Record<string, string>,
      sku: sku ?? null,
      systemData: { createdAt: systemData?.createdAt?.toISOString() ?? null },
      properties: properties as unknown as OnlineDeployment['properties'],
    });
  }
  return found;
}

/** What signs requests to an endpoint: its key, or a token of its own. Undefined for one that takes Entra ID tokens. */
export async function endpointSecret(workspace: Workspace, endpoint: OnlineEndpoint): Promise<string | undefined> {
  const { subscriptionId, resourceGroup, workspaceName } = workspace.ids;
  const { onlineEndpoints } = managementClient(workspace.client, subscriptionId);
  const scope = [resourceGroup, workspaceName, endpoint.name] as const;
  const mode = (endpoint.properties.authMode ?? 'Key').toLowerCase();
  if (mode === 'key') return (await viaClient(onlineEndpoints.listKeys(...scope))).primaryKey ?? undefined;
  if (mode === 'amltoken') return (await viaClient(onlineEndpoints.getToken(...scope))).accessToken ?? undefined;
  return undefined;
}

/** The last lines of a container: of the scoring script, or of what fetched the model. */
export async function deploymentLogs(
  workspace: Workspace,
  endpoint: string,
  deployment: string,
  container: 'InferenceServer' | 'StorageInitializer',
  lines: number,
): Promise<string> {
  const { subscriptionId, resourceGroup, workspaceName } = workspace.ids;
  const { onlineDeployments } = managementClient(workspace.client, subscriptionId);
  const body = { containerType: container, tail: lines };
  const answer = await viaClient(onlineDeployments.getLogs(resourceGroup, workspaceName, endpoint, deployment, body));
  return answer.content ?? '';
}
