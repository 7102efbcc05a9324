import * as shape from '../shape.ts';
import { authMode, resource } from './endpoint.ts';

const own = { identity: shape.anything, sku: shape.anything };

/** `BatchEndpoint`. */
export const batchEndpoint = resource(
  own,
  shape.object(
    { authMode },
    {
      defaults: shape.object({}, { deploymentName: shape.text }),
      description: shape.text,
      properties: shape.mapOf(shape.textual),
      keys: shape.anything,
      provisioningState: shape.text,
      scoringUri: shape.text,
      swaggerUri: shape.text,
    },
  ),
);

const assetReference = shape.union('referenceType', {
  Id: [{ assetId: shape.name }, {}],
  DataPath: [{}, { datastoreId: shape.text, path: shape.text }],
  OutputPath: [{}, { jobId: shape.text, path: shape.text }],
});

/** First api-version in which a deployment may run a component. */
export const hasConfiguration = (apiVersion: string): boolean =>
  apiVersion >= '2024-04-01' || /^2023-\d\d-\d\d-preview$/.test(apiVersion) || apiVersion === '2024-01-01-preview';

/** `BatchDeployment`. */
export const batchDeployment = resource(
  own,
  shape.object(
    {},
    {
      deploymentConfiguration: shape.only(
        hasConfiguration,
        shape.union('deploymentConfigurationType', {
          Model: [{}, {}],
          PipelineComponent: [
            { componentId: assetReference },
            { description: shape.text, settings: shape.mapOf(shape.text), tags: shape.mapOf(shape.textual) },
          ],
        }),
      ),
      codeConfiguration: shape.object({ scoringScript: shape.name }, { codeId: shape.text }),
      compute: shape.text,
      description: shape.text,
      environmentId: shape.text,
      environmentVariables: shape.mapOf(shape.text),
      errorThreshold: shape.integer,
      loggingLevel: shape.oneOf('Info', 'Warning', 'Debug'),
      maxConcurrencyPerInstance: shape.integer,
      miniBatchSize: shape.integer,
      model: assetReference,
      outputAction: shape.oneOf('SummaryOnly', 'AppendRow'),
      outputFileName: shape.text,
      properties: shape.mapOf(shape.textual),
      provisioningState: shape.text,
      resources: shape.object(
        {},
        { instanceCount: shape.integer, instanceType: shape.text, properties: shape.mapOf(shape.anything) },
      ),
      retrySettings: shape.object({}, { maxRetries: shape.integer, timeout: shape.duration }),
    },
  ),
);

/** PATCH of an endpoint: tags and identity; its defaults only in the first api-versions. */
export const batchEndpointPatch = shape.object(
  {},
  {
    tags: shape.mapOf(shape.textual),
    identity: shape.anything,
    properties: shape.only(
      (apiVersion) => apiVersion < '2022-10-01',
      shape.object({}, { defaults: shape.object({}, { deploymentName: shape.text }) }),
    ),
  },
);
/** PATCH of a deployment. */
export const batchDeploymentPatch = shape.object(
  {},
  { tags: shape.mapOf(shape.textual), properties: shape.object({}, { description: shape.text }) },
);
