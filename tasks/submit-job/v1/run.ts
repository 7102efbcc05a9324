import { basename, extname } from 'node:path';
import { workspacePath } from '../../../lib/azureml/ids.ts';
import { cancelJob, findJob, type Job, studioUrl } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { formatBytes } from '../../../lib/core/duration.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { jobNameFor, jobProvenance } from '../../../lib/lineage/run-context.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { compileJob } from '../../../lib/spec/compile-job.ts';
import type { SubmissionPlan } from '../../../lib/spec/plan.ts';
import { applyPlan, type SubmissionListener } from '../../../lib/submission/apply.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/submission/inspect.ts';
import { resolvePlan } from '../../../lib/submission/resolve.ts';
import { planRequests, planTable } from '../../../lib/submission/show.ts';
import { createDatastores } from '../../../lib/submission/storage.ts';
import type { SubmitJobInputs } from './inputs.ts';

/** Checks the job file, shows what submitting it takes, then uploads, creates and submits. */
export async function run(inputs: SubmitJobInputs, { pipeline, connect }: Ports): Promise<Outcome> {
  const compiled = compile(inputs);
  pipeline.say('Compiled', basename(inputs.jobFile), compiled.jobName);
  for (const { message, place } of compiled.warnings) pipeline.warn(message, place);

  const workspace = await connect(inputs.target);
  pipeline.say('Connected', workspace.ids.workspaceName, workspace.location);
  const own = inputs.whatIf ? { plan: compiled } : await findOwnJob(workspace, inputs, compiled);
  if (own.job) {
    pipeline.say('JobFound', own.job.name, own.job.properties.status ?? 'Unknown');
    return report(own.job, pipeline);
  }
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret));
  const plan = await inspectPlan(await resolvePlan(own.plan, workspace), workspace, datastores);
  pipeline.table(planTable(plan));
  if (inputs.whatIf) return showOnly(plan, pipeline);
  try {
    const job = await applyPlan(plan, workspace, datastores, progressOf(plan, pipeline), pipeline.signal);
    pipeline.signal.throwIfAborted();
    return report(job, pipeline);
  } catch (error) {
    if (pipeline.signal.aborted && (await findJob(workspace, plan.jobName))) {
      await cancelJob(workspace, plan.jobName);
      pipeline.say('CancelledJob', plan.jobName);
    }
    throw error;
  }
}

function compile(inputs: SubmitJobInputs, nth = 1): SubmissionPlan {
  const stem = basename(inputs.jobFile, extname(inputs.jobFile));
  return compileJob({
    file: inputs.jobFile,
    shownFrom: inputs.sourcesFolder,
    workspace: workspacePath(inputs.target.ids),
    overrides: inputs.overrides,
    jobName: jobNameFor(inputs.context, stem, nth),
    fixedJobName: inputs.jobName,
    experimentName: inputs.experimentName,
    tags: inputs.tags,
    provenance: jobProvenance(inputs.context),
  });
}

function showOnly(plan: InspectedPlan, pipeline: Pipeline): Outcome {
  pipeline.say('WhatIf');
  const requests = planRequests(plan);
  for (const { title, body } of requests)
    pipeline.group(title, body === undefined ? [] : JSON.stringify(body, null, 2).split('\n'));
  pipeline.say('WhatIfFile', pipeline.attach('what-if.json', JSON.stringify({ requests }, null, 2)));
  pipeline.setOutput('jobName', plan.jobName);
  return { result: 'Succeeded', message: pipeline.message('WhatIfDone', requests.length, plan.jobName) };
}

/**
 * A job that this very step submitted before, when the task is retried. One that failed or was cancelled is not taken up
 * again: the retry is meant to start another, under the next name.
 * @throws UserError `JobNameTaken` when a name that the user chose belongs to another job
 */
async function findOwnJob(
  workspace: Workspace,
  inputs: SubmitJobInputs,
  first: SubmissionPlan,
): Promise<{ plan: SubmissionPlan; job?: Job }> {
  let plan = first;
  for (let nth = 2; ; nth++) {
    const job = await findJob(workspace, plan.jobName);
    if (!job) return { plan };
    const isOver = job.properties.status === 'Failed' || job.properties.status === 'Canceled';
    const isOwn = job.properties.properties?.['azureml.git.build_id'] === inputs.context.id;
    if (isOwn && !isOver) return { plan, job };
    const next = compile(inputs, nth);
    if (next.jobName === plan.jobName) {
      throw new UserError({
        code: 'JobNameTaken',
        message: `There is a job '${plan.jobName}' already (${job.properties.status}), and a job's name can't be used twice.`,
        fix: 'Leave the job name to the task, or put something of the run into it, for example train-$(Build.BuildId).',
        docs: 'tasks/submit-job',
      });
    }
    plan = next;
  }
}

function progressOf(plan: InspectedPlan, pipeline: Pipeline): SubmissionListener {
  const total = plan.actions.filter((action) => action !== 'reuse').length + 1;
  let done = 0;
  return {
    stepDone(step) {
      done++;
      pipeline.say('Created', step.kind, step.label);
      pipeline.progress((100 * done) / total, `${step.kind} ${step.label}`);
    },
    uploading(step, { files, totalFiles, bytes, totalBytes }) {
      const tenth = Math.max(1, Math.floor(totalFiles / 10));
      if (totalFiles > 20 && files % tenth === 0)
        pipeline.say(
          'Uploading',
          step.kind,
          step.label,
          files,
          totalFiles,
          formatBytes(bytes),
          formatBytes(totalBytes),
        );
    },
    secret: (value) => pipeline.mask(value),
  };
}

function report(job: Job, pipeline: Pipeline): Outcome {
  pipeline.setOutput('jobName', job.name);
  pipeline.setOutput('jobId', job.id);
  pipeline.setOutput('studioUrl', studioUrl(job));
  pipeline.setOutput('status', job.properties.status ?? 'NotStarted');
  return { result: 'Succeeded', message: pipeline.message('Submitted', job.name, studioUrl(job)) };
}
