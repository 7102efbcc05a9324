import { AzureError } from '../../../lib/azure/failures.ts';
import { apiVersionOf } from '../../../lib/azureml/api-versions.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';

export interface SeenRequest {
  method: string;
  /** Without the root of the service: `models/m?api-version=...` of ARM, `history/runs/x` of the data plane. */
  below: string;
  body?: unknown;
}

/** An answer with another status than 200. */
export class Answered {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/**
 * A workspace whose answers a test gives.
 * @param answer of a request: a body, an `Answered`, an error to throw, or a number for an error of that status
 */
export function fakeWorkspace(answer: (request: SeenRequest) => unknown): {
  workspace: Workspace;
  requests: SeenRequest[];
} {
  const requests: SeenRequest[] = [];
  const send = async (request: { method: string; url: string; body?: unknown }): Promise<unknown> => {
    const seen = { ...request, below: request.url.replace('https://arm/ws/', '').replace('https://api/', '') };
    requests.push(seen);
    const given = answer(seen);
    if (given instanceof Error) throw given;
    const { status, body } = given instanceof Answered ? given : new Answered(200, given);
    if (typeof body === 'number')
      throw new AzureError({ status: body, code: 'X', message: 'x', method: request.method, url: request.url });
    return { status, body, text: JSON.stringify(body) ?? '', header: () => undefined };
  };
  const workspace = {
    client: {
      cloud: { armUrl: 'https://arm', storageSuffix: 'core.example', mlScope: 'https://ml.example/.default' },
      send,
    },
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
