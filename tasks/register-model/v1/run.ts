import { getJob, requireCompleted } from '../../../lib/azureml/jobs.ts';
import type { ModelProperties } from '../../../lib/azureml/models.ts';
import { registerVersion } from '../../../lib/azureml/register-version.ts';
import { isOwnModel } from '../../../lib/lineage/model-lineage.ts';
import { explainRefusal, findModelSource, findOwnModel } from '../../../lib/lineage/model-source.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayStep } from '../../../lib/pipelines/say-step.ts';
import { describe } from './describe.ts';
import { factsAround } from './facts.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { bringNewerVerdict } from './newer-verdict.ts';
import { report } from './report.ts';

/** Finds the model, decides what its version will say about itself, registers it, and marks the job with it. */
export async function run(inputs: Inputs, ports: Ports): Promise<Outcome> {
  const { pipeline, connect } = ports;
  const { target, jobName, step, place, modelName, modelVersion, whatIf } = inputs;
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  sayStep(job, pipeline);
  await requireCompleted(workspace, job);
  const source = await findModelSource(workspace, job, step, place);
  const facts = await factsAround(workspace, source, inputs, ports);
  const model = describe(source, facts, inputs, pipeline);

  const own = await findOwnModel(workspace, modelName, model.properties);
  if (own) {
    await bringNewerVerdict(workspace, own, model, inputs, pipeline);
    return report(workspace, { model: own, source, isNew: false }, inputs, pipeline);
  }
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
  return report(workspace, { model: registered, source, isNew: true }, inputs, pipeline);
}

function show(properties: ModelProperties, { modelName: model, modelVersion }: Inputs, pipeline: Pipeline): Outcome {
  const version = modelVersion ?? '<next>';
  pipeline.group(`PUT models/${model}/versions/${version}`, JSON.stringify({ properties }, null, 2).split('\n'));
  return { result: 'Succeeded', message: pipeline.message(messages.WhatIfDone, { model, version }) };
}
