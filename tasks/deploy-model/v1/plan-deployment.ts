import type { OnlineDeployment } from '../../../lib/azureml/online-endpoints.ts';
import { findOnlineDeployment } from '../../../lib/azureml/online-reads.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { factsOfModel } from '../../../lib/lineage/model-lineage.ts';
import { type Facts, stamp, TAG_LIMITS } from '../../../lib/lineage/stamp.ts';
import { ownRunFacts } from '../../../lib/pipelines/own-run-facts.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/plan/inspect.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import { deploymentName, needsVersion } from '../../../lib/rollout/deployment-name.ts';
import { removedVariables } from '../../../lib/rollout/earlier.ts';
import { type EndpointKind, MADE_BY_TAG, type ReadEndpoint } from '../../../lib/rollout/endpoint-kind.ts';
import { deploymentOf } from '../../../lib/rollout/endpoint-state.ts';
import { planRollout, type RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import { rolloutId } from '../../../lib/rollout/rollout-id.ts';
import { modelReference, type ServedModel, servedModel } from '../../../lib/rollout/served-model.ts';
import { compileDeployment, compileEndpoint, type WrittenNames } from './compile.ts';
import { sayPresent } from './differences.ts';
import type { Inputs } from './inputs.ts';

/** Everything that a deployment takes, as data. */
export interface DeploymentPlan {
  rollout: RolloutPlan;
  endpoint: InspectedPlan;
  deployment: InspectedPlan;
  model: ServedModel;
  /** The online deployment as it is now; undefined when there is none. */
  present: OnlineDeployment | undefined;
}

/** A rollout that has begun. */
export interface BegunRollout {
  kind: EndpointKind;
  workspace: Workspace;
  plan: DeploymentPlan;
  /** The tags of the endpoint may name this rollout: it has begun to write them, now or in an earlier stage. */
  mayBeClaimed: boolean;
}

/** Compiles the files, looks up what they refer to, compares them with what is there, and plans the rollout. */
export async function planDeployment(
  workspace: Workspace,
  { state }: ReadEndpoint,
  written: WrittenNames,
  inputs: Inputs,
  { datastores, ports }: { datastores: Datastores; ports: Ports },
): Promise<DeploymentPlan> {
  const { pipeline, clock } = ports;
  const { run, deploymentName: wanted } = inputs;
  const reference = inputs.model === undefined ? undefined : await modelReference(workspace, inputs.model, run);
  const compile = (deployment: string): Promise<Plan> => {
    const names = { endpoint: written.endpoint, deployment };
    return resolvePlan(compileDeployment(workspace, names, inputs, pipeline, reference), workspace);
  };
  const endpoint = await resolvePlan(compileEndpoint(workspace, written.endpoint, inputs, pipeline), workspace);
  const id = rolloutId(run);
  const naming = { wanted, written: written.deployment, id };
  // The version of a model with a label is known when it was looked up, and only then its name.
  const first = needsVersion(naming) ? await servedModel(workspace, await compile('unnamed')) : undefined;
  const name = deploymentName(state, { ...naming, model: first?.name ? `${first.name}:${first.version}` : undefined });
  const resolved = await compile(name);
  const model = await servedModel(workspace, resolved);
  const there = deploymentOf(state, name);
  const present =
    there && inputs.endpointType === 'online'
      ? await findOnlineDeployment(workspace, written.endpoint, name, pipeline.signal)
      : undefined;
  const [compared, ofRun] = await Promise.all([
    inspectPlan(resolved, workspace, datastores),
    ownRunFacts(inputs, ports),
  ]);
  const inspected = present ? withRemoved(compared, present) : compared;
  const endpointPlan = await inspectPlan(endpoint, workspace, datastores);
  // Before the plan, which may refuse what differs.
  sayPresent(state, endpointPlan, { ...inspected, name }, inputs, pipeline);
  const differs = inspected.differing.some(({ path }) => path === inspected.main.path);
  const { strategy, shares, mirror, bakeMs, from, to, onFailure, keep } = inputs;
  const rollout = planRollout(
    state,
    {
      ...{ id, run: run.number, deployment: name, strategy, mirror, bakeMs, from, to, onFailure, keep },
      present: !there ? 'absent' : differs ? 'differs' : 'same',
      shares: strategy === 'recreate' ? [100] : shares,
    },
    clock.now() / 1000,
  );
  return {
    rollout,
    endpoint: endpointPlan,
    deployment: stamped(there && !differs ? { ...inspected, mainAction: 'reuse' } : inspected, model, ofRun, inputs),
    model,
    present,
  };
}

/** The comparison with variables that only the deployment has. */
function withRemoved(plan: InspectedPlan, present: OnlineDeployment): InspectedPlan {
  const { path, body } = plan.main;
  const differences = removedVariables(body, present);
  return differences.length === 0 ? plan : { ...plan, differing: [...plan.differing, { path, differences }] };
}

/** The deployment with tags that say where it and its model come from. They count as no difference. */
function stamped(plan: InspectedPlan, { id, resource }: ServedModel, ofRun: Facts, { run }: Inputs): InspectedPlan {
  const body = plan.main.body as { tags?: Record<string, string> };
  const own = { ...body.tags, [MADE_BY_TAG]: run.number || run.id || 'model-bridge' };
  const facts = { ...(resource ? factsOfModel(resource) : { model: id }), ...ofRun };
  const room = { ...TAG_LIMITS, most: TAG_LIMITS.most - Object.keys(own).length };
  return { ...plan, main: { ...plan.main, body: { ...body, tags: { ...stamp(run, facts, room), ...own } } } };
}
