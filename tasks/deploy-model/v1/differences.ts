import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Difference } from '../../../lib/plan/differences.ts';
import type { InspectedPlan } from '../../../lib/plan/inspect.ts';
import { shownValue } from '../../../lib/rollout/answers.ts';
import { deploymentOf, type EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { wordingOf } from './wording.ts';

/** What an endpoint's file would change; its traffic is left to the rollout. */
export function endpointChanges({ differing, main }: InspectedPlan): Difference[] {
  return differing
    .filter(({ path }) => path === main.path)
    .flatMap(({ differences }) => differences)
    .filter(({ field }) => !/^properties\.(?:traffic|mirrorTraffic|defaults)\b/.test(field))
    .filter((difference) => !isSameMode(difference));
}

/** `aadToken` is sent, `AADToken` answered (recorded). */
function isSameMode({ field, planned, present }: Difference): boolean {
  return field === 'properties.authMode' && String(planned).toLowerCase() === String(present).toLowerCase();
}

/** Prints what differs between a file and what is there. */
function sayDifferences(kind: string, name: string, differences: readonly Difference[], pipeline: Pipeline): void {
  if (differences.length === 0) {
    pipeline.say(messages.Same, { kind, name });
    return;
  }
  pipeline.say(messages.Differs, { kind, name });
  pipeline.table({
    columns: ['Field', 'Now', 'New'],
    rows: differences.map(({ field, present, planned }) => [field, shownValue(present), shownValue(planned)]),
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
  sayDifferences('endpoint', name, endpointChanges(endpoint), pipeline);
  if (!deploymentOf(state, deployment.name)) return;
  const own = deployment.differing.filter(({ path }) => path === deployment.main.path);
  sayDifferences(
    'deployment',
    deployment.name,
    own.flatMap(({ differences }) => differences),
    pipeline,
  );
}
