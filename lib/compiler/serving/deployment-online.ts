import { compact } from '../../core/json.ts';
import { type PlannedRequest, putRequest } from '../../plan/plan.ts';
import { compileDeployedModel } from '../assets/model.ts';
import type { CompileContext } from '../context.ts';
import { booleanOf, fieldsOf, mapOrEmpty, millisecondsOf, numberOf, secondsOf, wordOf } from '../values.ts';
import { get, isNull, jsonOf, textOf, type YamlNode } from '../yaml/yaml.ts';
import { dataCollector } from './data-collector.ts';
import { codeConfiguration, deploymentEnvironment } from './deployment.ts';
import { checkedName } from './endpoint.ts';

/** An online deployment's file: `PUT onlineEndpoints/{endpoint}/deployments/{name}`. */
export function compileOnlineDeployment(
  context: CompileContext,
  root: YamlNode,
  location: string,
  type: 'Managed' | 'Kubernetes',
): PlannedRequest {
  const name = checkedName(root, 'name', context.builder.problems).toLowerCase();
  const endpoint = textOf(get(root, 'endpoint_name')) ?? '';
  const collector = dataCollector(context, root, endpoint, name);
  const isPrivate = booleanOf(get(root, 'private_network_connection'));
  return putRequest(
    `${context.builder.workspace}/onlineEndpoints/${endpoint}/deployments/${name}`,
    compact({
      endpointComputeType: type,
      description: textOf(get(root, 'description')),
      codeConfiguration: codeConfiguration(context, root),
      environmentId: deploymentEnvironment(context, root),
      environmentVariables: mapOrEmpty(get(root, 'environment_variables')),
      model: compileDeployedModel(context, get(root, 'model'), 'model'),
      modelMountPath: textOf(get(root, 'model_mount_path')),
      instanceType: textOf(get(root, 'instance_type')),
      appInsightsEnabled: booleanOf(get(root, 'app_insights_enabled')) ?? false,
      scaleSettings: scaleSettings(get(root, 'scale_settings')),
      requestSettings: fieldsOf(get(root, 'request_settings'), {
        maxQueueWait: ['max_queue_wait_ms', millisecondsOf],
        requestTimeout: ['request_timeout_ms', millisecondsOf],
        maxConcurrentRequestsPerInstance: ['max_concurrent_requests_per_instance', numberOf],
      }),
      livenessProbe: probe(get(root, 'liveness_probe')),
      readinessProbe: probe(get(root, 'readiness_probe')),
      startupProbe: probe(get(root, 'startup_probe')),
      containerResourceRequirements: fieldsOf(get(root, 'resources'), {
        containerResourceRequests: ['requests', containerResources],
        containerResourceLimits: ['limits', containerResources],
      }),
      dataCollector: collector,
      egressPublicNetworkAccess: wordOf(get(root, 'egress_public_network_access')),
      properties: {
        ...mapOrEmpty(get(root, 'properties')),
        // The service reads it here too (azure-ai-ml `ManagedOnlineDeployment._to_rest_object`).
        ...(isPrivate ? { 'private-network-connection': true } : {}),
      },
    }),
    {
      location,
      tags: mapOrEmpty(get(root, 'tags')),
      // The service asks for a SKU; its name has no meaning.
      sku: compact({ name: 'Default', capacity: numberOf(get(root, 'instance_count')) }),
    },
  );
}

function scaleSettings(node: YamlNode | undefined): Record<string, unknown> | undefined {
  if (!node || isNull(node)) return undefined;
  if (wordOf(get(node, 'type')) === 'default') return { scaleType: 'Default' };
  return compact({
    scaleType: 'TargetUtilization',
    minInstances: numberOf(get(node, 'min_instances')),
    maxInstances: numberOf(get(node, 'max_instances')),
    pollingInterval: secondsOf(get(node, 'polling_interval')),
    targetUtilizationPercentage: numberOf(get(node, 'target_utilization_percentage')),
  });
}

function probe(node: YamlNode | undefined): Record<string, unknown> | undefined {
  return fieldsOf(node, {
    failureThreshold: ['failure_threshold', numberOf],
    successThreshold: ['success_threshold', numberOf],
    timeout: ['timeout', secondsOf],
    period: ['period', secondsOf],
    initialDelay: ['initial_delay', secondsOf],
  });
}

function containerResources(node: YamlNode | undefined): Record<string, unknown> | undefined {
  if (!node || isNull(node)) return undefined;
  return compact({
    cpu: textOf(get(node, 'cpu')),
    memory: textOf(get(node, 'memory')),
    gpu: jsonOf(get(node, 'gpu')) ?? jsonOf(get(node, 'nvidia.com/gpu')),
  });
}
