/** Request bodies of online endpoints, their deployments and their actions. */
import type { Check } from '../shape.ts';
import * as shape from '../shape.ts';
import { since } from '../versions.ts';
import { authMode, resource } from './endpoint.ts';

const own = {
  identity: shape.object(
    { type: shape.text },
    { principalId: shape.text, tenantId: shape.text, userAssignedIdentities: shape.mapOf(shape.anything) },
  ),
  sku: shape.object(
    { name: shape.text },
    { capacity: shape.integer, family: shape.text, size: shape.text, tier: shape.text },
  ),
};

/** Api-versions with a member. */
export const hasMirrorTraffic = since('2022-02-01-preview', '2023-04-01');
export const hasEgress = since('2022-06-01-preview', '2022-10-01');
export const hasDataCollector = since('2023-04-01-preview', '2024-04-01');
export const hasStartupProbe = since('2024-10-01-preview', '2024-10-01');

/** `OnlineEndpoint`. */
export const onlineEndpoint = resource(
  own,
  shape.object(
    { authMode },
    {
      compute: shape.text,
      description: shape.text,
      keys: shape.object({}, { primaryKey: shape.text, secondaryKey: shape.text }),
      mirrorTraffic: shape.only(hasMirrorTraffic, shape.mapOf(shape.integer)),
      properties: shape.mapOf(shape.textual),
      provisioningState: shape.text,
      publicNetworkAccess: shape.oneOf('Enabled', 'Disabled'),
      scoringUri: shape.text,
      swaggerUri: shape.text,
      traffic: shape.mapOf(shape.integer),
    },
  ),
);

const probe = shape.object(
  {},
  {
    failureThreshold: shape.integer,
    successThreshold: shape.integer,
    timeout: shape.duration,
    period: shape.duration,
    initialDelay: shape.duration,
  },
);
const containerResources = shape.object({}, { cpu: shape.text, memory: shape.text, gpu: shape.text });
const collection = shape.object(
  {},
  {
    clientId: shape.text,
    dataCollectionMode: shape.oneOf('Enabled', 'Disabled'),
    dataId: shape.text,
    samplingRate: shape.number,
  },
);

const deploymentFields: Record<string, Check> = {
  appInsightsEnabled: shape.flag,
  codeConfiguration: shape.object({ scoringScript: shape.name }, { codeId: shape.text }),
  dataCollector: shape.only(
    hasDataCollector,
    shape.object(
      { collections: shape.mapOf(collection) },
      {
        requestLogging: shape.object({}, { captureHeaders: shape.listOf(shape.text) }),
        rollingRate: shape.oneOf('Year', 'Month', 'Day', 'Hour', 'Minute'),
      },
    ),
  ),
  description: shape.text,
  egressPublicNetworkAccess: shape.only(hasEgress, shape.oneOf('Enabled', 'Disabled')),
  environmentId: shape.text,
  environmentVariables: shape.mapOf(shape.text),
  instanceType: shape.text,
  livenessProbe: probe,
  model: shape.text,
  modelMountPath: shape.text,
  properties: shape.mapOf(shape.textual),
  provisioningState: shape.text,
  readinessProbe: probe,
  requestSettings: shape.object(
    {},
    { maxConcurrentRequestsPerInstance: shape.integer, maxQueueWait: shape.duration, requestTimeout: shape.duration },
  ),
  scaleSettings: shape.union('scaleType', {
    Default: [{}, {}],
    TargetUtilization: [
      {},
      {
        maxInstances: shape.integer,
        minInstances: shape.integer,
        pollingInterval: shape.duration,
        targetUtilizationPercentage: shape.integer,
      },
    ],
  }),
  startupProbe: shape.only(hasStartupProbe, probe),
};

const deploymentProperties = shape.union('endpointComputeType', {
  Managed: [{}, deploymentFields],
  Kubernetes: [
    {},
    {
      ...deploymentFields,
      containerResourceRequirements: shape.object(
        {},
        { containerResourceRequests: containerResources, containerResourceLimits: containerResources },
      ),
    },
  ],
});

/** `OnlineDeployment`; one that doesn't say where it runs is a managed one. */
export const onlineDeployment = resource(own, (value, at) =>
  deploymentProperties(isObject(value) ? { endpointComputeType: 'Managed', ...value } : value, at),
);
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** PATCH of an endpoint: tags and identity, never traffic. */
export const endpointPatch = shape.object({}, { tags: shape.mapOf(shape.textual), identity: shape.anything });
/** PATCH of a deployment: tags, and how many instances. */
export const deploymentPatch = shape.object(
  {},
  {
    tags: shape.mapOf(shape.textual),
    sku: shape.object(
      {},
      { capacity: shape.integer, name: shape.text, tier: shape.text, family: shape.text, size: shape.text },
    ),
  },
);

export const keyRequest = shape.object({ keyType: shape.oneOf('Primary', 'Secondary') }, { keyValue: shape.text });
export const logsRequest = shape.object(
  {},
  { containerType: shape.oneOf('StorageInitializer', 'InferenceServer', 'ModelDataCollector'), tail: shape.integer },
);
