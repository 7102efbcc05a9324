import type { AzureRequest } from '../azure/client.ts';
import type { DeploymentResource, EndpointResource } from '../azureml/endpoints.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { EndpointState } from './endpoint-state.ts';
import { readSaved } from './saved-rollout.ts';
import type { Traffic } from './traffic.ts';

/** An endpoint as it is, and as decisions see it. */
export interface ReadEndpoint {
  /** Undefined when there is none. */
  resource: EndpointResource | undefined;
  state: EndpointState;
}

/** What of an endpoint a rollout writes. */
export interface EndpointChange {
  traffic: Traffic;
  mirrorTraffic: Traffic;
  tags: Readonly<Record<string, string>>;
}

/** How endpoints of one kind are read and written. Of a batch endpoint the default deployment has all of the traffic. */
export interface EndpointKind {
  read(workspace: Workspace, name: string, signal?: AbortSignal): Promise<ReadEndpoint>;
  /** The request that changes the endpoint: `PUT` of all of it. */
  update(workspace: Workspace, endpoint: EndpointResource, change: EndpointChange): AzureRequest;
  /** The request that deletes the endpoint. */
  removal(workspace: Workspace, endpoint: string): AzureRequest;
  /** The request that deletes a deployment; one with traffic is refused by the service. */
  deletion(workspace: Workspace, endpoint: string, deployment: string): AzureRequest;
}

/** Tag of every deployment that this task makes; only those are removed later. */
export const MADE_BY_TAG = 'rollout.madeBy';

/**
 * An endpoint as decisions see it.
 * @param deployments names in any case of letters: the service writes them in small ones, some of its answers do not
 * @param modelOf the id of a deployment's model; empty for one without
 */
export function stateOf<D extends DeploymentResource>(
  name: string,
  resource: EndpointResource | undefined,
  requests: Pick<EndpointState, 'isBatch' | 'traffic' | 'mirrorTraffic'>,
  deployments: readonly D[],
  modelOf: (deployment: D) => string,
): EndpointState {
  const { properties, tags, systemData } = resource ?? {};
  return {
    name,
    exists: resource !== undefined,
    ...requests,
    provisioningState: properties?.provisioningState ?? '',
    saved: readSaved(tags),
    lastModified: { by: systemData?.lastModifiedBy ?? '', at: systemData?.lastModifiedAt ?? '' },
    deployments: deployments.map((one) => ({
      name: one.name.toLowerCase(),
      provisioningState: one.properties.provisioningState ?? '',
      model: modelOf(one),
      createdAt: one.systemData?.createdAt ?? '',
      isOurs: one.tags?.[MADE_BY_TAG] !== undefined,
    })),
  };
}
