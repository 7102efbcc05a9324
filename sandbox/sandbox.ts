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
}

/** Audience of Azure DevOps' own API in Microsoft Entra ID. */
const azureDevOpsAudience = '499b84ac-1321-427f-aa17-267ca6975798';
const storageAudience = 'https://storage.azure.com';
const longLivedSeconds = 30 * 24 * 60 * 60;

/**
 * Starts a sandbox on loopback addresses. Several can run in one process. After `stop()` no port, thread, process or
 * temporary file of it is left.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const log = options.log ?? (() => {});
  const persistent = options.data !== undefined;
  const folder = options.data !== undefined ? resolve(options.data) : mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(folder, { recursive: true });
  const unlock = lockFolder(folder);
  const stops: (() => Promise<void> | void)[] = [unlock];
  const stop = async () => {
    const failures: unknown[] = [];
    // One part that can't stop, say because its folder is gone, must not keep the others running.
    for (const stopPart of stops.splice(0).reverse()) {
      try {
        await stopPart();
      } catch (error) {
        failures.push(error);
      }
    }
    if (!persistent) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    if (failures.length > 0) throw failures[0];
  };
  try {
    const portsFile = join(folder, 'ports.json');
    const remembered = existsSync(portsFile) ? (JSON.parse(readFileSync(portsFile, 'utf8')) as SandboxPorts) : {};
    const ports: SandboxPorts = { ...remembered, ...options.ports };
    const settings = workspaceSettings;
    const tls = await prepareTls(join(folder, 'tls'));
    const tokens = await createTokens(join(folder, 'identity'), settings.tenantId);
    const clients = await loadClients(join(folder, 'identity'));
    const faults = createFaults();
    const requests: RecordedRequest[] = [];
    const clientEnvironment = clientEnvironmentFor(tls, folder);

    let devopsUrl: string | undefined;
    const identityApp = express();
    const identity = await startServer({ app: identityApp, tls, port: ports.identity });
    stops.push(identity.stop);
    const azureml = await startAzureMl({
      settings,
      tokens,
      tls,
      identityUrl: identity.url,
      faults,
      requests,
      dataFolder: join(folder, 'azureml'),
      persistent,
      ports,
      clientEnvironment,
      holdJobs: options.holdJobs ?? false,
      onStop: (stopPart) => stops.push(stopPart),
      log,
    });
    const audiences = [azureml.url, azureMlAudience, ...publicAudiences, storageAudience, azureDevOpsAudience];
    identityApp.disable('x-powered-by');
    identityApp.use(faults.middleware);
    identityApp.use(
      createAuthority({
        tenantId: settings.tenantId,
        tokens,
        clients,
        url: () => identity.url,
        // Where sandbox/devops issues them; nobody can sign in before that part has started.
        oidcIssuer: () => (devopsUrl === undefined ? '' : `${devopsUrl}_oidc`),
        audiences: () => audiences,
      }),
    );
    const connections = createConnections({ clients, settings, azuremlUrl: azureml.url, identityUrl: identity.url });
    const devops = await createDevOps({
      tokens,
      connections,
      dataFolder: join(folder, 'devops'),
      tls,
      port: ports.devops,
      log,
    });
    stops.push(() => devops.stop());
    devopsUrl = devops.collectionUrl;

    const used = {
      identity: identity.port,
      ...azureml.ports,
      devops: Number(new URL(devops.collectionUrl).port),
    };
    if (persistent) writeFileSync(portsFile, JSON.stringify(used));
    const contributor = clients[0]!;
    const token = (aud: string) =>
      tokens.issue({
        aud,
        sub: contributor.objectId,
        appid: contributor.clientId,
        role: contributor.role,
        seconds: longLivedSeconds,
      });
    return {
      settings,
      azuremlUrl: azureml.url,
      identityUrl: identity.url,
      devops,
      connections,
      environment: clientSettings({
        settings,
        client: contributor,
        azuremlUrl: azureml.url,
        identityUrl: identity.url,
        mlflowUri: `${azureml.url}/mlflow/v2.0${workspaceArmId(settings)}`,
        mlflowToken: await token(azureml.url),
        devops: {
          organizationUrl: devops.collectionUrl,
          project: devops.project.name,
          token: await token(azureDevOpsAudience),
        },
        clientEnvironment,
      }),
      clientEnvironment,
      faults,
      requests,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
