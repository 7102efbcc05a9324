/** One workspace of the sandbox: its resources, its storage account, its jobs and runs. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import type { AzureMlContext, ResourceStore, Runs, WorkspaceSettings } from '../contracts.ts';
import { workspaceArmId } from '../settings.ts';
import type { ProviderContext, WorkspaceOfRegistry } from './arm/context.ts';
import { createResourceProvider } from './arm/provider.ts';
import type { RegistryStorage } from './arm/registry-storage.ts';
import { datastoreContainers, seedCuratedEnvironments, seedWorkspace } from './arm/seeds.ts';
import { openResourceStore } from './arm/store.ts';
import { type BlobAccount, openBlobs } from './blobs.ts';
import { createNotifications } from './notifications.ts';
import { startOnline } from './online/online.ts';
import type { AzureMlOptions } from './options.ts';
import { createRuns } from './runs.ts';

/** A workspace with its store and its storage account; nothing answers for it yet. */
export interface OpenWorkspace extends WorkspaceOfRegistry {
  /** Folder of its working files and, with `persistent`, of its resources. */
  dataFolder: string;
}

/** What a storage account is opened with. */
export interface AccountAccess {
  accountKey: string;
  port: number;
}

/** Opens the store and the storage account of a workspace, with what a fresh workspace holds. */
export async function openWorkspace(
  settings: WorkspaceSettings,
  dataFolder: string,
  accountName: string,
  access: AccountAccess,
  options: AzureMlOptions,
): Promise<OpenWorkspace> {
  mkdirSync(dataFolder, { recursive: true });
  const resources = openResourceStore({
    rootId: workspaceArmId(settings),
    type: 'Microsoft.MachineLearningServices/workspaces',
    folder: options.persistent ? join(dataFolder, 'resources') : undefined,
  });
  const blobs = openBlobs({ accountName, ...access, ca: options.tls.ca, resources });
  options.onStop(blobs.close);
  for (const container of Object.values(datastoreContainers(settings))) await blobs.ensureContainer(container);
  seedWorkspace(resources, settings, {
    accountName,
    endpoint: `core.localhost:${access.port}`,
    identityBased: options.identityBased,
  });
  seedCuratedEnvironments(resources);
  return { settings, resources, blobs, dataFolder };
}

/** What the workspaces share. */
export interface SharedParts {
  url: string;
  assetStoreUrl: string;
  registry: ResourceStore;
  registryStorage: RegistryStorage;
  workspaces: readonly WorkspaceOfRegistry[];
}

/**
 * Starts what answers for a workspace: the resource provider, run history, MLflow, the engine of its jobs and its online endpoints.
 *
 * @param scoringPort wished port of its online endpoints
 */
export async function startWorkspace(
  { settings, resources, blobs, dataFolder }: OpenWorkspace,
  shared: SharedParts,
  options: AzureMlOptions,
  scoringPort?: number,
) {
  const { tokens, tls, clientEnvironment, log } = options;
  const notifications = createNotifications({ ca: tls.ca, log });
  options.onStop(notifications.stop);
  const { url } = shared;
  const own: AzureMlContext = {
    settings,
    resources,
    blobs,
    tokens,
    notifications,
    url,
    dataFolder,
    clientEnvironment,
    log,
  };
  const { runs: executor, router: dataPlane } = createRuns(own);
  options.onStop(executor.stop);
  const runs: Runs = options.holdJobs ? { ...executor, submit: async () => {} } : executor;
  const online = await startOnline({
    ...{ ...own, registry: shared.registry, runs, tls, port: scoringPort },
    requestFaults: options.faults,
  });
  options.onStop(online.stop);
  const context: Omit<ProviderContext, 'operations'> = { ...own, ...shared, blobs, runs, online: online.part };
  const router = express.Router();
  router.use(createResourceProvider(context), dataPlane);
  return { runs, router, online };
}

/** The registry's accounts. @param uploads the account that clients upload to */
export function openRegistryStorage(
  uploads: BlobAccount,
  replicaNames: readonly string[],
  registry: ResourceStore,
  access: AccountAccess,
  options: AzureMlOptions,
): RegistryStorage {
  const replicas = replicaNames.map((accountName): BlobAccount => {
    const account = openBlobs({ accountName, ...access, ca: options.tls.ca, resources: registry });
    options.onStop(account.close);
    return account;
  });
  return { uploads, replicas };
}

/** Whether a request is about this workspace: by its resource group, or by its GUID in the id of an operation. */
export function isAbout({ resourceGroup, workspaceId }: WorkspaceSettings, path: string): boolean {
  const group = /\/resourceGroups\/([^/]+)/i.exec(path)?.[1]?.toLowerCase();
  return group === undefined ? path.includes(workspaceId) : group === resourceGroup.toLowerCase();
}
