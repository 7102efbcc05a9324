import type { ClientApiBase } from 'azure-devops-node-api/ClientApiBases.js';
import { createSender, type Sender, type SenderOptions } from '../azure/sender.ts';
import { restOver } from './rest-over-sender.ts';

/** The organization that a run belongs to, opened with the token of its job. The functions of this folder take it first. */
export interface DevOps {
  /** `https://dev.azure.com/org/` */
  readonly collectionUrl: string;
  /** Microsoft's clients, each loaded when it is first asked for. */
  readonly builds: Client<import('azure-devops-node-api/BuildApi.js').BuildApi>;
  readonly git: Client<import('azure-devops-node-api/GitApi.js').GitApi>;
  readonly workItems: Client<import('azure-devops-node-api/WorkItemTrackingApi.js').WorkItemTrackingApi>;
  readonly pipelines: Client<import('azure-devops-node-api/PipelinesApi.js').PipelinesApi>;
  readonly releases: Client<import('azure-devops-node-api/ReleaseApi.js').ReleaseApi>;
}

type Client<T> = () => Promise<T>;

export interface DevOpsOptions extends SenderOptions {
  /** `System.CollectionUri` */
  collectionUrl: string;
  /** The job's own token: `AccessToken` of the connection `SYSTEMVSSCONNECTION`. */
  token: string;
  /** Hears the token before it is used, so that it can be masked. */
  onSecret: (secret: string) => void;
}

/** Id of the area that has releases, which is on a host of its own (`vsrm.dev.azure.com`): `ReleaseApi.RESOURCE_AREA_ID`. */
const RELEASE_AREA = 'efc2f575-36ef-48e9-b672-0c6fb4a48ac5';

/**
 * Opens Azure DevOps with azure-devops-node-api. Nothing is loaded or sent before a client is used. Its classes are taken one
 * by one, because its front door (`WebApi`) brings all thirty of them.
 */
export function openDevOps({ collectionUrl, token, onSecret, ...network }: DevOpsOptions): DevOps {
  if (token) onSecret(token);
  let sender: Sender | undefined;
  const client = <T extends ClientApiBase>(load: () => Promise<ApiClass<T>>, home = async () => collectionUrl) =>
    once(async () => {
      sender ??= createSender(network);
      const [Api, url] = await Promise.all([load(), home()]);
      const api = new Api(url, [], {});
      const rest = restOver(sender, { collectionUrl, token });
      // Every request of the client goes through these two (typed-rest-client 3.1).
      api.http = rest;
      api.rest.client = rest;
      return api;
    });
  const locations = client(async () => (await import('azure-devops-node-api/LocationsApi.js')).LocationsApi);
  return {
    collectionUrl,
    builds: client(async () => (await import('azure-devops-node-api/BuildApi.js')).BuildApi),
    git: client(async () => (await import('azure-devops-node-api/GitApi.js')).GitApi),
    workItems: client(async () => (await import('azure-devops-node-api/WorkItemTrackingApi.js')).WorkItemTrackingApi),
    pipelines: client(async () => (await import('azure-devops-node-api/PipelinesApi.js')).PipelinesApi),
    releases: client(
      async () => (await import('azure-devops-node-api/ReleaseApi.js')).ReleaseApi,
      // A server that is not in the cloud has no areas: everything is at its own address.
      async () => (await (await locations()).getResourceArea(RELEASE_AREA))?.locationUrl ?? collectionUrl,
    ),
  };
}

type ApiClass<T> = new (url: string, handlers: [], options: object) => T;

/** The same promise for every call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
