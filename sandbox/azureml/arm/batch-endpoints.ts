/** Batch endpoints and their deployments as resources. */
import type { Resource } from '../../contracts.ts';
import { nameTaken } from '../online/errors.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import { deploymentsOf, missingEndpoint } from './endpoints.ts';
import * as errors from './errors.ts';
import type { OperationKind } from './operation-log.ts';
import { answerChange, answerDeletion, answerStarted } from './operations.ts';
import { findAsset } from './references.ts';
import { createdIn, shownDeployment, shownEndpoint } from './shapes/batch-deployment-answer.ts';
import { batchDeployment, batchDeploymentPatch, batchEndpoint, batchEndpointPatch } from './shapes/batch-endpoint.ts';
import { spelledAuthMode } from './shapes/endpoint.ts';
import { withoutTypes } from './system-data.ts';

/** Path of an endpoint's own API below the sandbox's address; a real one has a host of its own. */
export const invocationPath = '/batch-inference';

type Body = Record<string, any>;

/** What both kinds have in common. */
const shared = {
  defaults: { description: null, properties: {} },
  sets: { provisioningState: 'Succeeded' },
  systemData: withoutTypes,
};

const draftOf = ({ location, tags = {}, identity }: Body, properties: Resource['properties']): Draft => ({
  location,
  tags,
  ...(identity ? { identity } : {}),
  properties,
});

/** The resource with the state in which an operation leaves it for a while. */
function inOperation(resource: Resource, { context, path, name }: Call<WorkspaceContext>): Resource {
  const at = name === '' ? `${path}/${resource.name}` : path;
  const provisioningState = context.operations.statusOf(at) ?? 'Succeeded';
  return { ...resource, properties: { ...resource.properties, provisioningState } };
}

const answerPatched = (call: Call<WorkspaceContext>, kind: OperationKind): void =>
  answerChange(call, call.context.operations.start(kind, call.path, 'Updating'));

/** 400 for a default deployment that does not exist. */
function checkDefault(name: string | null | undefined, path: string, { store }: WorkspaceContext): void {
  if (name && !store.get(`${path}/deployments/${name}`)) throw errors.defaultDeploymentNotFound(name);
}

export const batchEndpoints = collection<WorkspaceContext>({
  ...shared,
  path: 'batchEndpoints/:endpoint',
  one: 'Batch endpoint',
  names: { endpoint: 'name of an endpoint' },
  shape: batchEndpoint,
  below: ['deployments'],
  missing: missingEndpoint,
  beforePut({ context, name, path, at }, body, older) {
    // Endpoints of both kinds have hosts of one domain.
    if (!older && context.store.get(`onlineEndpoints/${name}`)) throw nameTaken();
    const { defaults, authMode, ...given } = body.properties;
    const deployment = defaults?.deploymentName;
    checkDefault(deployment, path, context);
    const scoringUri = `${context.url}${invocationPath}/${name}/jobs`;
    return draftOf(body, {
      ...given,
      properties: {
        ...given.properties,
        [createdIn]: older?.properties.properties?.[createdIn] ?? at.apiVersion,
      },
      authMode: spelledAuthMode(authMode),
      scoringUri,
      swaggerUri: null,
      defaults: { deploymentName: deployment ?? null },
    });
  },
  present: (endpoint, call, when) => inOperation(shownEndpoint(endpoint, call.at.apiVersion, when === 'created'), call),
  patch: {
    shape: batchEndpointPatch,
    change({ context, path }, { tags, identity, properties }, older) {
      const defaults = properties?.defaults ?? older.properties.defaults;
      checkDefault(defaults.deploymentName, path, context);
      return {
        ...older,
        tags: tags ?? older.tags,
        ...(identity && { identity }),
        properties: { ...older.properties, defaults },
      };
    },
  },
  answers: {
    patch: (call) => answerPatched(call, 'bebes'),
    put: (call, shown, isNew) => answerStarted(call, 'bebes', shown, isNew),
    delete: (call, existed) => answerDeletion(call, 'bebes', existed),
  },
});

const endpointOf = ({ context, params }: Call<WorkspaceContext>): Resource | undefined =>
  context.store.get(`batchEndpoints/${params.endpoint}`);

export const batchDeployments = collection<WorkspaceContext>({
  ...shared,
  ...deploymentsOf(endpointOf),
  path: 'batchEndpoints/:endpoint/deployments/:deployment',
  one: 'Batch deployment',
  shape: batchDeployment,
  beforePut({ context }, body) {
    checkDeployment(body.properties, context);
    return draftOf(body, body.properties);
  },
  beforeDelete(call, { name }) {
    if (endpointOf(call)?.properties.defaults?.deploymentName === name) throw errors.deploymentIsDefault(name);
  },
  present: (deployment, call) => inOperation(shownDeployment(deployment, call.at.apiVersion), call),
  patch: {
    shape: batchDeploymentPatch,
    change: (_call, { tags, properties }, older) => ({
      ...older,
      tags: tags ?? older.tags,
      properties: { ...older.properties, ...properties },
    }),
  },
  answers: {
    patch: (call) => answerPatched(call, 'bed'),
    put: (call, shown, isNew) => answerStarted(call, 'bed', shown, isNew),
    delete: (call, existed) => answerDeletion(call, 'bed', existed),
  },
});

/** 400 unless the deployment's component or model exists. */
function checkDeployment({ deploymentConfiguration, model }: Resource['properties'], context: ProviderContext): void {
  const componentId = deploymentConfiguration?.componentId?.assetId;
  if (componentId !== undefined) {
    const component = findAsset(componentId, 'components', context);
    if (!component) throw errors.referenceNotFound('component', componentId);
    if (component.properties.componentSpec?.type !== 'pipeline') throw errors.notPipelineComponent(componentId);
  } else if (!model) throw errors.deploymentEmpty();
  else if (model.referenceType === 'Id' && !findAsset(model.assetId, 'models', context))
    throw errors.referenceNotFound('model', model.assetId);
}
