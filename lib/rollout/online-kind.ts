import { listOnlineDeployments } from '../azureml/online-actions.ts';
import { deploymentDeletion, endpointUpdate, type OnlineEndpoint } from '../azureml/online-endpoints.ts';
import { findOnlineEndpoint } from '../azureml/online-reads.ts';
import { path, requestTo } from '../azureml/resources.ts';
import { type EndpointKind, stateOf } from './endpoint-kind.ts';
import { type Traffic, withoutZeros } from './traffic.ts';

/** Online endpoints, managed and Kubernetes. */
export const ONLINE: EndpointKind = {
  async read(workspace, name, signal) {
    const resource = await findOnlineEndpoint(workspace, name, signal);
    const deployments = resource ? await listOnlineDeployments(workspace, name) : [];
    const { traffic, mirrorTraffic } = resource?.properties ?? {};
    const requests = { isBatch: false, traffic: lowered(traffic), mirrorTraffic: lowered(mirrorTraffic) };
    return { resource, state: stateOf(name, resource, requests, deployments, (one) => one.properties.model ?? '') };
  },
  update: (workspace, endpoint, change) => endpointUpdate(workspace, endpoint as OnlineEndpoint, change),
  removal: (workspace, name) => requestTo(workspace, 'DELETE', path('onlineEndpoints', name)),
  deletion: deploymentDeletion,
};

function lowered(traffic: Traffic | null | undefined): Traffic {
  return withoutZeros(
    Object.fromEntries(Object.entries(traffic ?? {}).map(([key, share]) => [key.toLowerCase(), share])),
  );
}
