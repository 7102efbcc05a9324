import type { AzureRequest } from '../azure/client.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { EndpointState } from './endpoint-state.ts';
import type { Traffic } from './traffic.ts';

/** An endpoint as it is, and as decisions see it. */
export interface ReadEndpoint {
  /** Undefined when there is none. */
  resource: EndpointResource | undefined;
  state: EndpointState;
}

/** What online and batch endpoints have in common. All of it is written back. */
export interface EndpointResource {
  name: string;
  location?: string;
  kind?: string | null;
  tags?: Record<string, string> | null;
  identity?: { type?: string; userAssignedIdentities?: Record<string, unknown> | null } | null;
  systemData?: { lastModifiedBy?: string | null; lastModifiedAt?: string | null } | null;
  properties: { scoringUri?: string | null; provisioningState?: string | null } & Record<string, unknown>;
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
  /** The request that deletes a deployment; one with traffic is refused by the service. */
  deletion(workspace: Workspace, endpoint: string, deployment: string): AzureRequest;
}

/** Tag of every deployment that this task makes; only those are removed later. */
export const MADE_BY_TAG = 'rollout.madeBy';
