/** The data plane's answers to "where is this asset": data and models by asset id. */
import express from 'express';
import type { AzureMlContext, Resource } from '../../contracts.ts';
import { outputType } from './output-type.ts';
import type { RunStore } from './run-store.ts';

interface Resolved {
  uri: string;
  type: string;
}

/** URI of an asset id: of a registered version, or of an output that a run recorded under it. */
function resolve(context: AzureMlContext, store: RunStore, id: string): Resolved | undefined {
  const [, kind, name, version] = /\/(data|models)\/([^/]+)\/versions\/([^/]+)$/.exec(id) ?? [];
  const asset: Resource | undefined = name ? context.resources.get(`${kind}/${name}/versions/${version}`) : undefined;
  if (asset) {
    const { dataUri, modelUri, dataType, modelType } = asset.properties;
    return { uri: String(dataUri ?? modelUri), type: outputType(String(dataType ?? modelType)) };
  }
  for (const run of store.list()) {
    const output = Object.entries(run.outputs).find(([, reference]) => reference.assetId === id);
    const uri = output && run.outputUris[output[0]];
    if (uri) return { uri, type: output[1].type };
  }
  return undefined;
}

/** `POST dataversion/batchGetResolvedUris` (below `/data/v1.0`) and `POST models/batchGetResolvedUris` (`/modelregistry/v1.0`). */
export function createAssetRouter(context: AzureMlContext, store: RunStore): express.Router {
  const router = express.Router({ mergeParams: true });
  const all = (body: unknown) => {
    const ids: unknown = (body as { values?: unknown } | undefined)?.values;
    return (Array.isArray(ids) ? ids.map(String) : []).flatMap((id) => {
      const found = resolve(context, store, id);
      return found ? [[id, found] as const] : [];
    });
  };
  router.post('/dataversion/batchGetResolvedUris', (request, response) => {
    const values = all(request.body).map(([id, found]) => [id, { ...found, legacyDatasetType: null }]);
    response.json({ values: Object.fromEntries(values) });
  });
  router.post('/models/batchGetResolvedUris', (request, response) => {
    const values = all(request.body).map(([id, { uri, type }]) => [id, { path: uri, type }]);
    response.json({ values: Object.fromEntries(values) });
  });
  return router;
}
