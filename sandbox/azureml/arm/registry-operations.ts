/** Writing to a registry is an operation of the asset store, which copies what it is given; the client polls it there. */
import { createHash } from 'node:crypto';
import express from 'express';
import type { AssetContext } from './asset-context.ts';
import type { Call } from './collection.ts';
import * as errors from './errors.ts';
import type { AssetKind } from './shapes/assets.ts';

/** How long such an operation goes on; the service needs half a minute for a model, minutes for an environment. */
const operationMs = 300;

const serviceOf = (kind: AssetKind): string => (kind === 'environments' ? 'environment' : 'assetstore');

/** Answers a PUT: 202, the text `null`, and `Location` on another host than that of the request. */
export function answerInRegistry({ context, response, path }: Call<AssetContext>, kind: AssetKind): void {
  const id = createHash('sha256').update(`${path} ${Date.now()}`).digest('base64url');
  const assetId = `azureml://registries/azureml/${path}`;
  context.store.put(`operations/${id}`, { properties: { assetId, endsAt: Date.now() + operationMs } });
  const location = `${context.assetStoreUrl}/${serviceOf(kind)}/v1.0/operations/${id}`;
  response.status(202).set({ Location: location, 'x-ms-async-operation-timeout': 'PT1H' }).type('json').send('null');
}

/** `GET /assetstore/v1.0/operations/{id}` and `/environment/v1.0/operations/{id}`: 202 without a body, then the asset's id. */
export function createRegistryOperations({ store }: Pick<AssetContext, 'store'>): express.Router {
  const router = express.Router();
  router.get(['/assetstore/v1.0/operations/:id', '/environment/v1.0/operations/:id'], (request, response) => {
    const operation = store.get(`operations/${request.params.id}`)?.properties;
    if (!operation) throw errors.operationNotFound(String(request.params.id));
    if (Date.now() < operation.endsAt) response.status(202).end();
    else response.json({ assetId: operation.assetId });
  });
  return router;
}
