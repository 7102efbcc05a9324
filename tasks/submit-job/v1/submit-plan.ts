import { cancelJob, findJob, type Job } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { formatBytes } from '../../../lib/core/duration.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { isOwnJob, jobNameFor } from '../../../lib/lineage/pipeline-run.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { applyPlan, type PlanListener } from '../../../lib/plan/apply.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/plan/inspect.ts';
import { mainName, type Plan, type PlanStep, withJobName } from '../../../lib/plan/plan.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import { planRequests, planTable } from '../../../lib/plan/show.ts';
import { createDatastores } from '../../../lib/plan/storage.ts';
import type { SubmitJobInputs } from './inputs.ts';
import { reportJob, showRequests } from './report.ts';

/**
 * Shows what is left to do of a plan, then uploads, creates and submits; cancels the job when the run is cancelled.
 * @param planned under the step's first job name
 * @param stem of the names that the step gives to its jobs (see `jobNameFor`)
 */
export async function submitPlan(
  planned: Plan,
  stem: string,
  workspace: Workspace,
  inputs: SubmitJobInputs,
  { pipeline, clock }: Ports,
): Promise<Outcome> {
  const { signal } = pipeline;
  pipeline.say('Connected', workspace.ids.workspaceName, workspace.location);
  const own = inputs.whatIf ? { plan: planned } : await findOwnJob(workspace, inputs, planned, stem);
  if (own.job) {
    pipeline.say('JobFound', own.job.name, own.job.properties.status ?? 'Unknown');
    return reportJob(own.job, pipeline);
  }
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), signal);
  const plan = await inspectPlan(await resolvePlan(own.plan, workspace), workspace, datastores);
  pipeline.table(planTable(plan));
  if (inputs.whatIf) return showOnly(plan, pipeline);
  try {
    const job = await applyPlan<Job>(plan, workspace, { datastores, tell: progressOf(plan, pipeline), clock, signal });
    signal.throwIfAborted();
    return reportJob(job, pipeline);
  } catch (error) {
    if (signal.aborted) await cancelSubmitted(workspace, mainName(plan), pipeline);
    throw error;
  }
}

/** The job may have been accepted although its answer was not waited for. */
export async function cancelSubmitted(workspace: Workspace, jobName: string, pipeline: Pipeline): Promise<void> {
  try {
    if (await cancelJob(workspace, jobName)) pipeline.say('CancelledJob', jobName);
  } catch (error) {
    pipeline.warn(pipeline.message('CancelFailed', jobName, messageOf(error)));
  }
}

function showOnly(plan: InspectedPlan, pipeline: Pipeline): Outcome {
  const requests = planRequests(plan);
  showRequests(requests, pipeline);
  pipeline.setOutput('jobName', mainName(plan));
  return { result: 'Succeeded', message: pipeline.message('WhatIfDone', requests.length, mainName(plan)) };
}

/**
 * A job that this very step submitted before, when the task is retried. One that failed or was cancelled is not taken up
 * again: the retry is meant to start another, under the next name.
 * @throws UserError `JobNameTaken` when a name that the user chose belongs to another job
 */
async function findOwnJob(
  workspace: Workspace,
  { run }: SubmitJobInputs,
  planned: Plan,
  stem: string,
): Promise<{ plan: Plan; job?: Job }> {
  // A name that the file or an input gives is kept.
  const isOurs = mainName(planned) === jobNameFor(run, stem);
  let plan = planned;
  for (let nth = 2; ; nth++) {
    const job = await findJob(workspace, mainName(plan));
    if (!job) return { plan };
    const isOver = job.properties.status === 'Failed' || job.properties.status === 'Canceled';
    const isOwn = isOwnJob(job.properties.properties, run);
    if (isOwn && !isOver) return { plan, job };
    if (!isOurs) {
      throw new UserError({
        code: 'JobNameTaken',
        message: `There is a job '${mainName(plan)}' already (${job.properties.status}), and a job's name can't be used twice.`,
        fix: 'Leave the job name to the task, or put something of the run into it, for example train-$(Build.BuildId).',
        docs: 'tasks/submit-job',
      });
    }
    plan = withJobName(planned, jobNameFor(run, stem, nth));
  }
}

/** Smaller uploads are done before their progress could be read. */
const WORTH_TELLING_BYTES = 1_000_000;

function progressOf(plan: InspectedPlan, pipeline: Pipeline): PlanListener {
  const total = plan.actions.filter((action) => action !== 'reuse').length + 1;
  const tenths = new Map<PlanStep, number>();
  let done = 0;
  return {
    stepDone(step) {
      done++;
      pipeline.say('Created', step.kind, step.label);
      pipeline.progress((100 * done) / total, `${step.kind} ${step.label}`);
    },
    uploading(step, { files, totalFiles, bytes, totalBytes }) {
      const percent = Math.floor((100 * bytes) / Math.max(1, totalBytes));
      const tenth = Math.floor(percent / 10);
      if (totalBytes < WORTH_TELLING_BYTES || tenth <= (tenths.get(step) ?? 0)) return;
      tenths.set(step, tenth);
      const sizes = [formatBytes(bytes), formatBytes(totalBytes)];
      pipeline.say('Uploading', step.kind, step.label, percent, ...sizes, files, totalFiles);
    },
  };
}
