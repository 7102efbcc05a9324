/** The online endpoints of the sandbox: what serves them, how they are reached, and how tests spoil them. */
import { createHash } from 'node:crypto';
import express from 'express';
import type { Resource, ResourceStore, Tokens, WorkspaceSettings } from '../../contracts.ts';
import type { FaultInjection } from '../../faults.ts';
import type { Online } from '../../online-contract.ts';
import { startServer } from '../../server.ts';
import { createCounts } from './counts.ts';
import { createDeployments, type OnlineContext, type OnlineDeployments } from './deployments.ts';
import { createOnlineFaults, type OnlineFaults } from './faults.ts';
import { createScoring } from './scoring.ts';
import type { Traffic } from './traffic.ts';

/** What a host of the scoring servers ends in; before it are the endpoint's name and the region. */
export const scoringDomain = 'inference.ml.azure.localhost';

/** How long an operation takes at least; the service needs 15 seconds to minutes. */
const operationMs = 200;

/** The part that the resource provider uses. */
export interface OnlinePart {
  deployments: OnlineDeployments;
  faults: OnlineFaults;
  /** How long the operation that begins now takes at least. */
  operationMs(endpoint: string, deployment?: string): number;
  scoringUri(endpoint: string): string;
  /** Audience of the tokens that the endpoint itself gives. */
  tokenAudience(endpoint: string): string;
  /** Object id of the endpoint's identity. */
  principalOf(endpoint: string): string;
  /** True when a new endpoint can't have the name. */
  nameTaken(endpoint: string): boolean;
  /** The traffic that answers show now. */
  seenTraffic(endpoint: Resource): { traffic: Traffic; mirrorTraffic: Traffic };
  /** Is called before the traffic of the endpoint changes. */
  trafficChanges(endpoint: Resource): void;
}

export interface OnlineOptions extends Omit<OnlineContext, 'faults'> {
  settings: WorkspaceSettings;
  resources: ResourceStore;
  tokens: Tokens;
  tls: { cert: string; key: string };
  port?: number | undefined;
  requestFaults: FaultInjection;
}

/** Starts the scoring server, and the deployments that the store has from an earlier run. */
export async function startOnline(options: OnlineOptions) {
  const { settings, resources } = options;
  const faults = createOnlineFaults();
  const counts = createCounts();
  const deployments = createDeployments({ ...options, faults });
  const app = express();
  const server = await startServer({ app, tls: options.tls, port: options.port });
  const host = (endpoint: string) => `${endpoint}.${settings.location}.${scoringDomain}`;
  const late = new Map<string, { until: number; traffic: Traffic; mirrorTraffic: Traffic }>();
  const part: OnlinePart = {
    deployments,
    faults,
    operationMs: (endpoint, deployment) =>
      operationMs +
      faults
        .each({ endpoint, ...(deployment !== undefined && { deployment }) }, 'slowOperation')
        .reduce((total, { fault }) => total + fault.delayMs, 0),
    scoringUri: (endpoint) => `https://${host(endpoint)}:${server.port}/score`,
    tokenAudience: (endpoint) => `https://${host(endpoint)}`,
    principalOf: (endpoint) => guidOf(`${settings.workspaceId}/${endpoint}`),
    nameTaken: (endpoint) =>
      resources.get(`batchEndpoints/${endpoint}`) !== undefined || faults.take({ endpoint }, 'nameTaken') !== undefined,
    seenTraffic({ id, properties: { traffic = {}, mirrorTraffic = {} } }) {
      const old = late.get(id);
      return old && Date.now() < old.until ? old : { traffic, mirrorTraffic };
    },
    trafficChanges({ id, name, properties: { traffic = {}, mirrorTraffic = {} } }) {
      const fault = faults.take({ endpoint: name }, 'lateTraffic');
      if (fault) late.set(id, { until: Date.now() + fault.delayMs, traffic, mirrorTraffic });
    },
  };
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(options.requestFaults.middleware);
  app.use(createScoring({ ...options, ...part, counts }));
  revive(resources, deployments, options.log);
  const control: Online = {
    misbehave: faults.add,
    behave: faults.clear,
    counts: counts.of,
    resetCounts: counts.reset,
  };
  return {
    part,
    control,
    port: server.port,
    async stop() {
      await server.stop();
      await deployments.stop();
    },
  };
}

/** Deployments that served when the sandbox was stopped serve again; a deletion that was interrupted is finished. */
function revive(resources: ResourceStore, deployments: OnlineDeployments, log: (line: string) => void): void {
  for (const endpoint of resources.list('onlineEndpoints')) {
    const path = `onlineEndpoints/${endpoint.name}`;
    const isDeleted = ({ properties }: Resource) => properties.provisioningState === 'Deleting';
    for (const deployment of resources.list(`${path}/deployments`)) {
      const place = { id: deployment.id.toLowerCase(), endpoint: endpoint.name, deployment: deployment.name };
      if (isDeleted(endpoint) || isDeleted(deployment)) resources.delete(`${path}/deployments/${deployment.name}`);
      else if (deployment.properties.hasServed)
        deployments
          .provision(place, deployment)
          .catch((error: Error) => log(`${path}/deployments/${deployment.name}: ${error.message}`));
    }
    if (!isDeleted(endpoint)) continue;
    resources.delete(path);
    resources.delete(`onlineEndpointKeys/${endpoint.name}`);
  }
}

function guidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
