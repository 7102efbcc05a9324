import type { BatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { type ComponentSpec, getComponent, parseComponentReference } from '../../../lib/azureml/components.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import type { Plan } from '../../../lib/plan/plan.ts';
import { replaceInBody } from '../../../lib/plan/replace.ts';
import { resolveRequirements } from '../../../lib/plan/resolve.ts';
import { planInvocation } from '../../../lib/start/batch-invocation.ts';
import type { Inputs } from './inputs.ts';

type Trial = Pick<Inputs, 'trialInputs' | 'run'>;

/** What the trial of a deployment is planned with. */
interface Tried {
  endpoint: BatchEndpoint;
  deployment: string;
  /** The component behind a pipeline deployment; undefined for a model. */
  component: ComponentSpec | undefined;
}

/**
 * The request that starts the trial job, with versions in place of `@latest`.
 * @throws UserError `InputInvalid` for values that the deployment does not take, and for data that does not exist
 */
export async function trialRequest(workspace: Workspace, tried: Tried, { trialInputs, run }: Trial) {
  const { endpoint, deployment, component } = tried;
  try {
    const { request, requirements } = planInvocation({
      workspace: workspace.path,
      endpoint,
      deploymentName: deployment,
      component,
      inputs: trialInputs,
      identity: [run.collectionUrl, run.id, run.attempt, endpoint.name, deployment].join('\n'),
    });
    const versions = await resolveRequirements(requirements, workspace);
    return { ...request, body: replaceInBody(request.body, versions) };
  } catch (error) {
    throw ofTrialInputs(error);
  }
}

/** Errors of values that know nothing of the input that they come from. */
function ofTrialInputs(error: unknown): unknown {
  if (!(error instanceof UserError) || !['InputValuesInvalid', 'ReferenceNotFound'].includes(error.code)) return error;
  const { code, message, problems } = error;
  const fix = 'Change the input trialInputs: one name=value per line. No job was started.';
  return new UserError(
    { code, message: `The input trialInputs is not valid: ${message}`, fix, problems },
    { cause: error },
  );
}

/**
 * Checks the trial's inputs before the deployment is made: what its component declares, and whether the data exists.
 * @throws UserError as `trialRequest`
 */
export async function checkTrialInputs(
  workspace: Workspace,
  deployment: Plan,
  names: Names,
  inputs: Trial,
): Promise<void> {
  if (Object.keys(inputs.trialInputs).length === 0) return;
  const component = await plannedComponent(workspace, deployment);
  // Only its name is read here; a new endpoint gets its address when it is created.
  const endpoint = { name: names.endpoint, properties: { scoringUri: workspace.url } } as BatchEndpoint;
  await trialRequest(workspace, { endpoint, deployment: names.deployment, component }, inputs);
}

interface Names {
  endpoint: string;
  deployment: string;
}

/** The component of a planned deployment, whether the plan creates it or it exists. */
async function plannedComponent(workspace: Workspace, { main, steps }: Plan): Promise<ComponentSpec | undefined> {
  const { deploymentConfiguration } = (main.body as { properties: Pipelines }).properties;
  const id = deploymentConfiguration?.componentId?.assetId;
  if (!id) return undefined;
  const created = steps.find((step) => step.kind === 'component' && step.request.path === id);
  if (created?.kind !== 'component') return (await getComponent(workspace, parseComponentReference(id))).spec;
  return (created.request.body as { properties: { componentSpec: ComponentSpec } }).properties.componentSpec;
}

interface Pipelines {
  deploymentConfiguration?: { componentId?: { assetId?: string } | null } | null;
}
