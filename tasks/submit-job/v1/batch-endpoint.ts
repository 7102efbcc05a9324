import { getBatchDeployment, getBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { getComponent, parseComponentReference } from '../../../lib/azureml/components.ts';
import { jobNameFor } from '../../../lib/lineage/pipeline-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { type InvocationAnswer, planInvocation } from '../../../lib/start/batch-invocation.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { messages } from './messages.ts';
import { type StartRequest, sendAndReport } from './send.ts';

/** Finds the endpoint's deployment, gives its inputs their values, then invokes it. */
export async function invokeBatchEndpoint(
  source: SourceOf<'batchEndpoint'>,
  inputs: Inputs,
  ports: Ports,
): Promise<Outcome> {
  const workspace = await ports.connect(inputs.target);
  const endpoint = await getBatchEndpoint(workspace, source.endpointName);
  const deployment = await getBatchDeployment(workspace, endpoint, source.deploymentName);
  const componentId = deployment.properties.deploymentConfiguration?.componentId?.assetId;
  // A model deployment says nowhere which inputs it has.
  const component = componentId && (await getComponent(workspace, parseComponentReference(componentId)));
  ports.pipeline.say(messages.EndpointFound, { endpoint: endpoint.name, deployment: deployment.name });
  const plan = (nth: number): StartRequest => ({
    isRepeatSafe: true,
    ...planInvocation({
      workspace: workspace.path,
      endpoint,
      deploymentName: deployment.name,
      component: component ? component.spec : undefined,
      inputs: inputs.inputs,
      // The same for the agent's retries; a stage that is run again, and a retry after a failed job, want another job.
      identity: `${jobNameFor(inputs.run, endpoint.name, nth)} ${inputs.run.attempt}`,
      jobName: inputs.jobName,
      experimentName: inputs.experimentName,
    }),
  });
  return sendAndReport<InvocationAnswer>(plan, (answer) => answer.name, workspace, inputs, ports);
}
