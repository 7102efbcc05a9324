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

/** What signs requests to an endpoint, and until when. Keys have no times. Milliseconds since the epoch. */
export interface EndpointCredential {
  secret: string;
  refreshAfterMs: number | undefined;
  expiryMs: number | undefined;
}

/** Its key, or a token of its own. Undefined for one that takes Entra ID tokens. */
export async function endpointSecret(workspace: Workspace, endpoint: OnlineEndpoint): Promise<string | undefined> {
  return (await endpointCredential(workspace, endpoint))?.secret;
}

/** The key or token with its times; the service gives them in seconds since the epoch (recorded). */
export async function endpointCredential(
  workspace: Workspace,
  endpoint: OnlineEndpoint,
): Promise<EndpointCredential | undefined> {
  const { subscriptionId, resourceGroup, workspaceName } = workspace.ids;
  const { onlineEndpoints } = managementClient(workspace.client, subscriptionId);
  const scope = [resourceGroup, workspaceName, endpoint.name] as const;
  const mode = (endpoint.properties.authMode ?? 'Key').toLowerCase();
  if (mode === 'key') {
    const { primaryKey } = await viaClient(onlineEndpoints.listKeys(...scope));
    return primaryKey ? { secret: primaryKey, refreshAfterMs: undefined, expiryMs: undefined } : undefined;
  }
  if (mode !== 'amltoken') return undefined;
  const { accessToken, refreshAfterTimeUtc, expiryTimeUtc } = await viaClient(onlineEndpoints.getToken(...scope));
  const inMs = (seconds: number | undefined): number | undefined => (seconds ? seconds * 1_000 : undefined);
  return accessToken
    ? { secret: accessToken, refreshAfterMs: inMs(refreshAfterTimeUtc), expiryMs: inMs(expiryTimeUtc) }
    : undefined;
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
