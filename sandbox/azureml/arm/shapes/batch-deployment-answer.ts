/** Batch endpoints and deployments as they are answered. */
import type { Resource } from '../../../contracts.ts';
import { hasConfiguration } from './batch-endpoint.ts';

type Json = Record<string, any>;

/** The property that names the api-version of an endpoint's first PUT. */
export const createdIn = 'BatchEndpointCreationApiVersion';

/**
 * The endpoint with what the service notes in `properties`, in the api-versions from 2023 on. The answer that begins its creation
 * has no address yet.
 */
export function shownEndpoint(endpoint: Resource, apiVersion: string, isNew: boolean): Resource {
  const { [createdIn]: created, ...properties } = endpoint.properties.properties as Json;
  const added = apiVersion >= '2023' ? { [createdIn]: created, 'azureml.onlineendpointid': endpoint.id } : {};
  const shown = { ...endpoint.properties, properties: { ...properties, ...added }, ...(isNew && { scoringUri: null }) };
  return { ...endpoint, properties: shown };
}

/** What a deployment of a component leaves unset is zero, not null. */
const unset = {
  codeConfiguration: null,
  environmentId: null,
  environmentVariables: null,
  compute: null,
  errorThreshold: 0,
  retrySettings: { maxRetries: 0, timeout: 'PT0S' },
  miniBatchSize: 0,
  loggingLevel: 'Info',
  model: null,
  maxConcurrencyPerInstance: 0,
  outputAction: 'SummaryOnly',
  outputFileName: null,
  resources: { instanceCount: 1, instanceType: null, properties: null },
};

/** What the service notes of a component's deployment in `properties`; older api-versions have it nowhere else. */
function notes({ componentId, settings = {} }: Json): Record<string, string> {
  const id = String(componentId?.assetId ?? '');
  const named = Object.entries({ continue_on_step_failure: 'False', ...settings } as Json);
  return {
    'ComponentDeployment.ComponentId': id,
    'ComponentDeployment.Type': 'pipeline',
    ...Object.fromEntries(named.map(([name, value]) => [`ComponentDeployment.Settings.${name}`, String(value)])),
    'ComponentDeployment.Name': id.split('/').at(-3) ?? '',
  };
}

/** The deployment with every member; `deploymentConfiguration` only where the api-version has it. */
export function shownDeployment(deployment: Resource, apiVersion: string): Resource {
  const { description, properties, deploymentConfiguration, provisioningState, ...given } = deployment.properties;
  const configured = hasConfiguration(apiVersion) ? { deploymentConfiguration: deploymentConfiguration ?? null } : {};
  const isComponent = deploymentConfiguration?.componentId !== undefined;
  const added = isComponent ? notes(deploymentConfiguration) : {};
  const id = added['ComponentDeployment.ComponentId'];
  return {
    ...deployment,
    tags: { ...deployment.tags, ...(id !== undefined && { 'ComponentDeployment.ComponentId': id }) },
    properties: {
      description: description ?? null,
      properties: { ...properties, ...added },
      ...unset,
      ...given,
      ...configured,
      provisioningState,
    },
  };
}
