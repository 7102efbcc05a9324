/** Request bodies of batch endpoints, their deployments and their invocations. */
import {
  anything,
  type Check,
  duration,
  integer,
  mapOf,
  name,
  object,
  oneOf,
  only,
  text,
  textual,
  union,
} from '../shape.ts';

const resource = (properties: Check): Check =>
  object(
    { location: name, properties },
    {
      id: text,
      name: text,
      type: text,
      tags: mapOf(textual),
      identity: anything,
      sku: anything,
      kind: text,
      systemData: anything,
    },
  );

/** `BatchEndpoint`. */
export const batchEndpoint = resource(
  object(
    { authMode: oneOf('AADToken', 'AMLToken', 'Key') },
    {
      defaults: object({}, { deploymentName: text }),
      description: text,
      properties: mapOf(textual),
      keys: anything,
      provisioningState: text,
      scoringUri: text,
      swaggerUri: text,
    },
  ),
);

const assetReference = union('referenceType', {
  Id: [{ assetId: name }, {}],
  DataPath: [{}, { datastoreId: text, path: text }],
  OutputPath: [{}, { jobId: text, path: text }],
});

/** First api-version in which a deployment may run a component. */
export const hasConfiguration = (apiVersion: string): boolean =>
  apiVersion >= '2024-04-01' || /^2023-\d\d-\d\d-preview$/.test(apiVersion) || apiVersion === '2024-01-01-preview';

/** `BatchDeployment`. */
export const batchDeployment = resource(
  object(
    {},
    {
      deploymentConfiguration: only(
        hasConfiguration,
        union('deploymentConfigurationType', {
          Model: [{}, {}],
          PipelineComponent: [
            { componentId: assetReference },
            { description: text, settings: mapOf(text), tags: mapOf(textual) },
          ],
        }),
      ),
      codeConfiguration: object({ scoringScript: name }, { codeId: text }),
      compute: text,
      description: text,
      environmentId: text,
      environmentVariables: mapOf(text),
      errorThreshold: integer,
      loggingLevel: oneOf('Info', 'Warning', 'Debug'),
      maxConcurrencyPerInstance: integer,
      miniBatchSize: integer,
      model: assetReference,
      outputAction: oneOf('SummaryOnly', 'AppendRow'),
      outputFileName: text,
      properties: mapOf(textual),
      provisioningState: text,
      resources: object({}, { instanceCount: integer, instanceType: text, properties: mapOf(anything) }),
      retrySettings: object({}, { maxRetries: integer, timeout: duration }),
    },
  ),
);

/** PATCH of an endpoint: tags and identity; its defaults only in the first api-versions. */
export const batchEndpointPatch = object(
  {},
  {
    tags: mapOf(textual),
    identity: anything,
    properties: only(
      (apiVersion) => apiVersion < '2022-10-01',
      object({}, { defaults: object({}, { deploymentName: text }) }),
    ),
  },
);
/** PATCH of a deployment. */
export const batchDeploymentPatch = object({}, { tags: mapOf(textual), properties: object({}, { description: text }) });
