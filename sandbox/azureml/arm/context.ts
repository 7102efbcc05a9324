/** What the routes of the resource provider share. */
import type { AzureMlContext, ResourceStore, Runs, WorkspaceSettings } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';
import type { OnlinePart } from '../online/online.ts';
import type { CollectionContext } from './collection.ts';
import type { Operations } from './operation-log.ts';
import type { RegistryStorage } from './registry-storage.ts';

/** A workspace as the registry sees it. */
export interface WorkspaceOfRegistry {
  settings: WorkspaceSettings;
  resources: ResourceStore;
  blobs: BlobAccount;
}

/** What the resource provider works with. */
export interface ProviderContext extends AzureMlContext {
  blobs: BlobAccount;
  /** All workspaces of the sandbox, this one included: the registry imports from any of them. */
  workspaces: readonly WorkspaceOfRegistry[];
  registryStorage: RegistryStorage;
  /** Assets of the registry `azureml`. */
  registry: ResourceStore;
  runs: Runs;
  operations: Operations;
  online: OnlinePart;
  /** Address of the asset store, which answers for operations of the registry. */
  assetStoreUrl: string;
}

/** What the collections of the workspace work with. */
export type WorkspaceContext = ProviderContext & CollectionContext;
