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

/** Members that the service answers and does not take back; the property is in the member `properties` (recorded). */
const READ_ONLY = new Set(['provisioningState']);
const OF_OPERATION = 'AzureAsyncOperationUri';
/** Variables that the service adds, which follow from model and code (recorded 2026). */
const OF_SERVICE = new Set(['AZUREML_MODEL_DIR', 'AZUREML_ENTRY_SCRIPT', 'AML_APP_ROOT']);

/** Variables of a deployment's container: keys and passwords may be among them. */
export type Variables = Readonly<Record<string, string | null>>;

/** What a deployment's own variables are, without those that the service adds. */
export function ownVariables({ properties }: Pick<OnlineDeployment, 'properties'>): Record<string, string> {
  const all = Object.entries((properties.environmentVariables ?? {}) as Record<string, string>);
  return Object.fromEntries(all.filter(([name]) => !OF_SERVICE.has(name)));
}

/**
 * The definition of a deployment that is changed in place, packed into tags: whoever comes after a task that was killed can
 * put exactly that back.
 * @param isSecret says which values of variables are not saved; `redeployment` needs them
 * @throws UserError `DeploymentTooLarge`
 */
export function earlierOf(
  { name, tags, sku, ...deployment }: OnlineDeployment,
  isSecret: (value: string) => boolean,
): Record<string, string> {
  const kept = Object.entries(deployment.properties).filter(([key, value]) => !READ_ONLY.has(key) && value !== null);
  const properties: Record<string, unknown> = Object.fromEntries(kept);
  const variables = Object.entries(ownVariables(deployment));
  properties.environmentVariables = Object.fromEntries(
    variables.map(([variable, value]) => [variable, isSecret(value) ? null : value]),
  );
  const { [OF_OPERATION]: _, ...own } = (properties.properties ?? {}) as Record<string, unknown>;
  properties.properties = Object.keys(own).length > 0 ? own : undefined;
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

/** True when values of variables were secrets, and so are not in the tags. */
export function needsSecrets(earlier: Readonly<Record<string, string>>): boolean {
  return Object.values(unpacked(earlier).properties.environmentVariables ?? {}).includes(null);
}

/**
 * The request that puts an earlier definition of a deployment back.
 * @param earlier see `earlierOf`
 * @param secrets values of variables that were not saved
 * @throws UserError `SecretNotSaved`
 */
export function redeployment(
  workspace: Workspace,
  { endpoint, deployment }: { endpoint: string; deployment: string },
  earlier: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>> = {},
): AzureRequest {
  const { properties, ...body } = unpacked(earlier);
  const variables = Object.entries(properties.environmentVariables ?? {}).map(([name, saved]) => {
    const value = saved ?? secrets[name];
    if (value === undefined) throw secretNotSaved(deployment, name);
    return [name, value] as const;
  });
  const below = path('onlineEndpoints', endpoint, 'deployments', deployment);
  return requestTo(workspace, 'PUT', below, {
    body: {
      ...body,
      location: body.location ?? workspace.location,
      properties: { ...properties, environmentVariables: Object.fromEntries(variables) },
    },
    apiVersion: writeVersionOf(below, properties).apiVersion,
  });
}

interface Definition {
  location?: string;
  properties: Record<string, unknown> & { environmentVariables?: Variables };
}

function unpacked(earlier: Readonly<Record<string, string>>): Definition {
  const packed = Object.keys(earlier)
    .toSorted((a, b) => Number(a) - Number(b))
    .map((part) => earlier[part])
    .join('');
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString()) as Definition;
}

function secretNotSaved(deployment: string, variable: string): UserError {
  return new UserError({
    code: 'SecretNotSaved',
    message: `The earlier definition of the deployment '${deployment}' can't be put back: the value of its environment variable '${variable}' was a secret, so it was not saved, and the deployment does not have this variable any more.`,
    fix: 'Deploy the earlier version again with strategy: recreate.',
  });
}
