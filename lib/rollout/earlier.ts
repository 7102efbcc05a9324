import { gunzipSync, gzipSync } from 'node:zlib';
import type { AzureRequest } from '../azure/client.ts';
import { writeVersionOf } from '../azureml/api-versions.ts';
import type { OnlineDeployment } from '../azureml/online-endpoints.ts';
import { path, requestTo } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import type { Difference } from '../plan/differences.ts';

/** Of tags of Azure resources (Resource Manager). */
const LONGEST_TAG = 256;
/** Of the 50 tags of an endpoint. */
const MOST_TAGS = 24;

/** Members that the service answers and does not take back. */
const READ_ONLY = new Set(['provisioningState', 'properties']);
/** Variables that the service adds, which follow from model and code (recorded 2026). */
const OF_SERVICE = new Set(['AZUREML_MODEL_DIR', 'AZUREML_ENTRY_SCRIPT', 'AML_APP_ROOT']);

/**
 * The definition of a deployment that is changed in place, packed into tags: whoever comes after a task that was killed can
 * put exactly that back.
 * @throws UserError `DeploymentTooLarge`
 */
export function earlierOf({ name, tags, sku, ...deployment }: OnlineDeployment): Record<string, string> {
  const kept = Object.entries(deployment.properties).filter(([key, value]) => !READ_ONLY.has(key) && value !== null);
  const properties: Record<string, unknown> = Object.fromEntries(kept);
  const variables = (properties.environmentVariables ?? {}) as Record<string, unknown>;
  properties.environmentVariables = Object.fromEntries(
    Object.entries(variables).filter(([key]) => !OF_SERVICE.has(key)),
  );
  const { location, identity, kind } = deployment as { location?: unknown; identity?: unknown; kind?: unknown };
  const body = { location, identity, kind, tags, sku, properties };
  const packed = gzipSync(JSON.stringify(body), { level: 9 }).toString('base64');
  const parts = packed.match(new RegExp(`.{1,${LONGEST_TAG}}`, 'g')) ?? [];
  if (parts.length > MOST_TAGS)
    throw new UserError({
      code: 'DeploymentTooLarge',
      message: `The definition of the deployment '${name}' is too large to be saved in the endpoint's tags, so it could not be put back.`,
      fix: 'Set strategy to blueGreen or canary, which leave the deployment that serves as it is.',
    });
  return Object.fromEntries(parts.map((part, i) => [String(i), part]));
}

/**
 * Variables that the deployment has and its file does not. A comparison of what would be sent does not see them: elsewhere
 * the service fills in what was not sent.
 */
export function removedVariables(planned: unknown, present: OnlineDeployment): Difference[] {
  const wanted = (planned as { properties: { environmentVariables?: object } }).properties.environmentVariables ?? {};
  return Object.entries(present.properties.environmentVariables ?? {}).flatMap(([name, value]) =>
    OF_SERVICE.has(name) || Object.hasOwn(wanted, name)
      ? []
      : [{ field: `properties.environmentVariables.${name}`, planned: undefined, present: value }],
  );
}

/** The request that puts an earlier definition of a deployment back. @param earlier see `earlierOf` */
export function redeployment(
  workspace: Workspace,
  { endpoint, deployment }: { endpoint: string; deployment: string },
  earlier: Readonly<Record<string, string>>,
): AzureRequest {
  const packed = Object.keys(earlier)
    .toSorted((a, b) => Number(a) - Number(b))
    .map((part) => earlier[part])
    .join('');
  const body = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as {
    location?: string;
    properties: Record<string, unknown>;
  };
  const below = path('onlineEndpoints', endpoint, 'deployments', deployment);
  const whole = { ...body, location: body.location ?? workspace.location };
  return requestTo(workspace, 'PUT', below, {
    body: whole,
    apiVersion: writeVersionOf(below, body.properties).apiVersion,
  });
}
