/** What a workspace may have and the sandbox's has none of: lists are empty, names aren't found, nothing can be created. */
import express from 'express';
import { ArmError } from './errors.ts';

/** Collections by their path segment, with the words for one of them. */
const absent: Record<string, string> = {
  capabilityHosts: 'capability host',
  featuresets: 'feature set',
  featurestoreEntities: 'feature store entity',
  inferencePools: 'inference pool',
  marketplaceSubscriptions: 'marketplace subscription',
  onlineEndpoints: 'online endpoint',
  outboundRules: 'outbound rule',
  privateEndpointConnections: 'private endpoint connection',
  privateLinkResources: 'private link resource',
  serverlessEndpoints: 'serverless endpoint',
};

/** Routes relative to the workspace. */
export function createAbsent(): express.Router {
  const router = express.Router();
  for (const list of ['usages', 'features', 'outboundNetworkDependenciesEndpoints']) {
    router.get(`/${list}`, (_request, response) => response.json({ value: [] }));
  }
  for (const [collection, words] of Object.entries(absent)) {
    const notFound = (name: string) =>
      new ArmError(404, 'ResourceNotFound', `The ${words} '${name}' was not found; the sandbox has none.`);
    router.get(`/${collection}`, (_request, response) => response.json({ value: [] }));
    router.put(`/${collection}/:name`, () => {
      throw new ArmError(400, 'NotSupported', `The sandbox can't create the ${words}: it has none.`);
    });
    router.delete(`/${collection}/:name`, (_request, response) => response.status(204).end());
    router.all([`/${collection}/:name`, `/${collection}/:name/*rest`], (request) => {
      throw notFound(String(request.params.name));
    });
  }
  return router;
}
