import { findJob, type Job } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { isOwnJob, jobNameFor } from '../../../lib/lineage/pipeline-run.ts';
import { begunJob, cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { applyPlan } from '../../../lib/plan/apply.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/plan/inspect.ts';
import { mainName, type Plan, withJobName } from '../../../lib/plan/plan.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import { planRequests, planTable } from '../../../lib/plan/show.ts';
import { createDatastores } from '../../../lib/plan/storage.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { progressOf } from './progress.ts';
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
  inputs: Inputs,
  { pipeline, clock }: Ports,
): Promise<Outcome> {
  const { signal } = pipeline;
  pipeline.say(messages.Connected, { workspace: workspace.ids.workspaceName, region: workspace.location });
  const own = inputs.whatIf ? { plan: planned } : await findOwnJob(workspace, inputs, planned, stem);
  if (own.job) {
    pipeline.say(messages.JobFound, { job: own.job.name, status: own.job.properties.status ?? 'Unknown' });
    return reportJob(own.job, workspace, pipeline);
  }
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), signal);
  const plan = await inspectPlan(await resolvePlan(own.plan, workspace), workspace, datastores);
  pipeline.table(planTable(plan));
  if (inputs.whatIf) return showOnly(plan, pipeline);
  return cancelWithRun(pipeline, begunJob(workspace, mainName(plan), pipeline), async () => {
    const job = await applyPlan<Job>(plan, workspace, { datastores, tell: progressOf(plan, pipeline), clock, signal });
    signal.throwIfAborted();
    return reportJob(job, workspace, pipeline);
  });
}

function showOnly(plan: InspectedPlan, pipeline: Pipeline): Outcome {
  const requests = planRequests(plan);
  showRequests(requests, pipeline);
  pipeline.setOutput('jobName', mainName(plan));
  return {
    result: 'Succeeded',
    message: pipeline.message(messages.WhatIfDone, { count: requests.length, job: mainName(plan) }),
  };
}

/**
 * A job that this very step submitted before, when the task is retried. One that failed or was cancelled is not taken up
 * again: the retry is meant to start another, under the next name.
 * @throws UserError `JobNameTaken` when a name that the user chose belongs to another job
 */
async function findOwnJob(
  workspace: Workspace,
  { run }: Inputs,
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
        message: fill(messages.JobNameTaken, { job: mainName(plan), status: job.properties.status ?? 'Unknown' }),
        fix: fill(messages.JobNameTakenFix),
      });
    }
    plan = withJobName(planned, jobNameFor(run, stem, nth));
  }
}
