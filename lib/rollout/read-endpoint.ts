import {
  findOnlineEndpoint,
  listOnlineDeployments,
  type OnlineDeployment,
  type OnlineEndpoint,
} from '../azureml/online-endpoints.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { EndpointState } from './endpoint-state.ts';
import { readSaved } from './saved-rollout.ts';
import { withoutZeros } from './traffic.ts';

/** Tag of every deployment that this task makes; only those are removed later. */
export const MADE_BY_TAG = 'rollout.madeBy';

/** An endpoint as it is, and as decisions see it. */
export interface ReadEndpoint {
  /** Undefined when there is none. */
  resource: OnlineEndpoint | undefined;
  state: EndpointState;
}

/** Reads an endpoint and its deployments. */
export async function readEndpoint(workspace: Workspace, name: string, signal?: AbortSignal): Promise<ReadEndpoint> {
  const resource = await findOnlineEndpoint(workspace, name, signal);
  const deployments = resource ? await listOnlineDeployments(workspace, name) : [];
  return { resource, state: stateOf(name, resource, deployments) };
}

/** @param deployments names in any case of letters: the service writes them in small ones, some of its answers do not */
export function stateOf(
  name: string,
  resource: OnlineEndpoint | undefined,
  deployments: readonly OnlineDeployment[],
): EndpointState {
  const { properties, tags, systemData } = resource ?? {};
  const lowered = (traffic: Record<string, number> | null | undefined): Record<string, number> =>
    withoutZeros(Object.fromEntries(Object.entries(traffic ?? {}).map(([key, share]) => [key.toLowerCase(), share])));
  return {
    name,
    exists: resource !== undefined,
    traffic: lowered(properties?.traffic),
    mirrorTraffic: lowered(properties?.mirrorTraffic),
    provisioningState: properties?.provisioningState ?? '',
    saved: readSaved(tags),
    lastModified: { by: systemData?.lastModifiedBy ?? '', at: systemData?.lastModifiedAt ?? '' },
    deployments: deployments.map((one) => ({
      name: one.name.toLowerCase(),
      provisioningState: one.properties.provisioningState ?? '',
      model: one.properties.model ?? '',
      createdAt: one.systemData?.createdAt ?? '',
      isOurs: one.tags?.[MADE_BY_TAG] !== undefined,
    })),
  };
}
