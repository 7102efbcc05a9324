import type { Problem } from '../../core/errors.ts';
import { compact } from '../../core/json.ts';
import { type PlannedRequest, putRequest } from '../../plan/plan.ts';
import type { CompileContext } from '../context.ts';
import { computeId } from '../references.ts';
import { mapOrEmpty, numberOf, pascalCase, wordOf } from '../values.ts';
import { entriesOf, get, isNull, textOf, type YamlNode } from '../yaml/yaml.ts';

const AUTH_MODES: Record<string, string> = { key: 'Key', aml_token: 'AMLToken', aad_token: 'AADToken' };

/** Endpoints and deployments: 3 to 32 letters, digits and hyphens (azure-ai-ml `_endpoint_helpers`). */
const NAME = /^[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;

/** An online endpoint's file (managed, or Kubernetes when it has `compute`): `PUT onlineEndpoints/{name}`. */
export function compileOnlineEndpoint(context: CompileContext, root: YamlNode, location: string): PlannedRequest {
  const { builder } = context;
  const name = checkedName(root, 'name', builder.problems).toLowerCase();
  const compute = get(root, 'compute');
  checkTraffic(root, builder.problems);
  return putRequest(
    `${builder.workspace}/onlineEndpoints/${name}`,
    compact({
      authMode: AUTH_MODES[wordOf(get(root, 'auth_mode')) ?? 'key'],
      compute: compute && !isNull(compute) ? computeId(builder, compute, 'compute') : undefined,
      description: textOf(get(root, 'description')),
      properties: mapOrEmpty(get(root, 'properties')),
      publicNetworkAccess: wordOf(get(root, 'public_network_access')),
      traffic: shares(get(root, 'traffic')),
      mirrorTraffic: shares(get(root, 'mirror_traffic')),
    }),
    {
      location,
      tags: mapOrEmpty(get(root, 'tags')),
      identity: identity(root, builder.problems) ?? { type: 'SystemAssigned' },
    },
  );
}

/** A batch endpoint's file: `PUT batchEndpoints/{name}`. */
export function compileBatchEndpoint(context: CompileContext, root: YamlNode, location: string): PlannedRequest {
  const name = checkedName(root, 'name', context.builder.problems);
  const deploymentName = textOf(get(get(root, 'defaults'), 'deployment_name'));
  // `aadToken`, `amlToken`, `key`: how Azure ML's tools spell these here.
  const mode = pascalCase(wordOf(get(root, 'auth_mode')) ?? 'aad_token');
  return putRequest(
    `${context.builder.workspace}/batchEndpoints/${name}`,
    compact({
      authMode: `${mode[0]!.toLowerCase()}${mode.slice(1)}`,
      description: textOf(get(root, 'description')),
      properties: mapOrEmpty(get(root, 'properties')),
      defaults: deploymentName === undefined ? undefined : { deploymentName },
    }),
    { location, tags: mapOrEmpty(get(root, 'tags')) },
  );
}

/** The name of an endpoint or deployment under a field; a name that the service would refuse is a problem. */
export function checkedName(root: YamlNode, field: string, problems: Problem[]): string {
  const node = get(root, field);
  const name = textOf(node) ?? '';
  if (node && (!NAME.test(name) || name.length < 3 || name.length > 32))
    problems.push({
      message: `'${field}' is '${name}'; a name must consist of 3 to 32 letters, digits and hyphens, begin with a letter and end with a letter or digit.`,
      place: node.place,
    });
  return name;
}

/** Deployments go by names in small letters; one without a share is not named, since it may not be there yet. */
function shares(node: YamlNode | undefined): Record<string, number> {
  return Object.fromEntries(
    entriesOf(node).flatMap(([deployment, share]) => {
      const percent = numberOf(share);
      return percent ? [[deployment.toLowerCase(), percent]] : [];
    }),
  );
}

function checkTraffic(root: YamlNode, problems: Problem[]): void {
  const sum = Object.values(shares(get(root, 'traffic'))).reduce((total, share) => total + share, 0);
  if (sum > 100)
    problems.push({
      message: `'traffic' must add up to at most 100 %, but adds up to ${sum} %.`,
      place: get(root, 'traffic')!.place,
    });
  const mirror = Object.values(shares(get(root, 'mirror_traffic')));
  if (mirror.length > 1 || mirror.some((share) => share > 50))
    problems.push({
      message: "'mirror_traffic' must be at most 50 % for a single deployment.",
      place: get(root, 'mirror_traffic')!.place,
    });
}

/** `identity` of a resource; an endpoint without one gets an identity of its own. */
function identity(root: YamlNode, problems: Problem[]): Record<string, unknown> | undefined {
  const node = get(root, 'identity');
  if (!node || isNull(node)) return undefined;
  const type = wordOf(get(node, 'type'));
  const users = get(node, 'user_assigned_identities');
  const ids = users?.kind === 'list' ? users.items.map((item) => textOf(get(item, 'resource_id')) ?? '') : [];
  if (type === undefined)
    problems.push({ message: "'identity' is missing the required field 'type'.", place: node.place });
  if (ids.length > 1)
    problems.push({ message: "'identity' can have only one user-assigned identity.", place: users!.place });
  return compact({
    type: pascalCase(type ?? 'none'),
    userAssignedIdentities: ids.length > 0 ? Object.fromEntries(ids.map((id) => [id, {}])) : undefined,
  });
}
