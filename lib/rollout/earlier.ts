import type { AzureRequest } from '../azure/client.ts';
import { writeVersionOf } from '../azureml/api-versions.ts';
import type { OnlineDeployment } from '../azureml/online-endpoints.ts';
import { path, requestTo } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';

/** Of tags of Azure resources (Resource Manager). */
const LONGEST_TAG = 256;

/** Members that the service answers and does not take back. */
const READ_ONLY = new Set(['provisioningState']);

/**
 * What a deployment is made of, short enough for tags: a deployment that is changed in place can be put back by it when
 * the task that changed it was killed. Ids are relative to the workspace.
 */
export function earlierOf(workspace: Workspace, deployment: OnlineDeployment): Record<string, string> {
  const { model, environmentId, codeConfiguration, instanceType } = deployment.properties;
  const facts = {
    model: relative(workspace, model),
    environment: relative(workspace, environmentId),
    code: relative(workspace, codeConfiguration?.codeId),
    script: codeConfiguration?.scoringScript ?? '',
    instanceType: instanceType ?? '',
    capacity: String(deployment.sku?.capacity ?? ''),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== '' && value.length <= LONGEST_TAG));
}

function relative({ path: root }: Workspace, id: string | null | undefined): string {
  if (!id) return '';
  return id.toLowerCase().startsWith(`${root.toLowerCase()}/`) ? id.slice(root.length + 1) : id;
}

function absolute({ path: root }: Workspace, id: string): string {
  return /^(?:\/|azureml:)/.test(id) ? id : `${root}/${id}`;
}

/**
 * The request that puts an earlier definition of a deployment back.
 * @param present the deployment as it is, for everything that `earlier` does not say
 * @param earlier see `earlierOf`
 */
export function redeployment(
  workspace: Workspace,
  endpoint: string,
  present: OnlineDeployment & { location?: string },
  earlier: Readonly<Record<string, string>>,
): AzureRequest {
  const kept = Object.entries(present.properties).filter(([name, value]) => !READ_ONLY.has(name) && value !== null);
  const { model, environment, code, script, instanceType, capacity } = earlier;
  const properties: Record<string, unknown> = {
    ...Object.fromEntries(kept),
    properties: {},
    ...(model ? { model: absolute(workspace, model) } : {}),
    ...(environment ? { environmentId: absolute(workspace, environment) } : {}),
    ...(code ? { codeConfiguration: { codeId: absolute(workspace, code), scoringScript: script } } : {}),
    ...(instanceType ? { instanceType } : {}),
  };
  const below = path('onlineEndpoints', endpoint, 'deployments', present.name);
  const body = {
    location: present.location ?? workspace.location,
    tags: present.tags ?? {},
    sku: { name: 'Default', ...(capacity ? { capacity: Number(capacity) } : {}) },
    properties,
  };
  return requestTo(workspace, 'PUT', below, { body, apiVersion: writeVersionOf(below, properties).apiVersion });
}
