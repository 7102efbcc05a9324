import type { AzureClient, AzureRequest } from '../azure/client.ts';
import { hasStatus, oddAnswer } from '../azure/failures.ts';
import { listAll } from '../azure/listing.ts';
import { requireTrusted } from '../azure/trusted-hosts.ts';
import { UserError } from '../core/errors.ts';
import { notFound } from '../core/words.ts';
import { apiVersionOf, WORKSPACE_API } from './api-versions.ts';
import { assetPath, type WorkspaceIds, workspacePath } from './ids.ts';
import type { AssetRoot } from './resources.ts';

/** An Azure ML workspace that was found, and the ways to its services. The functions of this folder take it first. */
export interface Workspace extends AssetRoot {
  readonly ids: WorkspaceIds;
  /** ARM path. */
  readonly path: string;
  /** Azure region: `eastus`. */
  readonly location: string;
  /** GUID, as in `azureml://locations/{location}/workspaces/{guid}/...`. */
  readonly workspaceGuid: string;
  /** Entra tenant of the workspace; empty when the service does not say it. */
  readonly tenantId: string;
  /** Root of the region's data plane: `https://eastus.api.azureml.ms`. */
  readonly apiUrl: string;
  /** Root of run history below the region's data plane, this workspace included. */
  readonly historyUrl: string;
  /** Root of the MLflow tracking REST API, this workspace included. */
  readonly mlflowUrl: string;
}

interface WorkspaceAnswer {
  location?: string;
  properties?: { discoveryUrl?: string; mlFlowTrackingUri?: string; workspaceId?: string; tenantId?: string };
}

/**
 * Finds the workspace and its data plane.
 * `GET {workspace}` gives `discoveryUrl` and `mlFlowTrackingUri`; `GET {discoveryUrl}` (no token) gives `api`, the root of
 * the region's data plane (azure-ai-ml `_job_operations._get_workspace_url`).
 * @throws UserError `WorkspaceNotFound`, `HostNotTrusted`, `AnswerNotUnderstood`
 */
export async function openWorkspace(client: AzureClient, ids: WorkspaceIds): Promise<Workspace> {
  const path = workspacePath(ids);
  const url = `${client.cloud.armUrl}${path}?api-version=${WORKSPACE_API}`;
  const { body } = await client.send<WorkspaceAnswer>({ method: 'GET', url, audience: 'arm' }).catch(async (error) => {
    if (hasStatus(error, 404)) throw await workspaceNotFound(client, ids);
    throw error;
  });
  const { location = '', properties: found } = body;
  const discoveryUrl = found?.discoveryUrl;
  if (!discoveryUrl) throw oddAnswer(url, 'a discoveryUrl', JSON.stringify(body));
  const of = `of the workspace '${ids.workspaceName}'`;
  const { body: roots, text } = await client.send<{ api?: string }>({
    method: 'GET',
    url: discoveryUrl,
    audience: 'none',
    from: `the discoveryUrl ${of}`,
  });
  if (!roots?.api) throw oddAnswer(discoveryUrl, "an 'api'", text);
  requireTrusted(client.cloud, roots.api, `the discovery ${of}`);
  const tracking = (found.mlFlowTrackingUri ?? `${roots.api}/mlflow/v1.0${path}`).replace(/^azureml:/, 'https:');
  requireTrusted(client.cloud, tracking, `the mlFlowTrackingUri ${of}`);
  return {
    ids,
    path,
    client,
    url: `${client.cloud.armUrl}${path}`,
    label: `the workspace '${ids.workspaceName}'`,
    audience: 'arm',
    apiVersionOf,
    idOf: (...asset) => assetPath(path, ...asset),
    location,
    workspaceGuid: found.workspaceId ?? '',
    tenantId: found.tenantId ?? '',
    apiUrl: roots.api,
    historyUrl: `${roots.api}/history/v1.0${path}`,
    mlflowUrl: `${tracking}/api/2.0/mlflow`,
  };
}

async function workspaceNotFound(client: AzureClient, ids: WorkspaceIds): Promise<UserError> {
  const names: string[] = [];
  try {
    const url = `${client.cloud.armUrl}/subscriptions/${ids.subscriptionId}/providers/Microsoft.MachineLearningServices/workspaces?api-version=${WORKSPACE_API}`;
    const request = { method: 'GET', url, audience: 'arm' } as const;
    for await (const { name } of listAll<{ name: string }>(client, request)) names.push(name);
  } catch {
    // The list only helps to word the message; a connection that may not list still gets the message.
  }
  const where = `in the resource group '${ids.resourceGroup}' of subscription ${ids.subscriptionId}`;
  return new UserError({
    code: 'WorkspaceNotFound',
    message:
      names.length > 0
        ? notFound('workspace', ids.workspaceName, where, names)
        : `There is no workspace '${ids.workspaceName}' ${where}, or the service connection may not see it.`,
    fix: 'Check the names of the resource group and of the workspace.',
  });
}

/** The same workspace, with another patience for the requests that say nothing about theirs. */
export function withPatience(workspace: Workspace, patience: Pick<AzureRequest, 'retry' | 'signal'>): Workspace {
  const { client } = workspace;
  const changed: AzureClient = {
    ...client,
    send: (request) => client.send({ ...patience, ...request, signal: request.signal ?? patience.signal }),
    download: (url, range, options) => client.download(url, range, { ...patience, ...options }),
  };
  return { ...workspace, client: changed };
}

/** The same workspace for a caller that repeats its requests by itself: a request that fails is tried once more. */
export function withQuickRetries(workspace: Workspace): Workspace {
  return withPatience(workspace, { retry: 'quick' });
}
