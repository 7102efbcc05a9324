import type { EndpointResource } from '../../../lib/azureml/endpoints.ts';
import { given, readYaml } from '../../../lib/compiler/yaml/yaml.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Difference } from '../../../lib/plan/differences.ts';
import type { InspectedPlan } from '../../../lib/plan/inspect.ts';
import { shownValue } from '../../../lib/rollout/answers.ts';
import { deploymentOf, type EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { wordingOf } from './wording.ts';

/** Fields that a compiled endpoint has whether its file names them or not. */
const DEFAULTS: readonly [field: RegExp, named: string][] = [
  [/^identity\b/, 'identity'],
  [/^properties\.authMode$/, 'auth_mode'],
];

/** What an endpoint's file would change; its traffic is left to the rollout, and what it does not name as it is. */
export function endpointChanges({ differing, main }: InspectedPlan, inputs: Inputs): Difference[] {
  const { endpointFile, sourcesFolder } = inputs;
  if (endpointFile === undefined) return [];
  const { root } = readYaml(endpointFile, sourcesFolder);
  const isNamed = ({ field }: Difference): boolean =>
    DEFAULTS.every(([pattern, name]) => !pattern.test(field) || given(root, name) !== undefined);
  return differing
    .filter(({ path }) => path === main.path)
    .flatMap(({ differences }) => differences)
    .filter(({ field }) => !/^properties\.(?:traffic|mirrorTraffic|defaults)\b/.test(field))
    .filter((difference) => isNamed(difference) && !isSameMode(difference));
}

/** An endpoint with what its file changes, and everything else as it is. */
export function editedEndpoint(resource: EndpointResource, plan: InspectedPlan, inputs: Inputs): EndpointResource {
  const planned = plan.main.body as Pick<EndpointResource, 'tags' | 'identity' | 'kind'> & {
    properties: Record<string, unknown>;
  };
  const changed = new Set(
    endpointChanges(plan, inputs).map(({ field }) => field.replace(/^properties\.(\w+).*$/, '$1')),
  );
  const properties = Object.fromEntries(Object.entries(planned.properties).filter(([name]) => changed.has(name)));
  const isIdentified = [...changed].some((field) => field.startsWith('identity'));
  return {
    ...resource,
    ...(isIdentified ? { identity: planned.identity ?? null } : {}),
    tags: { ...resource.tags, ...planned.tags },
    properties: { ...resource.properties, ...properties },
  };
}

/** `aadToken` is sent, `AADToken` answered (recorded). */
function isSameMode({ field, planned, present }: Difference): boolean {
  return field === 'properties.authMode' && String(planned).toLowerCase() === String(present).toLowerCase();
}

/** The path of an ARM id below the workspace (`models/churn/versions/3`): in full its end, where ids differ, would be cut. */
function withinWorkspace(value: unknown, workspace: string): unknown {
  const isWithin = typeof value === 'string' && value.toLowerCase().startsWith(`${workspace.toLowerCase()}/`);
  return isWithin ? value.slice(workspace.length + 1) : value;
}

/** Prints what differs between a file and what is there. */
function sayDifferences(
  { kind, name, workspace }: { kind: string; name: string; workspace: string },
  differences: readonly Difference[],
  pipeline: Pipeline,
): void {
  if (differences.length === 0) {
    pipeline.say(messages.Same, { kind, name });
    return;
  }
  pipeline.say(messages.Differs, { kind, name });
  pipeline.table({
    columns: ['Field', 'Now', 'New'],
    rows: differences.map(({ field, present, planned }) =>
      // Variables of a container are where keys and passwords are.
      /\benvironmentVariables\b/.test(field)
        ? [field, '***', '***']
        : [field, ...[present, planned].map((value) => shownValue(withinWorkspace(value, workspace)))],
    ),
  });
}

/** Prints what there is of an endpoint and of a deployment, and what of them would change. */
export function sayPresent(
  state: EndpointState,
  endpoint: InspectedPlan,
  deployment: InspectedPlan & { name: string },
  inputs: Inputs,
  pipeline: Pipeline,
): void {
  const { name, exists, traffic } = state;
  const words = wordingOf(inputs);
  if (!exists) {
    pipeline.say(messages.EndpointMissing, { endpoint: name });
    return;
  }
  pipeline.say(words.now, { endpoint: name, traffic: words.traffic(traffic) });
  const workspace = endpoint.main.path.replace(/(\/workspaces\/[^/]+)\/.*$/, '$1');
  sayDifferences({ kind: 'endpoint', name, workspace }, endpointChanges(endpoint, inputs), pipeline);
  if (!deploymentOf(state, deployment.name)) return;
  const own = deployment.differing.filter(({ path }) => path === deployment.main.path);
  sayDifferences(
    { kind: 'deployment', name: deployment.name, workspace },
    own.flatMap(({ differences }) => differences),
    pipeline,
  );
}
