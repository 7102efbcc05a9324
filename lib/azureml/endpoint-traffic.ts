import { find, path } from './resources.ts';
import type { Workspace } from './workspace.ts';

/**
 * Two reads of online endpoints without the management client of `online-endpoints.ts`, which would make every task that
 * imports them larger.
 */

/** Percent of an endpoint's requests by deployment (`{}` when none gets any, recorded 2026); undefined when there is no such endpoint. */
export async function findTraffic(workspace: Workspace, endpoint: string): Promise<Record<string, number> | undefined> {
  const found = await find<{ properties: { traffic?: Record<string, number> | null } }>(
    workspace,
    path('onlineEndpoints', endpoint),
  );
  return found && (found.properties.traffic ?? {});
}

/** Id of the model that a deployment serves; empty when it names none: a container of its own may serve anything. */
export async function findDeployedModel(workspace: Workspace, endpoint: string, deployment: string): Promise<string> {
  const found = await find<{ properties: { model?: string | null } }>(
    workspace,
    path('onlineEndpoints', endpoint, 'deployments', deployment),
  );
  return found?.properties.model ?? '';
}
