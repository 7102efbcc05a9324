import { getJob, requireCompleted } from '../../../lib/azureml/jobs.ts';
import type { ModelProperties, ModelVersion } from '../../../lib/azureml/models.ts';
import { registerVersion } from '../../../lib/azureml/register-version.ts';
import { isOwnModel } from '../../../lib/lineage/model-lineage.ts';
import { explainRefusal, findModelSource, findOwnModel } from '../../../lib/lineage/model-source.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayStep } from '../../../lib/pipelines/say-step.ts';
import { describe } from './describe.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';

/** Finds the model, decides what its version will say about itself, and registers it. */
export async function run(inputs: Inputs, { pipeline, connect }: Ports): Promise<Outcome> {
  const { target, jobName, step, place, modelName, modelVersion, whatIf } = inputs;
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  sayStep(job, pipeline);
  await requireCompleted(workspace, job);
  const source = await findModelSource(workspace, job, step, place);
  const model = describe(source, inputs, pipeline);

  const own = await findOwnModel(workspace, modelName, model.properties);
  if (own) return report(own, messages.AlreadyRegistered, inputs, pipeline);
  if (whatIf) return show(model, inputs, pipeline);
  const registered = await registerVersion(workspace, {
    name: modelName,
    version: modelVersion,
    properties: model,
    isOwn: (version) => isOwnModel(version, model.properties),
    onTaken: (version) => pipeline.say(messages.VersionTaken, { version, model: modelName }),
  }).catch((error: unknown) => {
    throw explainRefusal(error, source);
  });
  return report(registered, messages.Registered, inputs, pipeline);
}

function show(properties: ModelProperties, { modelName: model, modelVersion }: Inputs, pipeline: Pipeline): Outcome {
  const version = modelVersion ?? '<next>';
  pipeline.group(`PUT models/${model}/versions/${version}`, JSON.stringify({ properties }, null, 2).split('\n'));
  return { result: 'Succeeded', message: pipeline.message(messages.WhatIfDone, { model, version }) };
}

function report(
  { name: version, id }: ModelVersion,
  message: typeof messages.Registered | typeof messages.AlreadyRegistered,
  { modelName: model }: Inputs,
  pipeline: Pipeline,
): Outcome {
  pipeline.setOutput('modelName', model);
  pipeline.setOutput('modelVersion', version);
  pipeline.setOutput('modelId', id);
  return { result: 'Succeeded', message: pipeline.message(message, { model, version, id }) };
}
