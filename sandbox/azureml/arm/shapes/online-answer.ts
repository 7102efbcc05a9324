/** Online endpoints and deployments as they are answered. */
import type { Resource } from '../../../contracts.ts';
import { hasDataCollector, hasEgress, hasMirrorTraffic, hasStartupProbe } from './online.ts';

/** When the answer is given: by PUT of a new resource, by PUT of an older one, or later. */
export type When = 'created' | 'changed' | undefined;

interface EndpointSeen {
  state: string;
  scoringUri: string;
  traffic: Record<string, number>;
  mirrorTraffic: Record<string, number>;
}

/** What is answered of both, with these properties. */
const answered = ({ id, name, type, systemData, tags = {} }: Resource, properties: Resource['properties']) => ({
  id,
  name,
  type,
  properties,
  systemData,
  tags,
});

/**
 * An endpoint; the answer that begins its creation has no addresses, and from the api-versions of 2024 on neither location nor
 * identity.
 */
export function endpointAnswer(endpoint: Resource, seen: EndpointSeen, apiVersion: string, when: When): object {
  const { id, properties, location, identity } = endpoint;
  const isNew = seen.state === 'Creating';
  const isPlaced = when !== 'created' || apiVersion < '2024';
  const swaggerUri = seen.scoringUri.replace(/score$/, 'swagger.json');
  return {
    ...answered(endpoint, {
      description: properties.description ?? null,
      properties: { 'azureml.onlineendpointid': lowerId(id), ...properties.properties },
      scoringUri: isNew ? null : seen.scoringUri,
      swaggerUri: isNew ? null : swaggerUri,
      authMode: properties.authMode,
      provisioningState: seen.state,
      compute: properties.compute ?? null,
      traffic: seen.traffic,
      ...(hasMirrorTraffic(apiVersion) && { mirrorTraffic: seen.mirrorTraffic }),
      publicNetworkAccess: properties.publicNetworkAccess ?? 'Enabled',
    }),
    ...(isPlaced && { location }),
    kind: properties.compute ? 'K8S' : 'Managed',
    ...(isPlaced && identity && { identity }),
  };
}

/** As the property `azureml.onlineendpointid` spells it. */
const lowerId = (id: string): string =>
  id.replace(
    /\/resourceGroups\/([^/]+)\/providers\/Microsoft\.MachineLearningServices\/workspaces\/([^/]+)\/onlineEndpoints\//,
    '/resourcegroups/$1/providers/microsoft.machinelearningservices/workspaces/$2/onlineendpoints/',
  );

const probe = { failureThreshold: 30, successThreshold: 1, timeout: 'PT2S', period: 'PT10S', initialDelay: 'PT10S' };
const requests = { maxQueueWait: 'PT0S', requestTimeout: 'PT5S', maxConcurrentRequestsPerInstance: 1 };

/** A deployment with every member that the api-version has. */
export function deploymentAnswer(
  deployment: Resource,
  { state, variables }: { state: string; variables: Record<string, string> },
  apiVersion: string,
): object {
  const { properties, location, sku, identity } = deployment;
  return {
    ...answered(deployment, {
      description: properties.description ?? null,
      properties: properties.properties ?? {},
      codeConfiguration: properties.codeConfiguration ?? null,
      environmentId: properties.environmentId ?? null,
      environmentVariables: { ...properties.environmentVariables, ...variables },
      scaleSettings: properties.scaleSettings ?? { scaleType: 'Default' },
      requestSettings: filled(requests, properties.requestSettings),
      modelMountPath: properties.modelMountPath ?? null,
      appInsightsEnabled: properties.appInsightsEnabled ?? false,
      livenessProbe: filled(probe, properties.livenessProbe),
      readinessProbe: filled(probe, properties.readinessProbe),
      ...(hasStartupProbe(apiVersion) && { startupProbe: properties.startupProbe ?? null }),
      provisioningState: state,
      instanceType: properties.instanceType ?? null,
      model: properties.model ?? null,
      ...(hasEgress(apiVersion) && { egressPublicNetworkAccess: properties.egressPublicNetworkAccess ?? 'Enabled' }),
      ...(hasDataCollector(apiVersion) && { dataCollector: properties.dataCollector ?? null }),
      ...(properties.containerResourceRequirements && {
        containerResourceRequirements: properties.containerResourceRequirements,
      }),
      endpointComputeType: properties.endpointComputeType,
    }),
    location,
    ...(identity && identity.type !== 'None' && { identity }),
    kind: properties.endpointComputeType === 'Kubernetes' ? 'K8S' : 'Managed',
    sku: { name: sku?.name ?? 'Default', tier: sku?.tier ?? 'Standard', capacity: sku?.capacity ?? 1 },
  };
}

/** The values with those that were given. */
function filled(usual: Record<string, unknown>, given: Record<string, unknown> | null | undefined): object {
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return { ...usual, ...Object.fromEntries(set) };
}
