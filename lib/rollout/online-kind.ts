import { listOnlineDeployments } from '../azureml/online-actions.ts';
import {
  deploymentDeletion,
  endpointUpdate,
  type OnlineDeployment,
  type OnlineEndpoint,
} from '../azureml/online-endpoints.ts';
import { findOnlineEndpoint } from '../azureml/online-reads.ts';
import { type EndpointKind, MADE_BY_TAG } from './endpoint-kind.ts';
import type { EndpointState } from './endpoint-state.ts';
import { readSaved } from './saved-rollout.ts';
import { withoutZeros } from './traffic.ts';

/** Online endpoints, managed and Kubernetes. */
export const ONLINE: EndpointKind = {
  async read(workspace, name, signal) {
    const resource = await findOnlineEndpoint(workspace, name, signal);
    const deployments = resource ? await listOnlineDeployments(workspace, name) : [];
    return { resource, state: onlineState(name, resource, deployments) };
  },
  update: (workspace, endpoint, change) => endpointUpdate(workspace, endpoint as OnlineEndpoint, change),
  deletion: deploymentDeletion,
};

/** @param deployments names in any case of letters: the service writes them in small ones, some of its answers do not */
export function onlineState(
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
