import { hasStatus } from '../../../lib/azure/failures.ts';
import type { Job } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { hasEnded } from '../../../lib/follow/states.ts';
import type { BegunJob } from '../../../lib/pipelines/cancel-with-run.ts';
import { followedWithRun, followToEnd } from '../../../lib/pipelines/follow-to-end.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { progressOf } from '../../../lib/pipelines/plan-progress.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { applyPlan } from '../../../lib/plan/apply.ts';
import { type InspectedPlan, inspectPlan } from '../../../lib/plan/inspect.ts';
import { mainName, type Plan } from '../../../lib/plan/plan.ts';
import { resolvePlan } from '../../../lib/plan/resolve.ts';
import { planRequests, planTable } from '../../../lib/plan/show.ts';
import { createDatastores, type Datastores } from '../../../lib/plan/storage.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { findOwnJob, jobAfterAll, requireOwnJob } from './own-job.ts';
import { reportJob, showRequests } from './report.ts';

/**
 * Shows what is left to do of a plan, then uploads, creates and submits, and follows the job when that is wanted. The job
 * ends with the run when the run is cancelled.
 * @param planned under the step's first job name
 * @param open finds the workspace
 * @param sayValid says that the plan is valid, which is known when all that it refers to was found
 */
export async function submitPlan(
  planned: Plan,
  open: () => Promise<Workspace>,
  inputs: Inputs,
  ports: Ports,
  sayValid: (job: string) => void,
): Promise<Outcome> {
  // A step that the agent tries again may be cancelled before it has found the job that it would have followed.
  const find = async (workspace: Workspace): Promise<string | undefined> => {
    const { job } = await findOwnJob(workspace, inputs, planned);
    return hasEnded(job?.properties.status) ? undefined : job?.name;
  };
  const earlier = { job: mainName(planned), find };
  const isFollowed = inputs.wait && !inputs.whatIf;
  const begun: BegunJob = { name: undefined, workspace: undefined, earlier: isFollowed ? earlier : undefined };
  return followedWithRun(begun, inputs.target, inputs.following, ports, async () => {
    const workspace = await open();
    begun.workspace = workspace;
    return submitTo(workspace, planned, begun, inputs, ports, sayValid);
  });
}

async function submitTo(
  workspace: Workspace,
  planned: Plan,
  begun: BegunJob,
  inputs: Inputs,
  ports: Ports,
  sayValid: (job: string) => void,
): Promise<Outcome> {
  const { pipeline } = ports;
  pipeline.say(messages.Connected, { workspace: workspace.ids.workspaceName, region: workspace.location });
  const own = inputs.whatIf ? { plan: planned } : await findOwnJob(workspace, inputs, planned);
  if (own.job) {
    if (inputs.wait) begun.name = own.job.name;
    pipeline.say(messages.JobFound, { job: own.job.name, status: own.job.properties.status ?? 'Unknown' });
    return report(own.job, workspace, inputs, ports);
  }
  begun.earlier = undefined;
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), pipeline.signal);
  const resolved = await resolvePlan(own.plan, workspace);
  sayValid(mainName(resolved));
  const plan = await inspectPlan(resolved, workspace, datastores);
  pipeline.table(planTable(plan));
  if (inputs.whatIf) return showOnly(plan, pipeline);
  const job = await submit(plan, workspace, begun, inputs, ports, datastores);
  pipeline.signal.throwIfAborted();
  return report(job, workspace, inputs, ports);
}

/** @param begun gets the job's name when its request is sent, and loses it when no job of this step can have come of it */
async function submit(
  plan: InspectedPlan,
  workspace: Workspace,
  begun: BegunJob,
  inputs: Inputs,
  { pipeline, clock }: Ports,
  datastores: Datastores,
): Promise<Job> {
  const { signal } = pipeline;
  const name = mainName(plan);
  const tell = progressOf(plan, pipeline, () => {
    begun.name = name;
    // Whatever happens to the answer, the job can be found by this output.
    pipeline.setOutput('jobName', name);
  });
  try {
    const job = await applyPlan<Job>(plan, workspace, { datastores, tell, clock, signal });
    requireOwnJob(job, inputs);
    return job;
  } catch (error) {
    if (isTaken(error)) begun.name = undefined;
    if (begun.name === undefined) throw error;
    if (signal.aborted) {
      if (!isThrottled(error)) throw error;
      begun.name = undefined;
      pipeline.say(messages.NotSubmitted, { job: name });
      throw error;
    }
    const job = await jobAfterAll(workspace, name, inputs, error).catch((unclear: unknown) => {
      if (isUnclear(unclear)) pipeline.setOutput('status', 'Unknown');
      throw unclear;
    });
    pipeline.say(messages.JobFoundAfterAll, { job: job.name, status: job.properties.status ?? 'Unknown' });
    return job;
  }
}

const isTaken = (error: unknown): boolean => error instanceof UserError && error.code === 'JobNameTaken';
const isUnclear = (error: unknown): boolean => error instanceof UserError && error.code === 'SubmissionUnclear';
/** Azure refused the last try, and none before it can have been accepted. */
const isThrottled = (error: unknown): boolean => hasStatus(error, 429);

async function report(
  job: Job,
  workspace: Workspace,
  { wait, following }: Pick<Inputs, 'wait' | 'following'>,
  ports: Ports,
): Promise<Outcome> {
  const outcome = reportJob(job, workspace, ports.pipeline, { status: !wait });
  if (!wait) return outcome;
  ports.pipeline.info(outcome.message);
  return followToEnd(workspace, job, following, ports);
}

/** Reports a job that was started and, when the user wants to wait, follows it to its end; it ends with the run. */
export async function reportAndFollow(
  job: Job,
  workspace: Workspace,
  inputs: Pick<Inputs, 'wait' | 'following' | 'target'>,
  ports: Ports,
): Promise<Outcome> {
  if (!inputs.wait) return report(job, workspace, inputs, ports);
  return followedWithRun({ name: job.name, workspace }, inputs.target, inputs.following, ports, () =>
    report(job, workspace, inputs, ports),
  );
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
