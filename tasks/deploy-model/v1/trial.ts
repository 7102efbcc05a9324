import { getBatchDeployment, getBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { getComponent, parseComponentReference } from '../../../lib/azureml/components.ts';
import { getJob } from '../../../lib/azureml/jobs.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import { followedWithRun, followToEnd } from '../../../lib/pipelines/follow-to-end.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { resolveRequirements } from '../../../lib/plan/resolve.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';
import type { RolloutChecks } from '../../../lib/rollout/roll-out.ts';
import { type InvocationAnswer, planInvocation } from '../../../lib/start/batch-invocation.ts';
import type { BegunRollout } from './carry-out.ts';
import type { Findings } from './checks.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { missingOutputs } from './trial-outputs.ts';

/**
 * The check of a batch deployment: a trial invocation of it, before it becomes the default one, has to complete and to
 * write its outputs.
 */
export function trialChecks(
  { workspace, plan }: BegunRollout,
  datastores: Datastores,
  inputs: Inputs,
  ports: Ports,
): RolloutChecks & { findings: Findings } {
  const { pipeline } = ports;
  // The outputs of the trial job are not those of the task.
  const quiet: Ports = { ...ports, pipeline: { ...pipeline, setOutput: () => undefined, summary: () => undefined } };
  const { endpoint: endpointName, deployment: name } = plan.rollout;
  const invoke = async (): Promise<string> => {
    const endpoint = await getBatchEndpoint(workspace, endpointName);
    const deployment = await getBatchDeployment(workspace, endpoint, name);
    const componentId = deployment.properties.deploymentConfiguration?.componentId?.assetId;
    const component = componentId ? await getComponent(workspace, parseComponentReference(componentId)) : undefined;
    const { request, requirements } = planInvocation({
      workspace: workspace.path,
      endpoint,
      deploymentName: name,
      component: component?.spec,
      inputs: inputs.trialInputs,
      identity: [inputs.run.collectionUrl, inputs.run.id, inputs.run.attempt, endpointName, name].join('\n'),
    });
    await resolveRequirements(requirements, workspace);
    return (await workspace.client.send<InvocationAnswer>(request)).body.name;
  };
  return {
    findings: { smoke: [], golden: undefined, baked: [] },
    async smoke() {
      if (Object.keys(inputs.trialInputs).length === 0) {
        pipeline.say(messages.NoTrial);
        return undefined;
      }
      const jobName = await invoke();
      pipeline.say(messages.TrialStarted, { job: jobName, deployment: name });
      const job = await getJob(workspace, jobName);
      try {
        await followedWithRun({ name: jobName, workspace }, inputs.target, inputs.following, quiet, () =>
          followToEnd(workspace, job, inputs.following, quiet),
        );
      } catch (error) {
        pipeline.signal.throwIfAborted();
        return messageOf(error);
      }
      const missing = await missingOutputs(workspace, jobName, datastores);
      return missing.length === 0
        ? undefined
        : pipeline.message(messages.TrialWroteNothing, { job: jobName, outputs: missing.join(', ') });
    },
    bake: async () => undefined,
  };
}
