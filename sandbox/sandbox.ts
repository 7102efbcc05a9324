/** Starts both clouds: identity, Azure ML and Azure DevOps, wired to each other. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import express from 'express';
import { startAzureMl } from './azureml/azureml.ts';
import { azureMlAudience, createConnections, publicAudiences } from './connections.ts';
import type { RecordedRequest, Sandbox } from './contracts.ts';
import { createDevOps } from './devops/devops.ts';
import { clientEnvironmentFor, clientSettings } from './environment.ts';
import { createFaults } from './faults.ts';
import { lockFolder } from './folder-lock.ts';
import { createAuthority } from './identity/authority.ts';
import { loadClients } from './identity/clients.ts';
import { createTokens } from './identity/tokens.ts';
import { startServer } from './server.ts';
import { workspaceArmId, workspaceSettings } from './settings.ts';
import { prepareTls } from './tls.ts';

/** Wished ports; a port that is taken is replaced by a free one. */
export interface SandboxPorts {
  identity?: number;
  azureml?: number;
  blobs?: number;
  scoring?: number;
  devops?: number;
}

/** How to start. */
export interface SandboxOptions {
  /** Folder that keeps state between runs; without it everything is gone after `stop()`. */
  data?: string;
  log?: (line: string) => void;
  ports?: SandboxPorts;
  /** Jobs are checked and stored, but never started: for tests of what clients send. */
  holdJobs?: boolean;
  /** Datastores have no stored credentials, as where policy forbids account keys. */
  identityBased?: boolean;
}

/** Audience of Azure DevOps' own API in Microsoft Entra ID. */
const azureDevOpsAudience = '499b84ac-1321-427f-aa17-267ca6975798';
const storageAudience = 'https://storage.azure.com';
const longLivedSeconds = 30 * 24 * 60 * 60;

/** What was started, in the order of starting. */
type Stops = (() => Promise<void> | void)[];

/** Stops the parts, the newest first. One that can't stop, say because its folder is gone, must not keep the others running. */
async function stopAll(stops: Stops): Promise<void> {
  const failures: unknown[] = [];
  for (const stopPart of stops.splice(0).reverse()) {
    try {
      await stopPart();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/**
 * Starts a sandbox on loopback addresses. Several can run in one process. After `stop()` no port, thread, process or
 * temporary file of it is left.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const persistent = options.data !== undefined;
  const folder = options.data !== undefined ? resolve(options.data) : mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(folder, { recursive: true });
  const stops: Stops = [];
  if (!persistent) stops.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  stops.push(lockFolder(folder));
  const stop = () => stopAll(stops);
  try {
    return { ...(await startParts(folder, stops, options)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the parts have in common. */
async function prepareFoundation(folder: string) {
  const settings = workspaceSettings;
  const tls = await prepareTls(join(folder, 'tls'));
  return {
    settings,
    tls,
    tokens: await createTokens(join(folder, 'identity'), settings.tenantId),
    clients: await loadClients(join(folder, 'identity')),
    faults: createFaults(),
    requests: [] as RecordedRequest[],
    clientEnvironment: clientEnvironmentFor(tls, folder),
  };
}

type Foundation = Awaited<ReturnType<typeof prepareFoundation>>;

/** The ports of the last run in this folder, unless others are wished. */
function wishedPorts(file: string, wished: SandboxPorts | undefined): SandboxPorts {
  const remembered = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SandboxPorts) : {};
  return { ...remembered, ...wished };
}

async function startParts(folder: string, stops: Stops, options: SandboxOptions): Promise<Omit<Sandbox, 'stop'>> {
  const persistent = options.data !== undefined;
  const log = options.log ?? (() => {});
  const portsFile = join(folder, 'ports.json');
  const ports = wishedPorts(portsFile, options.ports);
  const foundation = await prepareFoundation(folder);
  const { settings, tls, tokens, clients, faults } = foundation;

  const identityApp = express();
  const identity = await startServer({ app: identityApp, tls, port: ports.identity });
  stops.push(identity.stop);
  const azureml = await startAzureMl({
    ...foundation,
    identityUrl: identity.url,
    dataFolder: join(folder, 'azureml'),
    persistent,
    ports,
    holdJobs: options.holdJobs ?? false,
    identityBased: options.identityBased ?? false,
    onStop: (stopPart) => stops.push(stopPart),
    log,
  });
  const devopsUrl: { value?: string } = {};
  identityApp.disable('x-powered-by');
  identityApp.use(faults.middleware);
  identityApp.use(
    createAuthority({
      tenantId: settings.tenantId,
      tokens,
      clients,
      url: () => identity.url,
      // Where sandbox/devops issues them; nobody can sign in before that part has started.
      oidcIssuer: () => (devopsUrl.value === undefined ? '' : `${devopsUrl.value}_oidc`),
      audiences: () => [azureml.url, azureMlAudience, ...publicAudiences, storageAudience, azureDevOpsAudience],
    }),
  );
  const connections = createConnections({ clients, settings, azuremlUrl: azureml.url, identityUrl: identity.url });
  const dataFolder = join(folder, 'devops');
  const devops = await createDevOps({ tokens, connections, dataFolder, tls, port: ports.devops, log });
  stops.push(() => devops.stop());
  devopsUrl.value = devops.collectionUrl;

  const used = { identity: identity.port, ...azureml.ports, devops: Number(new URL(devops.collectionUrl).port) };
  if (persistent) writeFileSync(portsFile, JSON.stringify(used));
  const { url: azuremlUrl, online } = azureml;
  return describeSandbox(foundation, { azuremlUrl, identityUrl: identity.url, devops, connections, online });
}

/** The running sandbox as its users see it. */
async function describeSandbox(
  { settings, tokens, clients, faults, requests, clientEnvironment }: Foundation,
  parts: Pick<Sandbox, 'azuremlUrl' | 'identityUrl' | 'devops' | 'connections' | 'online'>,
): Promise<Omit<Sandbox, 'stop'>> {
  const { azuremlUrl, identityUrl, devops } = parts;
  const contributor = clients[0]!;
  const token = (aud: string) =>
    tokens.issue({
      aud,
      sub: contributor.objectId,
      appid: contributor.clientId,
      role: contributor.role,
      seconds: longLivedSeconds,
    });
  const environment = clientSettings({
    settings,
    client: contributor,
    azuremlUrl,
    identityUrl,
    mlflowUri: `${azuremlUrl}/mlflow/v2.0${workspaceArmId(settings)}`,
    mlflowToken: await token(azuremlUrl),
    devops: {
      organizationUrl: devops.collectionUrl,
      project: devops.project.name,
      token: await token(azureDevOpsAudience),
    },
    clientEnvironment,
  });
  return { settings, ...parts, environment, clientEnvironment, faults, requests };
}
