/** The registry `azureml`: its discovery, and its assets through ARM and the management front end. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext, WorkspaceOfRegistry } from './context.ts';
import * as errors from './errors.ts';
import { findAsset } from './references.ts';
import { accountOf, replicate } from './registry-storage.ts';
import { name, object, text } from './shape.ts';
import type { AssetKind } from './shapes/assets.ts';
import { createDataReference, createTemporaryReference } from './uploads.ts';

/** `GET /registrymanagement/v1.0/registries/{name}/discovery`. */
export function createRegistryDiscovery({ settings, url }: ProviderContext): express.Router {
  const router = express.Router();
  router.get('/registrymanagement/v1.0/registries/:registry/discovery', (request, response) => {
    const { registry } = request.params;
    if (registry.toLowerCase() !== 'azureml') {
      throw errors.registryForbidden(registry);
    }
    response.json({
      registryId: '5ab0c1de-0000-4000-8000-0000000000cc',
      registryName: 'azureml',
      tenantId: settings.tenantId,
      primaryRegion: settings.location,
      regions: [settings.location],
      subscriptionId: settings.subscriptionId,
      resourceGroup: settings.resourceGroup,
      workspaceName: null,
      primaryRegionResourceProviderUri: `${url}/`,
      registryFqdns: { [settings.location]: { uri: url } },
      intellectualPropertyPublisher: null,
    });
  });
  return router;
}

/** Where clients upload to and download from the registry; relative to it. */
export function createRegistryReferences({ registry, registryStorage, settings }: ProviderContext): express.Router {
  const router = express.Router();
  const { subscriptionId, resourceGroup } = settings;
  const context = { resources: registry, blobs: registryStorage.uploads, subscriptionId, resourceGroup };
  router.put('/tempdatarefs/:name/versions/:version', async (request, response) => {
    response.json(await createTemporaryReference(request.body, apiVersionOf(request), context));
  });
  router.post('/datarefs/:name/versions/:version', (request, response) => {
    const blobs = accountOf(registryStorage, String(request.body?.blobUri)) ?? registryStorage.uploads;
    response.json(createDataReference(request.body, apiVersionOf(request), { ...context, blobs }));
  });
  return router;
}

const importBody = object(
  {
    properties: object(
      { sourceAssetId: name },
      { destinationName: name, destinationVersion: name, referenceType: text },
    ),
  },
  {},
);

/** The workspace that an id is of: by its GUID (`azureml://locations/...`), else by its name. */
function workspaceOf({ workspaces }: ProviderContext, id: string): WorkspaceOfRegistry | undefined {
  const named = /\/workspaces\/([^/]+)\//i.exec(id)?.[1]?.toLowerCase();
  return workspaces.find(({ settings }) =>
    [settings.workspaceId, settings.workspaceName].some((name) => name.toLowerCase() === named),
  );
}

/** `POST {registry}/import`: copies a version of a workspace's asset, which `az ml model share` and its like ask for. */
export function createRegistryImport(context: ProviderContext): express.Router {
  const { registry, registryStorage } = context;
  const router = express.Router();
  router.post('/import', async (request, response) => {
    importBody(request.body, { path: '', apiVersion: apiVersionOf(request) });
    const { sourceAssetId, destinationName, destinationVersion } = request.body.properties;
    const [, kind, sourceName, sourceVersion] = /\/(\w+)\/([^/]+)\/versions\/([^/]+)$/.exec(sourceAssetId) ?? [];
    const workspace = workspaceOf(context, sourceAssetId);
    const source = kind && workspace && findAsset(sourceAssetId, kind as AssetKind, { ...context, ...workspace });
    if (!source) throw errors.referenceNotFound('asset', sourceAssetId);
    const container = `${kind}/${checkName(destinationName ?? sourceName, 'name')}`;
    const path = `${container}/versions/${checkName(destinationVersion ?? sourceVersion, 'version')}`;
    if (registry.get(path)) throw errors.assetExists(path);
    const { isArchived: _archived, ...properties } = source.properties;
    const folder = `azureml-${randomUUID()}`;
    for (const field of ['modelUri', 'dataUri', 'codeUri'].filter((each) => properties[each] !== undefined)) {
      const at = workspace.blobs.locate(properties[field]);
      if (!at) continue;
      await replicate(registryStorage, workspace.blobs, at, folder);
      properties[field] = `${registryStorage.replicas[0]!.accountUrl}/${folder}/${at.path}`;
    }
    const { dataType } = properties;
    const caller = callerOf(response).appid;
    const about = { description: null, tags: {}, properties: {}, isArchived: false, ...(dataType && { dataType }) };
    // Another import of it may have ended while the files were copied.
    if (registry.get(path)) throw errors.assetExists(path);
    if (!registry.get(container)) registry.put(container, { properties: about }, caller);
    const origin = kind === 'models' ? { originAssetId: sourceAssetId } : {};
    registry.put(path, { properties: { ...properties, ...origin, isArchived: false } }, caller);
    response.json({});
  });
  return router;
}
