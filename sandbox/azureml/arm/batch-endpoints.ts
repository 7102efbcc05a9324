/** Batch endpoints and their deployments as resources. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { findAsset } from './references.ts';
import { batchDeployment, batchEndpoint } from './shapes/batch-endpoint.ts';

/** Path of an endpoint's own API below the sandbox's address; a real one has a host of its own. */
export const invocationPath = '/batch-inference';

type Body = Record<string, any>;

/** What both kinds have in common. */
const shared = {
  defaults: { description: null, properties: {} },
  sets: { provisioningState: 'Succeeded' },
  missing: ({ path }: Call<WorkspaceContext>) => errors.pathNotFound(path),
};

const draftOf = ({ location, tags = {}, identity }: Body, properties: Resource['properties']): Draft => ({
  location,
  tags,
  ...(identity ? { identity } : {}),
  properties,
});

export const batchEndpoints = collection<WorkspaceContext>({
  ...shared,
  path: 'batchEndpoints/:endpoint',
  one: 'Batch endpoint',
  names: { endpoint: 'name of an endpoint' },
  shape: batchEndpoint,
  below: ['deployments'],
  beforePut({ context, name, path }, body) {
    const { defaults, ...given } = body.properties;
    const deployment = defaults?.deploymentName;
    if (deployment && !context.store.get(`${path}/deployments/${deployment}`))
      throw errors.defaultDeploymentNotFound(deployment);
    const scoringUri = `${context.url}${invocationPath}/${name}/jobs`;
    return draftOf(body, { ...given, defaults: defaults ?? {}, scoringUri });
  },
});

const endpointOf = ({ context, params }: Call<WorkspaceContext>): Resource | undefined =>
  context.store.get(`batchEndpoints/${params.endpoint}`);

export const batchDeployments = collection<WorkspaceContext>({
  ...shared,
  path: 'batchEndpoints/:endpoint/deployments/:deployment',
  one: 'Batch deployment',
  names: { deployment: 'name of a deployment' },
  shape: batchDeployment,
  parent(call) {
    if (!endpointOf(call)) throw errors.resourceNotFound('Batch endpoint', String(call.params.endpoint));
  },
  beforePut({ context }, body) {
    checkDeployment(body.properties, context);
    return draftOf(body, body.properties);
  },
  beforeDelete(call, { name }) {
    if (endpointOf(call)?.properties.defaults?.deploymentName === name) throw errors.deploymentIsDefault(name);
  },
});

/** 400 unless the deployment's component or model exists. */
function checkDeployment({ deploymentConfiguration, model }: Resource['properties'], context: ProviderContext): void {
  const componentId = deploymentConfiguration?.componentId?.assetId;
  if (componentId !== undefined) {
    const component = findAsset(componentId, 'components', context);
    if (!component) throw errors.referenceNotFound('component', componentId, 'componentId');
    if (component.properties.componentSpec?.type !== 'pipeline') throw errors.notPipelineComponent(componentId);
  } else if (!model) throw errors.deploymentEmpty();
  else if (model.referenceType === 'Id' && !findAsset(model.assetId, 'models', context))
    throw errors.referenceNotFound('model', model.assetId, 'model');
}
