import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';

export interface SeenRequest {
  method: string;
  /** Without the root of the service: `models/m?api-version=...` of ARM, `history/runs/x` of the data plane. */
  below: string;
  body?: unknown;
}

/**
 * A workspace whose answers a test gives.
 * @param answer of a request: a body, or a number for an error of that status
 */
export function fakeWorkspace(answer: (request: SeenRequest) => unknown): {
  workspace: Workspace;
  requests: SeenRequest[];
} {
  const requests: SeenRequest[] = [];
  const send = async (request: { method: string; url: string; body?: unknown }): Promise<unknown> => {
    const seen = { ...request, below: request.url.replace('https://arm/ws/', '').replace('https://api/', '') };
    requests.push(seen);
    const body = answer(seen);
    if (typeof body === 'number')
      throw new AzureError({ status: body, code: 'X', message: 'x', method: request.method, url: request.url });
    return { status: 200, body, text: JSON.stringify(body) ?? '', header: () => undefined };
  };
  const workspace = {
    client: { cloud: { armUrl: 'https://arm', storageSuffix: 'core.example', mlScope: 'https://ml.example/.default' }, send },
    ids: { subscriptionId: 's', resourceGroup: 'rg', workspaceName: 'ws' },
    tenantId: 't1',
    path: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws',
    url: 'https://arm/ws',
    label: "the workspace 'ws'",
    audience: 'arm',
    apiVersionOf,
    historyUrl: 'https://api/history',
    mlflowUrl: 'https://api/mlflow',
  } as unknown as Workspace;
  return { workspace, requests };
}
