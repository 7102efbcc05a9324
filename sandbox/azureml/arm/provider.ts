/** The resource provider. */
import express from 'express';
import type { AzureMlContext, ResourceStore, Runs } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';

/** What the resource provider works with. */
export interface ProviderContext extends AzureMlContext {
  blobs: BlobAccount;
  registry: ResourceStore;
  runs: Runs;
}

export function createResourceProvider(_context: ProviderContext): express.Router {
  return express.Router();
}
