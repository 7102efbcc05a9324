import type { Job } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
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
import { createDatastores } from '../../../lib/plan/storage.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { findOwnJob, jobAfterAll } from './own-job.ts';
import { reportJob, showRequests } from './report.ts';

/**
 * Shows what is left to do of a plan, then uploads, creates and submits, and follows the job when that is wanted. The job
 * ends with the run when the run is cancelled.
 * @param planned under the step's first job name
 * @param sayValid says that the plan is valid, which is known when all that it refers to was found
 */
export async function submitPlan(
  planned: Plan,
  workspace: Workspace,
  inputs: Inputs,
  ports: Ports,
  sayValid: (job: string) => void,
): Promise<Outcome> {
  const { pipeline } = ports;
  pipeline.say(messages.Connected, { workspace: workspace.ids.workspaceName, region: workspace.location });
  const own = inputs.whatIf ? { plan: planned } : await findOwnJob(workspace, inputs, planned);
  if (own.job) {
    pipeline.say(messages.JobFound, { job: own.job.name, status: own.job.properties.status ?? 'Unknown' });
    return reportAndFollow(own.job, workspace, inputs, ports);
  }
  const datastores = createDatastores(workspace, (secret) => pipeline.mask(secret), pipeline.signal);
  const resolved = await resolvePlan(own.plan, workspace);
  sayValid(mainName(resolved));
  const plan = await inspectPlan(resolved, workspace, datastores);
  pipeline.table(planTable(plan));
  if (inputs.whatIf) return showOnly(plan, pipeline);
  const begun: BegunJob = { name: undefined, workspace };
  const job = await followedWithRun(begun, inputs.target, inputs.following, ports, async () => {
    const sending = () => {
      begun.name = mainName(plan);
      // Whatever happens to the answer, the job can be found by this output.
      pipeline.setOutput('jobName', begun.name);
    };
    const submitted = await submit(plan, workspace, inputs, ports, { datastores, sending });
    pipeline.signal.throwIfAborted();
    return submitted;
  });
  return reportAndFollow(job, workspace, inputs, ports);
}

async function submit(
  plan: InspectedPlan,
  workspace: Workspace,
  inputs: Inputs,
  { pipeline, clock }: Ports,
  { datastores, sending }: { datastores: ReturnType<typeof createDatastores>; sending: () => void },
): Promise<Job> {
  const { signal } = pipeline;
  let sent = false;
  const tell = progressOf(plan, pipeline, () => {
    sent = true;
    sending();
  });
  try {
    return await applyPlan<Job>(plan, workspace, { datastores, tell, clock, signal });
  } catch (error) {
    if (!sent || signal.aborted) throw error;
    const job = await jobAfterAll(workspace, mainName(plan), inputs, error);
    pipeline.say(messages.JobFoundAfterAll, { job: job.name, status: job.properties.status ?? 'Unknown' });
    return job;
  }
}

/** Reports a job that was submitted and, when the user wants to wait, follows it to its end. */
export async function reportAndFollow(
  job: Job,
  workspace: Workspace,
  { wait, following, target }: Pick<Inputs, 'wait' | 'following' | 'target'>,
  ports: Ports,
): Promise<Outcome> {
  const outcome = reportJob(job, workspace, ports.pipeline, { status: !wait });
  if (!wait) return outcome;
  ports.pipeline.info(outcome.message);
  return followedWithRun({ name: job.name, workspace }, target, following, ports, () =>
    followToEnd(workspace, job, following, ports),
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
