import { find, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An online endpoint, as far as it is read here. */
export interface OnlineEndpoint {
  name: string;
  properties: {
    /** Percent of the requests by deployment; `{}` when none gets any (recorded 2026). */
    traffic?: Record<string, number> | null;
  };
}

/** A deployment of an online endpoint, as far as it is read here. */
export interface OnlineDeployment {
  name: string;
  properties: {
    /** Id of the model, or null: a container of its own may serve anything. */
    model?: string | null;
  };
}

export function findOnlineEndpoint(workspace: Workspace, name: string): Promise<OnlineEndpoint | undefined> {
  return find(workspace, path('onlineEndpoints', name));
}

export function findOnlineDeployment(
  workspace: Workspace,
  endpoint: string,
  name: string,
): Promise<OnlineDeployment | undefined> {
  return find(workspace, path('onlineEndpoints', endpoint, 'deployments', name));
}
