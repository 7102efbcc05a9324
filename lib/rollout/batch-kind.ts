import {
  type BatchDeployment,
  type BatchEndpoint,
  batchDeploymentDeletion,
  batchEndpointUpdate,
  findBatchEndpoint,
  listBatchDeployments,
} from '../azureml/batch-endpoints.ts';
import { type EndpointKind, MADE_BY_TAG } from './endpoint-kind.ts';
import type { EndpointState } from './endpoint-state.ts';
import { readSaved } from './saved-rollout.ts';
import { liveDeployment, type Traffic } from './traffic.ts';

/** Batch endpoints: the default deployment has all of the traffic. */
export const BATCH: EndpointKind = {
  async read(workspace, name, signal) {
    const resource = await findBatchEndpoint(workspace, name, signal);
    const deployments = resource ? await listBatchDeployments(workspace, name) : [];
    return { resource, state: batchState(name, resource, deployments) };
  },
  update: (workspace, endpoint, { traffic, tags }) =>
    batchEndpointUpdate(workspace, endpoint as BatchEndpoint, { deploymentName: liveDeployment(traffic), tags }),
  deletion: batchDeploymentDeletion,
};

export function batchState(
  name: string,
  resource: BatchEndpoint | undefined,
  deployments: readonly BatchDeployment[],
): EndpointState {
  const { properties, tags, systemData } = resource ?? {};
  const live = properties?.defaults?.deploymentName?.toLowerCase();
  // A default that was deleted serves nobody.
  const traffic: Traffic = live && deployments.some((one) => one.name.toLowerCase() === live) ? { [live]: 100 } : {};
  return {
    name,
    exists: resource !== undefined,
    traffic,
    mirrorTraffic: {},
    provisioningState: properties?.provisioningState ?? '',
    saved: readSaved(tags),
    lastModified: { by: systemData?.lastModifiedBy ?? '', at: systemData?.lastModifiedAt ?? '' },
    deployments: deployments.map((one) => ({
      name: one.name.toLowerCase(),
      provisioningState: one.properties.provisioningState ?? '',
      model: one.properties.model?.assetId ?? '',
      createdAt: one.systemData?.createdAt ?? '',
      isOurs: one.tags?.[MADE_BY_TAG] !== undefined,
    })),
  };
}
