import { getBatchDeployment, getBatchEndpoint } from '../../../lib/azureml/batch-endpoints.ts';
import { getComponent, parseComponentReference } from '../../../lib/azureml/components.ts';
import { jobNameFor } from '../../../lib/lineage/pipeline-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { type InvocationAnswer, planInvocation } from '../../../lib/start/batch-invocation.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { messages } from './messages.ts';
import { sendAndReport } from './send.ts';

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
  const planned = planInvocation({
    workspace: workspace.path,
    endpoint,
    deploymentName: deployment.name,
    component: component ? component.spec : undefined,
    inputs: inputs.inputs,
    identity: jobNameFor(inputs.run, endpoint.name),
    jobName: inputs.jobName,
    experimentName: inputs.experimentName,
  });
  return sendAndReport<InvocationAnswer>(planned, (answer) => answer.name, workspace, inputs, ports);
}
