import {
  type BatchEndpoint,
  batchDeploymentDeletion,
  batchEndpointUpdate,
  findBatchEndpoint,
  listBatchDeployments,
} from '../azureml/batch-endpoints.ts';
import { path, requestTo } from '../azureml/resources.ts';
import { type EndpointKind, stateOf } from './endpoint-kind.ts';
import { liveDeployment, type Traffic } from './traffic.ts';

/** Batch endpoints: the default deployment has all of the traffic. */
export const BATCH: EndpointKind = {
  async read(workspace, name, signal) {
    const resource = await findBatchEndpoint(workspace, name, signal);
    const deployments = resource ? await listBatchDeployments(workspace, name) : [];
    const live = resource?.properties.defaults?.deploymentName?.toLowerCase();
    // A default that was deleted serves nobody.
    const isThere = deployments.some((one) => one.name.toLowerCase() === live);
    const traffic: Traffic = live !== undefined && isThere ? { [live]: 100 } : {};
    const modelOf = (one: (typeof deployments)[number]): string => one.properties.model?.assetId ?? '';
    return {
      resource,
      state: stateOf(name, resource, { isBatch: true, traffic, mirrorTraffic: {} }, deployments, modelOf),
    };
  },
  update: (workspace, endpoint, { traffic, tags }) =>
    batchEndpointUpdate(workspace, endpoint as BatchEndpoint, { deploymentName: liveDeployment(traffic), tags }),
  removal: (workspace, name) => requestTo(workspace, 'DELETE', path('batchEndpoints', name)),
  deletion: batchDeploymentDeletion,
};
