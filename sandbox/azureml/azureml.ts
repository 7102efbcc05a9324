/** Azure ML on a laptop: Azure Resource Manager, the data plane and the storage of two workspaces and a registry. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { azureMlAudience, publicAudiences } from '../connections.ts';
import type { ResourceStore, Runs } from '../contracts.ts';
import type { Online } from '../online-contract.ts';
import { recordRequests } from '../requests.ts';
import { startServer } from '../server.ts';
import { productionSettings, registryAssetRoot } from '../settings.ts';
import { answerErrors } from './arm/answer-errors.ts';
import * as errors from './arm/errors.ts';
import { createMetadata } from './arm/metadata.ts';
import { seedCuratedEnvironments } from './arm/seeds.ts';
import { openResourceStore } from './arm/store.ts';
import { requireToken } from './authentication.ts';
import { startBlobServer } from './blob-server.ts';
import type { AzureMlOptions } from './options.ts';
import { isAbout, openRegistryStorage, openWorkspace, startWorkspace } from './workspace-part.ts';

/** The running part. */
export interface AzureMl {
  url: string;
  ports: { azureml: number; blobs: number; scoring: number };
  online: Online;
  resources: ResourceStore;
  runs: Runs;
}

/** The storage accounts: of the workspaces, and the replicas of the registry, which takes uploads in the first account. */
const accounts = {
  first: 'sandboxstorage',
  production: 'sandboxprodstorage',
  registry: ['sandboxregistry1', 'sandboxregistry2'],
} as const;

/** Starts the blob server of all accounts. */
async function startStorage({ tokens, tls, dataFolder, persistent, ports, onStop }: AzureMlOptions) {
  const accountKey = accountKeyIn(dataFolder);
  const server = await startBlobServer({
    accountNames: [accounts.first, accounts.production, ...accounts.registry],
    accountKey,
    folder: persistent ? join(dataFolder, 'blobs') : undefined,
    port: ports.blobs,
    certFile: tls.certFile,
    keyFile: tls.keyFile,
    publicKeyPem: tokens.publicKeyPem,
  });
  onStop(server.stop);
  return { accountKey, port: server.port };
}

/** Starts storage, resources, runs and the HTTPS server of both workspaces and the registry. */
export async function startAzureMl(options: AzureMlOptions): Promise<AzureMl> {
  const { settings, dataFolder, tls, log } = options;
  const access = await startStorage(options);
  const first = await openWorkspace(settings, dataFolder, accounts.first, access, options);
  const production = await openWorkspace(
    productionSettings,
    join(dataFolder, 'production'),
    accounts.production,
    access,
    options,
  );
  const registry = openResourceStore({
    rootId: registryAssetRoot,
    type: 'Microsoft.MachineLearningServices/registries',
    folder: options.persistent ? join(dataFolder, 'registry') : undefined,
  });
  seedCuratedEnvironments(registry);
  const registryStorage = openRegistryStorage(first.blobs, accounts.registry, registry, access, options);

  // The routers need the address, which is known once the server listens.
  const app = express();
  const server = await startServer({ app, tls, port: options.ports.azureml });
  options.onStop(server.stop);
  const { url } = server;
  // The asset store of registries is another host than the Resource Manager.
  const assetStore = await startServer({ app, tls });
  options.onStop(assetStore.stop);
  const workspaces = [first, production];
  const shared = { url, assetStoreUrl: assetStore.url, registry, registryStorage, workspaces };
  prepareRequests(app, options);
  addAuthentication(app, options, url, access.port);
  const { runs, router, online } = await startWorkspace(first, shared, options, options.ports.scoring);
  const other = await startWorkspace(production, shared, options);
  app.use((request, response, next) => {
    const isOther = isAbout(productionSettings, request.path);
    return (isOther ? other.router : router)(request, response, next);
  });
  app.use((request) => {
    throw errors.noRoute(request.method, request.path);
  });
  app.use(answerErrors(log, settings.location));
  const ports = { azureml: server.port, blobs: access.port, scoring: online.port };
  return { url, ports, resources: first.resources, runs, online: online.control };
}

/** The cloud's addresses, which need no token; everything else does. */
function addAuthentication(
  app: express.Express,
  { identityUrl, tokens, settings, faults }: AzureMlOptions,
  url: string,
  blobPort: number,
): void {
  app.use(createMetadata({ url, identityUrl, blobPort }));
  app.use(
    requireToken({
      tokens,
      tenantId: settings.tenantId,
      authorityUrl: identityUrl,
      audiences: [url, azureMlAudience, ...publicAudiences],
      tokenExpired: faults.tokenExpired,
    }),
  );
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
