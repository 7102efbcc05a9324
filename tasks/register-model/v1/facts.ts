import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import type { ModelSource } from '../../../lib/lineage/model-lineage.ts';
import { recordedAsset } from '../../../lib/lineage/named-asset.ts';
import { stepKeyOf } from '../../../lib/lineage/source-verdict.ts';
import type { Facts } from '../../../lib/lineage/stamp.ts';
import { stepComponent } from '../../../lib/lineage/step-component.ts';
import { boundStep } from '../../../lib/lineage/step-flow.ts';
import { ownRunFacts } from '../../../lib/pipelines/own-run-facts.ts';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/**
 * What else is known of a model: the workspace of its job, the job above a step, the environment, and the pull request and
 * work items of this run. What can't be read is a line of the log; the model is registered all the same.
 */
export async function factsAround(
  workspace: Workspace,
  source: ModelSource,
  inputs: Inputs,
  ports: Ports,
): Promise<Facts> {
  const [environment, ofRun] = await Promise.all([
    environmentOf(workspace, source, ports.pipeline),
    ownRunFacts(inputs, ports),
  ]);
  const { job, runId } = source;
  return { workspace: workspace.path, parentJob: runId === job.name ? '' : job.name, environment, ...ofRun };
}

async function environmentOf(
  workspace: Workspace,
  source: ModelSource,
  pipeline: Pipeline,
): Promise<string | undefined> {
  const { job, step, output } = source;
  // An output of the pipeline is one of a step.
  const key = step ? stepKeyOf(source) : boundStep(job, output);
  if (!step && key === undefined) return recordedAsset(job.properties.environmentId);
  try {
    return key ? recordedAsset((await stepComponent(workspace, job, key))?.environment) : undefined;
  } catch (error) {
    pipeline.say(messages.EnvironmentUnknown, { step: step || key!, reason: messageOf(error) });
    return undefined;
  }
}
