/** Azure ML on a laptop: Azure Resource Manager, the data plane and the storage account of one workspace. */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import { azureMlAudience, publicAudiences } from '../connections.ts';
import type { AzureMlContext, RecordedRequest, ResourceStore, Runs, WorkspaceSettings } from '../contracts.ts';
import type { FaultInjection } from '../faults.ts';
import type { SigningTokens } from '../identity/tokens.ts';
import { recordRequests } from '../requests.ts';
import { startServer } from '../server.ts';
import { registryAssetRoot, workspaceArmId } from '../settings.ts';
import type { TlsFiles } from '../tls.ts';
import { ArmError, answerErrors } from './arm/errors.ts';
import { createMetadata } from './arm/metadata.ts';
import { createResourceProvider } from './arm/provider.ts';
import { datastoreContainers, seedCuratedEnvironments, seedWorkspace } from './arm/seeds.ts';
import { openResourceStore } from './arm/store.ts';
import { requireToken } from './authentication.ts';
import { startBlobServer } from './blob-server.ts';
import { openBlobs } from './blobs.ts';
import { createRuns } from './runs.ts';

/** The running part. */
export interface AzureMl {
  url: string;
  ports: { azureml: number; blobs: number };
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
  ports: { azureml?: number; blobs?: number };
  clientEnvironment: Record<string, string>;
  /** Jobs are stored and never started. */
  holdJobs: boolean;
  /** Takes what must be stopped, as soon as it runs: a start that fails later leaves nothing behind. */
  onStop(stop: () => Promise<void> | void): void;
  log(line: string): void;
}

const accountName = 'sandboxstorage';

/** Starts storage, resources, runs and the HTTPS server of the workspace. */
export async function startAzureMl(options: AzureMlOptions): Promise<AzureMl> {
  const { settings, tokens, tls, dataFolder, persistent } = options;
  const folder = (name: string) => (persistent ? join(dataFolder, name) : undefined);
  const type = (kind: string) => `Microsoft.MachineLearningServices/${kind}`;
  const resources = openResourceStore({
    rootId: workspaceArmId(settings),
    type: type('workspaces'),
    folder: folder('resources'),
  });
  const registry = openResourceStore({
    rootId: registryAssetRoot,
    type: type('registries'),
    folder: folder('registry'),
  });

  const account = { accountName, accountKey: accountKeyIn(dataFolder) };
  const blobServer = await startBlobServer({
    ...account,
    folder: folder('blobs'),
    port: options.ports.blobs,
    certFile: tls.certFile,
    keyFile: tls.keyFile,
    publicKeyPem: tokens.publicKeyPem,
  });
  options.onStop(blobServer.stop);
  const blobs = openBlobs({ ...account, port: blobServer.port, ca: tls.ca, resources });
  options.onStop(blobs.close);
  for (const container of Object.values(datastoreContainers(settings))) await blobs.ensureContainer(container);
  seedWorkspace(resources, settings, { accountName, endpoint: `core.localhost:${blobServer.port}` });
  seedCuratedEnvironments(resources);
  seedCuratedEnvironments(registry);

  // The routers need the address, which is known once the server listens.
  const app = express();
  const server = await startServer({ app, tls, port: options.ports.azureml });
  options.onStop(server.stop);
  const context: AzureMlContext = {
    settings,
    resources,
    blobs,
    tokens,
    url: server.url,
    dataFolder,
    clientEnvironment: options.clientEnvironment,
    log: options.log,
  };
  const { runs: executor, router } = createRuns(context);
  options.onStop(executor.stop);
  const runs: Runs = options.holdJobs ? { ...executor, submit: async () => {} } : executor;

  app.disable('x-powered-by');
  app.disable('etag');
  app.use((request, response, next) => {
    const id = randomUUID();
    response.setHeader('x-ms-request-id', id);
    response.setHeader('x-ms-correlation-request-id', request.headers['x-ms-correlation-request-id'] ?? id);
    next();
  });
  app.use(parseJson, recordRequests(options.requests), options.faults.middleware);
  app.use(createMetadata({ url: server.url, identityUrl: options.identityUrl, blobPort: blobServer.port }));
  app.use(
    requireToken({
      tokens,
      tenantId: settings.tenantId,
      authorityUrl: options.identityUrl,
      audiences: [server.url, azureMlAudience, ...publicAudiences],
      tokenExpired: options.faults.tokenExpired,
    }),
  );
  app.use(createResourceProvider({ ...context, blobs, registry, runs }));
  app.use(router);
  app.use((request) => {
    throw new ArmError(404, 'NotFound', `The sandbox has no route for ${request.method} ${request.path}.`);
  });
  app.use(answerErrors(options.log, settings.location));

  return {
    url: server.url,
    ports: { azureml: server.port, blobs: blobServer.port },
    resources,
    runs,
  };
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
