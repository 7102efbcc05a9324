import { findStep, type JobRun, jobRun, listRunMetrics } from '../azureml/job-metrics.ts';
import type { Job } from '../azureml/jobs.ts';
import { listModelVersions, type ModelVersion } from '../azureml/models.ts';
import { findRunOutputs } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { didYouMean, oneOf } from '../core/words.ts';
import { messages } from './messages.ts';
import { isOwnModel, type ModelSource } from './model-lineage.ts';

/**
 * What a model is made from: an output of a job or of one of its steps, with what the job logged.
 * @param step display name; undefined for the job itself
 * @throws UserError `StepNotFound`, `StepAmbiguous`, `OutputNotFound`
 */
export async function findModelSource(
  workspace: Workspace,
  job: Job,
  step: string | undefined,
  output: string,
): Promise<ModelSource> {
  const run = step ? await findStep(workspace, job.name, step) : await jobRun(workspace, job.name);
  await checkOutput(workspace, job, run, output);
  // Lineage follows the run that did the work: of a reused step an earlier one, of a sweep its best trial.
  return { job, runId: run.worker, step: run.step, output, metrics: await listRunMetrics(workspace, job.name) };
}

async function checkOutput(workspace: Workspace, job: Job, { worker, step }: JobRun, output: string): Promise<void> {
  const outputs =
    worker === job.name ? (job.properties.outputs ?? {}) : ((await findRunOutputs(workspace, worker)) ?? {});
  // 'default' is the store of files that a run logged; `outputs/artifacts` is another name for it.
  if (Object.hasOwn(outputs, output) || output === 'artifacts' || output === 'default') return;
  const names = Object.keys(outputs).filter((name) => name !== 'default');
  const hint = didYouMean(output, names) || (names.length > 0 ? ` It has ${oneOf(names)}.` : ' It has none.');
  throw new UserError({
    code: 'OutputNotFound',
    message: step
      ? fill(messages.StepOutputNotFound, { step, output, hint })
      : fill(messages.JobOutputNotFound, { output, hint }),
    fix: fill(step ? messages.StepOutputNotFoundFix : messages.JobOutputNotFoundFix),
  });
}

/** Versions in which a retried task searches for its own. */
const RECENT_VERSIONS = 50;

/** The version that this very step registered before, when the task is retried. @param properties of the model to register */
export async function findOwnModel(
  workspace: Workspace,
  name: string,
  properties: Record<string, string>,
): Promise<ModelVersion | undefined> {
  const versions = await listModelVersions(workspace, name, RECENT_VERSIONS);
  return versions.find((model) => isOwnModel(model, properties));
}
