import { findStep, type JobRun, jobRun, listRunMetrics } from '../../../lib/azureml/job-metrics.ts';
import { getJob, type Job, requireCompleted } from '../../../lib/azureml/jobs.ts';
import {
  listModelVersions,
  MODEL_TYPES,
  type ModelProperties,
  type ModelVersion,
} from '../../../lib/azureml/models.ts';
import { registerVersion } from '../../../lib/azureml/register-version.ts';
import { findRunOutputs } from '../../../lib/azureml/runs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { didYouMean, oneOf } from '../../../lib/core/nearest.ts';
import { isOwnModel, modelProperties } from '../../../lib/lineage/model-lineage.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { RegisterModelInputs } from './inputs.ts';

/** Versions in which a retried task looks for its own. */
const RECENT_VERSIONS = 50;

/** Finds the job's output, decides what the model version will say about itself, and registers it. */
export async function run(inputs: RegisterModelInputs, { pipeline, connect }: Ports): Promise<Outcome> {
  const workspace = await connect(inputs.target);
  const job = await getJob(workspace, inputs.jobName);
  requireCompleted(job, 'a model is registered');
  const source = inputs.step ? await findStep(workspace, job.name, inputs.step) : await jobRun(workspace, job.name);
  await checkOutput(workspace, job, source, inputs.outputName);
  const properties = await propertiesOf(workspace, job, source, inputs);

  const own = (await listModelVersions(workspace, inputs.modelName, RECENT_VERSIONS)).find((model) =>
    isOwnModel(model, properties.properties!),
  );
  if (own) return report(own, 'AlreadyRegistered', inputs, pipeline);
  if (inputs.whatIf) {
    pipeline.group(
      `PUT models/${inputs.modelName}/versions/${inputs.modelVersion ?? '<next>'}`,
      JSON.stringify({ properties }, null, 2).split('\n'),
    );
    return {
      result: 'Succeeded',
      message: pipeline.message('WhatIfDone', inputs.modelName, inputs.modelVersion ?? '<next>'),
    };
  }
  const model = await registerVersion(workspace, inputs.modelName, inputs.modelVersion, properties, (version) =>
    pipeline.say('VersionTaken', version, inputs.modelName),
  );
  return report(model, 'Registered', inputs, pipeline);
}

async function checkOutput(workspace: Workspace, job: Job, source: JobRun, output: string): Promise<void> {
  const outputs =
    source.worker === job.name
      ? (job.properties.outputs ?? {})
      : ((await findRunOutputs(workspace, source.worker)) ?? {});
  // 'default' is the store of files that a run logged; `outputs/artifacts` is another name for it.
  if (Object.hasOwn(outputs, output) || output === 'artifacts' || output === 'default') return;
  const names = Object.keys(outputs).filter((name) => name !== 'default');
  throw new UserError({
    code: 'OutputNotFound',
    message: `The ${source.step ? `step '${source.step}'` : 'job'} has no output '${output}'.${didYouMean(output, names) || (names.length > 0 ? ` It has ${oneOf(names)}.` : ' It has none.')}`,
    fix: source.step
      ? 'Name one of its outputs.'
      : 'Name one of its outputs, or a step that has this one with the input step.',
    docs: 'tasks/register-model',
  });
}

async function propertiesOf(
  workspace: Workspace,
  job: Job,
  source: JobRun,
  inputs: RegisterModelInputs,
): Promise<ModelProperties> {
  const metrics = await listRunMetrics(workspace, job.name);
  return {
    modelUri: `azureml://jobs/${source.worker}/outputs/${inputs.outputName}`,
    modelType: MODEL_TYPES[inputs.modelType],
    ...(inputs.description ? { description: inputs.description } : {}),
    tags: inputs.tags,
    properties: modelProperties(
      { job, ...source, runId: source.worker, output: inputs.outputName, metrics },
      inputs.run,
    ),
  };
}

function report(model: ModelVersion, key: string, { modelName }: RegisterModelInputs, pipeline: Pipeline): Outcome {
  pipeline.setOutput('modelName', modelName);
  pipeline.setOutput('modelVersion', model.name);
  pipeline.setOutput('modelId', model.id);
  return { result: 'Succeeded', message: pipeline.message(key, modelName, model.name, model.id) };
}
