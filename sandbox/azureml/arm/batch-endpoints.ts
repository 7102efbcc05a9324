/** Batch endpoints and their deployments as resources. */
import express, { type Request, type Response } from 'express';
import type { Resource } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext } from './context.ts';
import { conflict, notFound, userError } from './errors.ts';
import { answerPage } from './listing.ts';
import { findAsset } from './references.ts';
import { batchDeployment, batchEndpoint } from './shapes/batch-endpoint.ts';

/** Path of an endpoint's own API below the sandbox's address; a real one has a host of its own. */
export const invocationPath = '/batch-inference';

/** Routes relative to the workspace. */
export function createBatchEndpoints(context: ProviderContext): express.Router {
  const { resources, url } = context;
  const router = express.Router();
  const path = ({ params }: Request) =>
    `batchEndpoints/${params.endpoint}${params.deployment === undefined ? '' : `/deployments/${params.deployment}`}`;
  const found = (request: Request): Resource => {
    const resource = resources.get(path(request));
    if (!resource) throw notFound(`${path(request)} was not found.`);
    return resource;
  };
  const store = (request: Request, response: Response, properties: Resource['properties']) => {
    const older = resources.get(path(request));
    const { location, tags = {}, identity } = request.body;
    const resource = resources.put(
      path(request),
      {
        location,
        tags,
        ...(identity ? { identity } : {}),
        properties: { description: null, properties: {}, ...properties, provisioningState: 'Succeeded' },
      },
      callerOf(response).appid,
    );
    response.status(older ? 200 : 201).json(resource);
  };

  router.get('/batchEndpoints', (request, response) => {
    response.json(answerPage(request, url, resources.list('batchEndpoints')));
  });
  router.get('/batchEndpoints/:endpoint', (request, response) => response.json(found(request)));
  router.put('/batchEndpoints/:endpoint', (request, response) => {
    const name = checkName(request.params.endpoint, 'name of an endpoint');
    batchEndpoint(request.body, { path: '', apiVersion: apiVersionOf(request) });
    const { defaults, ...given } = request.body.properties;
    const deployment = defaults?.deploymentName;
    if (deployment && !resources.get(`batchEndpoints/${name}/deployments/${deployment}`)) {
      throw userError(`The default deployment '${deployment}' does not exist.`, 'defaults.deploymentName');
    }
    store(request, response, {
      ...given,
      defaults: defaults ?? {},
      scoringUri: `${url}${invocationPath}/${name}/jobs`,
    });
  });
  router.delete('/batchEndpoints/:endpoint', (request, response) => {
    const { endpoint } = request.params;
    for (const { name } of resources.list(`batchEndpoints/${endpoint}/deployments`))
      resources.delete(`batchEndpoints/${endpoint}/deployments/${name}`);
    response.status(resources.delete(`batchEndpoints/${endpoint}`) ? 200 : 204).end();
  });

  const deployments = '/batchEndpoints/:endpoint/deployments';
  const endpointOf = (request: Request): Resource => {
    const endpoint = resources.get(`batchEndpoints/${request.params.endpoint}`);
    if (!endpoint) throw notFound(`Batch endpoint ${request.params.endpoint} was not found.`);
    return endpoint;
  };
  router.get(deployments, (request, response) => {
    response.json(answerPage(request, url, resources.list(`batchEndpoints/${endpointOf(request).name}/deployments`)));
  });
  router.get(`${deployments}/:deployment`, (request, response) => response.json(found(request)));
  router.put(`${deployments}/:deployment`, (request, response) => {
    endpointOf(request);
    checkName(request.params.deployment, 'name of a deployment');
    batchDeployment(request.body, { path: '', apiVersion: apiVersionOf(request) });
    checkDeployment(request.body.properties, context);
    store(request, response, request.body.properties);
  });
  router.delete(`${deployments}/:deployment`, (request, response) => {
    const { endpoint, deployment } = request.params;
    if (resources.get(`batchEndpoints/${endpoint}`)?.properties.defaults?.deploymentName === deployment) {
      throw conflict(`The deployment ${deployment} is the default of its endpoint and cannot be deleted.`);
    }
    response.status(resources.delete(path(request)) ? 200 : 204).end();
  });
  return router;
}

/** 400 unless the deployment's component or model exists. */
function checkDeployment({ deploymentConfiguration, model }: Resource['properties'], context: ProviderContext): void {
  const componentId = deploymentConfiguration?.componentId?.assetId;
  if (componentId !== undefined) {
    const component = findAsset(componentId, 'components', context);
    if (!component) throw userError(`The component '${componentId}' does not exist.`, 'componentId');
    if (component.properties.componentSpec?.type !== 'pipeline')
      throw userError(`The component '${componentId}' is no pipeline component.`, 'componentId');
  } else if (!model) throw userError("A deployment needs a 'model' or a 'deploymentConfiguration'.", 'model');
  else if (model.referenceType === 'Id' && !findAsset(model.assetId, 'models', context))
    throw userError(`The model '${model.assetId}' does not exist.`, 'model');
}
