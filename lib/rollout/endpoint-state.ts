import type { SavedRollout } from './saved-rollout.ts';
import { describeTraffic, liveDeployment, type Traffic } from './traffic.ts';

/** An endpoint and its deployments, as far as decisions need them. */
export interface EndpointState {
  name: string;
  /** Of a batch endpoint the default deployment has all of the traffic, and no word of traffic is said to people. */
  isBatch: boolean;
  exists: boolean;
  traffic: Traffic;
  mirrorTraffic: Traffic;
  /** `Succeeded`, `Updating`, ... */
  provisioningState: string;
  /** What the endpoint's tag says about a rollout. */
  saved: SavedRollout | undefined;
  /** Who wrote the endpoint last, and when, if the service says it. */
  lastModified: { by: string; at: string };
  deployments: DeploymentState[];
}

export interface DeploymentState {
  name: string;
  /** `Succeeded`, `Creating`, `Failed`, ... */
  provisioningState: string;
  /** ARM id, or `azureml://registries/...`; empty when it has no model of its own. */
  model: string;
  /** ISO time; empty when the service does not say it. */
  createdAt: string;
  /** True when this task made it: it carries the stamp. */
  isOurs: boolean;
}

/** Provisioning of a deployment may take so long (azure-ai-ml waits for 2 hours as well). */
export const PROVISIONED_WITHIN_MS = 2 * 60 * 60_000;

/** True for a state in which the service takes no other change. */
export function isBusy(provisioningState: string): boolean {
  return !['Succeeded', 'Failed', 'Canceled', ''].includes(provisioningState);
}

/** Who gets the requests, for people: `its traffic is blue 90 %, green 10 %`, `its default deployment is blue`. */
export function describeRequests(
  { isBatch }: Pick<EndpointState, 'isBatch'>,
  traffic: Traffic,
  verb: 'is' | 'was' = 'is',
): string {
  return isBatch
    ? `its default deployment ${verb} ${liveDeployment(traffic) ?? 'none'}`
    : `its traffic ${verb} ${describeTraffic(traffic)}`;
}

export function deploymentOf({ deployments }: EndpointState, name: string): DeploymentState | undefined {
  return deployments.find((deployment) => deployment.name === name);
}
