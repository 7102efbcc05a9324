/** The registry `azureml`: its discovery, and its assets through ARM and the management front end. */
import express from 'express';
import { apiVersionOf } from './access.ts';
import { ArmError } from './errors.ts';
import type { ProviderContext } from './provider.ts';
import { createDataReference, createTemporaryReference } from './uploads.ts';

/** `GET /registrymanagement/v1.0/registries/{name}/discovery`. */
export function createRegistryDiscovery({ settings, url }: ProviderContext): express.Router {
  const router = express.Router();
  router.get('/registrymanagement/v1.0/registries/:registry/discovery', (request, response) => {
    const { registry } = request.params;
    if (registry.toLowerCase() !== 'azureml') {
      throw new ArmError(404, 'UserError', `Registry ${registry} was not found.`, { innerCode: 'NotFound' });
    }
    response.json({
      registryName: 'azureml',
      tenantId: settings.tenantId,
      subscriptionId: settings.subscriptionId,
      resourceGroup: settings.resourceGroup,
      workspaceName: null,
      primaryRegion: settings.location,
      regions: [settings.location],
      primaryRegionResourceProviderUri: `${url}/`,
      registryFqdns: { [settings.location]: { uri: `${url}/` } },
    });
  });
  return router;
}

/** Where clients upload to and download from the registry; relative to it. */
export function createRegistryReferences({ registry, blobs, settings }: ProviderContext): express.Router {
  const router = express.Router();
  const { subscriptionId, resourceGroup } = settings;
  const context = { resources: registry, blobs, subscriptionId, resourceGroup };
  router.put('/tempdatarefs/:name/versions/:version', async (request, response) => {
    response.json(await createTemporaryReference(request.body, apiVersionOf(request), context));
  });
  router.post('/datarefs/:name/versions/:version', (request, response) => {
    response.json(createDataReference(request.body, apiVersionOf(request), context));
  });
  return router;
}
