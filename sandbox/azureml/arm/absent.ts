/** Kinds of resources that the sandbox does not have: lists are empty, names are not found, nothing can be created. */
import express from 'express';
import * as errors from './errors.ts';

/** Collections by their path segment, with the words for one of them. */
const absent: Record<string, string> = {
  capabilityHosts: 'capability host',
  featuresets: 'feature set',
  featurestoreEntities: 'feature store entity',
  inferencePools: 'inference pool',
  marketplaceSubscriptions: 'marketplace subscription',
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
    router.get(`/${collection}`, (_request, response) => response.json({ value: [] }));
    router.put(`/${collection}/:name`, () => {
      throw errors.kindNotSupported(words);
    });
    router.delete(`/${collection}/:name`, (_request, response) => response.status(204).end());
    router.all([`/${collection}/:name`, `/${collection}/:name/*rest`], (request) => {
      throw errors.kindAbsent(words, String(request.params.name));
    });
  }
  return router;
}
