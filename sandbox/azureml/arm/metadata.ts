/** What a client may ask before it has a token: the cloud's endpoints and the workspace's service roots. */
import express from 'express';
import { cloudName } from '../../connections.ts';

/**
 * `GET /metadata/endpoints`: the list that azure-ai-ml and other clients read through `ARM_CLOUD_METADATA_URL`. From the
 * portal's host azure-ai-ml derives the audience `https://ml.azure.localhost`.
 *
 * `GET /discovery`: the roots of the data plane; a workspace's `discoveryUrl` names it.
 */
export function createMetadata(options: { url: string; identityUrl: string; blobPort: number }): express.Router {
  const { url, identityUrl, blobPort } = options;
  const router = express.Router();
  router.get('/metadata/endpoints', (_request, response) => {
    response.json([
      {
        name: cloudName,
        portal: 'https://portal.sandbox.localhost/',
        resourceManager: `${url}/`,
        authentication: {
          loginEndpoint: `${identityUrl}/`,
          audiences: [`${url}/`],
          tenant: 'common',
          identityProvider: 'AAD',
        },
        suffixes: { storage: `core.localhost:${blobPort}` },
      },
    ]);
  });
  router.get('/discovery', (_request, response) => {
    const services = [
      'api',
      'catalog',
      'experimentation',
      'history',
      'hyperdrive',
      'labeling',
      'modelmanagement',
      'pipelines',
    ];
    const roots = Object.fromEntries(services.map((service) => [service, url]));
    response.json({ ...roots, studio: 'https://ml.azure.localhost' });
  });
  return router;
}
