/** Azure ML on a laptop: Azure Resource Manager, the data plane and the storage account of one workspace. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { azureMlAudience, publicAudiences } from '../connections.ts';
import type { AzureMlContext, RecordedRequest, ResourceStore, Runs, WorkspaceSettings } from '../contracts.ts';
import type { FaultInjection } from '../faults.ts';
import type { SigningTokens } from '../identity/tokens.ts';
import type { Online } from '../online-contract.ts';
import { recordRequests } from '../requests.ts';
import { startServer } from '../server.ts';
import { registryAssetRoot, workspaceArmId } from '../settings.ts';
import type { TlsFiles } from '../tls.ts';
import { answerErrors } from './arm/answer-errors.ts';
import * as errors from './arm/errors.ts';
import { createMetadata } from './arm/metadata.ts';
import { createResourceProvider } from './arm/provider.ts';
import { datastoreContainers, seedCuratedEnvironments, seedWorkspace } from './arm/seeds.ts';
import { openResourceStore } from './arm/store.ts';
import { requireToken } from './authentication.ts';
import { startBlobServer } from './blob-server.ts';
import { openBlobs } from './blobs.ts';
import { createNotifications } from './notifications.ts';
import { startOnline } from './online/online.ts';
import { createRuns } from './runs.ts';

/** The running part. */
export interface AzureMl {
  url: string;
  ports: { azureml: number; blobs: number; scoring: number };
  online: Online;
  resources: ResourceStore;
  runs: Runs;
}

/** What the part is started with. */
export interface AzureMlOptions {
  settings: WorkspaceSettings;
  tokens: SigningTokens;
  tls: TlsFiles;
  identityUrl: string;
  faults: FaultInjection;
  requests: RecordedRequest[];
  /** Working files; resources and blobs are kept there only with `persistent`. */
  dataFolder: string;
  persistent: boolean;
  ports: { azureml?: number; blobs?: number; scoring?: number };
  clientEnvironment: Record<string, string>;
  /** Jobs are stored and never started. */
  holdJobs: boolean;
  /** Datastores have no stored credentials: storage is opened with the identity of whoever asks. */
  identityBased: boolean;
  /** Takes what must be stopped, as soon as it runs: a start that fails later leaves nothing behind. */
  onStop(stop: () => Promise<void> | void): void;
  log(line: string): void;
}

const accountName = 'sandboxstorage';

/** The stores of the workspace and of the registry. */
function openStores({ settings, dataFolder, persistent }: AzureMlOptions) {
  const open = (rootId: string, kind: string, name: string) =>
    openResourceStore({
      rootId,
      type: `Microsoft.MachineLearningServices/${kind}`,
      folder: persistent ? join(dataFolder, name) : undefined,
    });
  return {
    resources: open(workspaceArmId(settings), 'workspaces', 'resources'),
    registry: open(registryAssetRoot, 'registries', 'registry'),
  };
}

/** Starts the blob server and opens the storage account of the workspace. */
async function startStorage(options: AzureMlOptions, resources: ResourceStore) {
  const { settings, tokens, tls, dataFolder } = options;
  const account = { accountName, accountKey: accountKeyIn(dataFolder) };
  const blobServer = await startBlobServer({
    ...account,
    folder: options.persistent ? join(dataFolder, 'blobs') : undefined,
    port: options.ports.blobs,
    certFile: tls.certFile,
    keyFile: tls.keyFile,
    publicKeyPem: tokens.publicKeyPem,
  });
  options.onStop(blobServer.stop);
  const blobs = openBlobs({ ...account, port: blobServer.port, ca: tls.ca, resources });
  options.onStop(blobs.close);
  for (const container of Object.values(datastoreContainers(settings))) await blobs.ensureContainer(container);
  return { blobs, port: blobServer.port };
}

/** Starts storage, resources, runs and the HTTPS server of the workspace. */
export async function startAzureMl(options: AzureMlOptions): Promise<AzureMl> {
  const { settings, tokens, tls, dataFolder, clientEnvironment, log } = options;
  const { resources, registry } = openStores(options);
  const { blobs, port: blobPort } = await startStorage(options, resources);
  seedWorkspace(resources, settings, {
    accountName,
    endpoint: `core.localhost:${blobPort}`,
    identityBased: options.identityBased,
  });
  seedCuratedEnvironments(resources);
  seedCuratedEnvironments(registry);

  // The routers need the address, which is known once the server listens.
  const app = express();
  const server = await startServer({ app, tls, port: options.ports.azureml });
  options.onStop(server.stop);
  const { url } = server;
  // The asset store of registries is another host than the Resource Manager.
  const assetStore = await startServer({ app, tls });
  options.onStop(assetStore.stop);
  const notifications = createNotifications({ ca: tls.ca, log });
  options.onStop(notifications.stop);
  const shared = { settings, resources, blobs, tokens, notifications, url };
  const context: AzureMlContext = { ...shared, dataFolder, clientEnvironment, log };
  const { runs: executor, router } = createRuns(context);
  options.onStop(executor.stop);
  const runs: Runs = options.holdJobs ? { ...executor, submit: async () => {} } : executor;
  const online = await startOnline({
    ...{ ...context, registry, runs, tls, port: options.ports.scoring },
    requestFaults: options.faults,
  });
  options.onStop(online.stop);
  prepareRequests(app, options);
  app.use(createMetadata({ url, identityUrl: options.identityUrl, blobPort }));
  app.use(
    requireToken({
      tokens,
      tenantId: settings.tenantId,
      authorityUrl: options.identityUrl,
      audiences: [url, azureMlAudience, ...publicAudiences],
      tokenExpired: options.faults.tokenExpired,
    }),
  );
  app.use(
    createResourceProvider({ ...context, blobs, registry, runs, online: online.part, assetStoreUrl: assetStore.url }),
  );
  app.use(router);
  app.use((request) => {
    throw errors.noRoute(request.method, request.path);
  });
  app.use(answerErrors(log, settings.location));
  const ports = { azureml: server.port, blobs: blobPort, scoring: online.port };
  return { url, ports, resources, runs, online: online.control };
}

/** What happens to every request before a route sees it: ids, the body, recording, faults. */
function prepareRequests(app: express.Express, { requests, faults, settings }: AzureMlOptions): void {
  app.locals.location = settings.location;
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => {
    const isDataPlane = /^\/(history|metric|data|artifact|modelregistry|registrymanagement)\//.test(request.path);
    if (!isDataPlane) {
      const id = randomUUID();
      response.setHeader('x-ms-request-id', id);
      response.setHeader('x-ms-correlation-request-id', request.headers['x-ms-correlation-request-id'] ?? id);
    }
    response.setHeader('x-ms-response-type', 'standard');
    if (/^\/subscriptions\//i.test(request.path)) countCalls(request, response);
    next();
  });
  app.use(parseJson, recordRequests(requests), faults.middleware);
}

/** What is left of the caller's buckets; the sandbox refuses nobody. */
function countCalls(request: express.Request, response: express.Response): void {
  const [kind, own, all] = request.method === 'GET' ? ['reads', 249, 3749] : ['writes', 199, 2999];
  response.setHeader(`x-ms-ratelimit-remaining-subscription-${kind}`, String(own));
  response.setHeader(`x-ms-ratelimit-remaining-subscription-global-${kind}`, String(all));
}

/** Artifacts may be JSON files of any form; they must reach their route as bytes. */
const isJsonBody = (request: { headers: Record<string, unknown>; url?: string | undefined }): boolean =>
  /^application\/(?:[\w.+-]+\+)?json/i.test(String(request.headers['content-type'])) &&
  !/\/(?:mlflow-artifacts|artifacts)\//.test(request.url ?? '');

const parseJson = express.json({ limit: '64mb', strict: false, type: (request) => isJsonBody(request as never) });

function accountKeyIn(folder: string): string {
  const file = join(folder, 'storage-account.key');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, randomBytes(64).toString('base64'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}
