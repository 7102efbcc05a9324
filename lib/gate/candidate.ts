import { findStep, jobRun } from '../azureml/job-metrics.ts';
import { findJob, getJob, type Job, requireCompleted } from '../azureml/jobs.ts';
import { findModelVersion, type ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import { notFound } from '../core/words.ts';
import { madeByRun, recordedMetrics } from '../lineage/model-lineage.ts';
import { modelPart, type Part, WHOLE } from '../lineage/verdict-tags.ts';
import { measureJob, measureModel, measureStep } from './job-measured.ts';
import { type Measured, together } from './measured.ts';
import { messages } from './messages.ts';
import { readMetricsFile } from './metrics-file.ts';

/** What is judged: a job or a step of it, a registered version, or a file; a file may add to the others. */
export interface CandidateChoice {
  jobName?: string | undefined;
  /** Display name, key or run id of a step of the job. */
  step?: string | undefined;
  model?: { name: string; version: string } | undefined;
  metricsFile?: string | undefined;
}

export interface Candidate {
  /** `job train-7`, `model churn version 3` */
  label: string;
  measured: Measured;
  job: Job | undefined;
  model: { name: string; version: ModelVersion } | undefined;
  /** The part of the job that is judged; see `Part`. */
  part: Part;
  /** Display name of the step that is judged; empty for the job as a whole, a model and a file. */
  step: string;
}

/**
 * Finds what is judged, and what was measured of it.
 * @param onJob hears of the job before it has to be completed
 * @throws UserError `JobNotFound`, `JobNotCompleted`, `ModelNotFound`, `MetricsFileInvalid`, ...
 */
export async function findCandidate(
  workspace: Workspace,
  choice: CandidateChoice,
  onJob: (job: Job) => void,
): Promise<Candidate> {
  const found = choice.model
    ? await ofModel(workspace, choice.model, choice.step)
    : choice.jobName !== undefined
      ? await ofJob(workspace, choice.jobName, choice.step, onJob)
      : undefined;
  if (choice.metricsFile === undefined) return found!;
  const file = await readMetricsFile(choice.metricsFile);
  if (!found)
    return {
      label: `file ${choice.metricsFile}`,
      measured: file,
      job: undefined,
      model: undefined,
      part: WHOLE,
      step: '',
    };
  refuseTwice(found.measured, file, choice.metricsFile);
  return { ...found, measured: together(found.measured, file) };
}

async function ofJob(
  workspace: Workspace,
  name: string,
  step: string | undefined,
  onJob: (job: Job) => void,
): Promise<Candidate> {
  const job = await getJob(workspace, name);
  onJob(job);
  await requireCompleted(workspace, job);
  const found = { label: `job ${name}`, job, model: undefined };
  if (step !== undefined) {
    const run = await findStep(workspace, name, step);
    return { ...found, measured: await measureStep(workspace, name, run), part: run.worker, step: run.step };
  }
  const measured = await measureJob(workspace, name);
  // The name may be the run id of a step.
  if (job.rootRunId === undefined || job.rootRunId === name) return { ...found, measured, part: WHOLE, step: '' };
  const { worker } = await jobRun(workspace, name);
  return { ...found, measured, part: worker, step: job.properties.displayName || name };
}

async function ofModel(
  workspace: Workspace,
  { name, version }: NonNullable<CandidateChoice['model']>,
  step: string | undefined,
): Promise<Candidate> {
  const model = await findModelVersion(workspace, name, version);
  if (!model) {
    throw new UserError({
      code: 'ModelNotFound',
      message: fill(messages.CandidateModelNotFound, { model: name, version, workspace: workspace.ids.workspaceName }),
      fix: fill(messages.CandidateModelNotFoundFix),
    });
  }
  const found = step === undefined ? await measureModel(workspace, model, step) : await ofStep(workspace, model, step);
  if (!found) {
    throw new UserError({
      code: 'CandidateWithoutMetrics',
      message: fill(messages.CandidateUnmeasured, { id: model.id }),
      fix: fill(messages.BaselineUnmeasuredFix),
    });
  }
  const maker = madeByRun(model);
  const job = maker && (await findJob(workspace, maker.job));
  return {
    label: `model ${name} version ${version}`,
    measured: found,
    job,
    model: { name, version: model },
    part: modelPart(name, version),
    step: '',
  };
}

/**
 * What a step logged of which a version was made: as it was recorded, else as its job has it. Never what other steps logged.
 * @throws UserError `StepNotFound`, `StepAmbiguous`, `JobNotCompleted`
 */
async function ofStep(workspace: Workspace, model: ModelVersion, step: string): Promise<Measured | undefined> {
  const labels = Object.keys(recordedMetrics(model));
  const known = labels.find((label) => label.toLowerCase().startsWith(`${step.toLowerCase()}/`));
  if (known !== undefined) return measureModel(workspace, model, known.slice(0, step.length));
  const maker = madeByRun(model);
  if (labels.length === 0) return maker && measureJob(workspace, maker.job, step);
  const steps = new Set(labels.flatMap((label) => (label.includes('/') ? label.slice(0, label.indexOf('/')) : [])));
  throw new UserError({
    code: 'StepNotFound',
    message: notFound('step', step, `whose metrics were recorded with ${model.id}`, [...steps]),
    fix: fill(messages.RecordedStepFix),
  });
}

/** Two values under one name: whichever were taken, the rule would mean the other one for somebody. */
function refuseTwice({ metrics, aliases }: Measured, file: Measured, path: string): void {
  const name = Object.keys(file.metrics).find((one) => Object.hasOwn(metrics, one) || Object.hasOwn(aliases, one));
  if (name === undefined) return;
  throw new UserError({
    code: 'MetricsFileInvalid',
    message: fill(messages.MetricsTwice, { name, file: path }),
    fix: fill(messages.MetricsTwiceFix),
  });
}
