/** Request bodies of online endpoints, their deployments and their actions. */
import {
  anything,
  type Check,
  duration,
  flag,
  integer,
  listOf,
  mapOf,
  name,
  number,
  object,
  oneOf,
  only,
  text,
  textual,
  union,
} from '../shape.ts';

/** What a PUT carries beside `properties`, with what a resource that was read carries back. */
const resource = (properties: Check): Check =>
  object(
    { location: name, properties },
    {
      id: text,
      name: text,
      type: text,
      tags: mapOf(textual),
      identity: object({ type: text }, { principalId: text, tenantId: text, userAssignedIdentities: mapOf(anything) }),
      sku: object({ name: text }, { capacity: integer, family: text, size: text, tier: text }),
      kind: text,
      systemData: anything,
    },
  );

const isPreview = (apiVersion: string): boolean => apiVersion.endsWith('preview');
const since =
  (stable: string, preview: string) =>
  (apiVersion: string): boolean =>
    apiVersion >= (isPreview(apiVersion) ? preview : stable);

/** First api-versions with a member: stable, preview. */
export const hasMirrorTraffic = since('2023-04-01', '2022-02-01-preview');
export const hasEgress = since('2022-10-01', '2022-06-01-preview');
export const hasDataCollector = since('2024-04-01', '2023-04-01-preview');
export const hasStartupProbe = since('2024-10-01', '2024-10-01-preview');

/** `OnlineEndpoint`. */
export const onlineEndpoint = resource(
  object(
    { authMode: oneOf('AADToken', 'AMLToken', 'Key') },
    {
      compute: text,
      description: text,
      keys: object({}, { primaryKey: text, secondaryKey: text }),
      mirrorTraffic: only(hasMirrorTraffic, mapOf(integer)),
      properties: mapOf(textual),
      provisioningState: text,
      publicNetworkAccess: oneOf('Enabled', 'Disabled'),
      scoringUri: text,
      swaggerUri: text,
      traffic: mapOf(integer),
    },
  ),
);

const probe = object(
  {},
  { failureThreshold: integer, successThreshold: integer, timeout: duration, period: duration, initialDelay: duration },
);
const containerResources = object({}, { cpu: text, memory: text, gpu: text });
const collection = object(
  {},
  { clientId: text, dataCollectionMode: oneOf('Enabled', 'Disabled'), dataId: text, samplingRate: number },
);

const deploymentFields: Record<string, Check> = {
  appInsightsEnabled: flag,
  codeConfiguration: object({ scoringScript: name }, { codeId: text }),
  dataCollector: only(
    hasDataCollector,
    object(
      { collections: mapOf(collection) },
      {
        requestLogging: object({}, { captureHeaders: listOf(text) }),
        rollingRate: oneOf('Year', 'Month', 'Day', 'Hour', 'Minute'),
      },
    ),
  ),
  description: text,
  egressPublicNetworkAccess: only(hasEgress, oneOf('Enabled', 'Disabled')),
  environmentId: text,
  environmentVariables: mapOf(text),
  instanceType: text,
  livenessProbe: probe,
  model: text,
  modelMountPath: text,
  properties: mapOf(textual),
  provisioningState: text,
  readinessProbe: probe,
  requestSettings: object(
    {},
    { maxConcurrentRequestsPerInstance: integer, maxQueueWait: duration, requestTimeout: duration },
  ),
  scaleSettings: union('scaleType', {
    Default: [{}, {}],
    TargetUtilization: [
      {},
      { maxInstances: integer, minInstances: integer, pollingInterval: duration, targetUtilizationPercentage: integer },
    ],
  }),
  startupProbe: only(hasStartupProbe, probe),
};

const deploymentProperties = union('endpointComputeType', {
  Managed: [{}, deploymentFields],
  Kubernetes: [
    {},
    {
      ...deploymentFields,
      containerResourceRequirements: object(
        {},
        { containerResourceRequests: containerResources, containerResourceLimits: containerResources },
      ),
    },
  ],
});

/** `OnlineDeployment`; one that doesn't say where it runs is a managed one. */
export const onlineDeployment = resource((value, at) =>
  deploymentProperties(isObject(value) ? { endpointComputeType: 'Managed', ...value } : value, at),
);
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** PATCH of an endpoint: tags and identity, never traffic. */
export const endpointPatch = object({}, { tags: mapOf(textual), identity: anything });
/** PATCH of a deployment: tags, and how many instances. */
export const deploymentPatch = object(
  {},
  { tags: mapOf(textual), sku: object({}, { capacity: integer, name: text, tier: text, family: text, size: text }) },
);

export const keyRequest = object({ keyType: oneOf('Primary', 'Secondary') }, { keyValue: text });
export const logsRequest = object(
  {},
  { containerType: oneOf('StorageInitializer', 'InferenceServer', 'ModelDataCollector'), tail: integer },
);
