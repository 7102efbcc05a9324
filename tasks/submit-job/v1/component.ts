import { getComponent } from '../../../lib/azureml/components.ts';
import { jobNameFor, jobProvenance } from '../../../lib/lineage/pipeline-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { planComponentJob } from '../../../lib/start/component-job.ts';
import type { Inputs, SourceOf } from './inputs.ts';
import { messages } from './messages.ts';
import { submitPlan } from './submit-plan.ts';

/** Finds the pipeline component, gives its inputs their values, then submits a job that runs it. */
export async function submitComponent(source: SourceOf<'component'>, inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const { run } = inputs;
  const workspace = await connect(inputs.target);
  const component = await getComponent(workspace, source.component);
  const plan = planComponentJob({
    workspace: workspace.path,
    component,
    inputs: inputs.inputs,
    jobName: inputs.jobName ?? jobNameFor(run, component.name),
    experimentName: inputs.experimentName,
    tags: inputs.tags,
    provenance: jobProvenance(run),
    defaultCompute: source.defaultCompute,
  });
  const reference = `${component.name}:${component.version}`;
  return submitPlan(
    plan,
    async () => workspace,
    inputs,
    ports,
    (job) => pipeline.say(messages.ComponentFound, { component: reference, job }),
  );
}
