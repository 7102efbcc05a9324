import type { ClientApiBase } from 'azure-devops-node-api/ClientApiBases.js';
import { createSender, type Sender, type SenderOptions } from '../azure/sender.ts';
import type { BuildApi, GitApi, PipelinesApi, ReleaseApi, WorkItemTrackingApi } from './clients.ts';
import { restOver } from './rest-over-sender.ts';

/** The organization that a run belongs to, opened with the token of its job. The functions of this folder take it first. */
export interface DevOps {
  /** `https://dev.azure.com/org/` */
  readonly collectionUrl: string;
  /** Microsoft's clients, loaded when one is first asked for. */
  readonly builds: Client<BuildApi>;
  readonly git: Client<GitApi>;
  readonly workItems: Client<WorkItemTrackingApi>;
  readonly pipelines: Client<PipelinesApi>;
  readonly releases: Client<ReleaseApi>;
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

/** Opens Azure DevOps with azure-devops-node-api. Nothing is loaded or sent before a client is used. */
export function openDevOps({ collectionUrl, token, onSecret, ...network }: DevOpsOptions): DevOps {
  if (token) onSecret(token);
  let sender: Sender | undefined;
  const client = <T extends ClientApiBase>(classOf: (all: Clients) => ApiClass<T>, home = async () => collectionUrl) =>
    once(async () => {
      sender ??= createSender(network);
      const [all, url] = await Promise.all([import('./clients.ts'), home()]);
      const api = new (classOf(all))(url, [], {});
      const rest = restOver(sender, { collectionUrl, token });
      // Every request of the client goes through these two (typed-rest-client 3.1).
      api.http = rest;
      api.rest.client = rest;
      return api;
    });
  const locations = client(({ LocationsApi }) => LocationsApi);
  // A server that is not in the cloud has no areas: everything is at its own address.
  const releaseUrl = async () =>
    (await (await locations()).getResourceArea(RELEASE_AREA))?.locationUrl ?? collectionUrl;
  return {
    collectionUrl,
    builds: client(({ BuildApi }) => BuildApi),
    git: client(({ GitApi }) => GitApi),
    workItems: client(({ WorkItemTrackingApi }) => WorkItemTrackingApi),
    pipelines: client(({ PipelinesApi }) => PipelinesApi),
    releases: client(({ ReleaseApi }) => ReleaseApi, releaseUrl),
  };
}

type Clients = typeof import('./clients.ts');
type ApiClass<T> = new (url: string, handlers: [], options: object) => T;

/** The same promise for every call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
