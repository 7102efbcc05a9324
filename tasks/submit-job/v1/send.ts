import type { AzureRequest } from '../../../lib/azure/client.ts';
import { AzureError } from '../../../lib/azure/failures.ts';
import { NoAnswerError } from '../../../lib/azure/no-answer.ts';
import { findJob, type Job } from '../../../lib/azureml/jobs.ts';
import { findRun } from '../../../lib/azureml/runs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { delayed, timeLimit } from '../../../lib/core/clock.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import type { BegunJob } from '../../../lib/pipelines/cancel-with-run.ts';
import { followedWithRun } from '../../../lib/pipelines/follow-to-end.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { startMemory } from '../../../lib/pipelines/start-memory.ts';
import type { Requirement } from '../../../lib/plan/plan.ts';
import { replaceInBody } from '../../../lib/plan/replace.ts';
import { resolveRequirements } from '../../../lib/plan/resolve.ts';
import { awaitStartedJob } from '../../../lib/start/started-job.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { showRequests } from './report.ts';
import { reportAndFollow } from './submit-plan.ts';

/** How long the answer to the request may take, retries included; and how long after the run was cancelled. */
const ANSWER_MS = 300_000;
const ANSWER_AFTER_CANCEL_MS = 5_000;

/** The one request that starts a job. */
export interface StartRequest {
  request: AzureRequest;
  requirements?: Requirement[];
  /** The service answers a request that is sent again with the job of the first one. */
  isRepeatSafe?: boolean;
}

/**
 * Shows the one request that starts a job; unless that is all that is wanted, sends it and reports the job. A step that the
 * agent tries again takes up the job that it started, unless that failed.
 * @param plan gets which job of the step it is, from 1
 * @throws UserError `StartUnclear` when an earlier try may have started a job that nobody named
 */
export async function sendAndReport<T>(
  plan: (nth: number) => StartRequest,
  jobNameIn: (answer: T) => string,
  workspace: Workspace,
  inputs: Inputs,
  ports: Ports,
): Promise<Outcome> {
  const { pipeline, clock } = ports;
  const memory = startMemory(inputs.following.memory, inputs.following.stepId);
  const before = inputs.whatIf ? undefined : memory.read();
  const found = !before?.job ? undefined : await findUnfailed(workspace, before.job);
  if (found) {
    pipeline.say(messages.JobFound, { job: found.name, status: found.properties.status ?? 'Unknown' });
    return reportAndFollow(found, workspace, inputs, ports);
  }
  const isOpen = before !== undefined && before.job === undefined;
  const count = isOpen ? before.count : (before?.count ?? 0) + 1;
  const { request, requirements = [], isRepeatSafe = false } = plan(count);
  if (isOpen && !isRepeatSafe) throw startUnclear();
  const replacements = await resolveRequirements(requirements, workspace);
  const resolved = { ...request, body: replaceInBody(request.body, replacements) };
  if (inputs.whatIf) {
    showRequests([{ title: `${resolved.method} ${resolved.url}`, body: resolved.body }], pipeline);
    return { result: 'Succeeded', message: pipeline.message(messages.WhatIfStart) };
  }
  pipeline.signal.throwIfAborted();
  const begun: BegunJob = { name: undefined, workspace };
  const job = await followedWithRun(begun, inputs.target, inputs.following, ports, async () => {
    memory.write({ count });
    const answer = await send<T>(resolved, workspace, ports).catch((error: unknown) => {
      if (hasBegunNothing(error)) memory.write(before ?? { count: 0, job: '' });
      throw error;
    });
    const name = jobNameIn(answer);
    memory.write({ count, job: name });
    begun.name = name;
    pipeline.setOutput('jobName', name);
    const started = await awaitStartedJob(workspace, name, clock, pipeline.signal);
    pipeline.signal.throwIfAborted();
    return started;
  });
  return reportAndFollow(job, workspace, inputs, ports);
}

/**
 * The job of an earlier try, unless it ended without success: then the step is tried again to have another one. Resource
 * Manager may never know runs of SDK v1.
 */
async function findUnfailed(workspace: Workspace, name: string): Promise<Job | undefined> {
  const job = await findJob(workspace, name);
  const status = job?.properties.status ?? (await findRun(workspace, name))?.status ?? 'NotStarted';
  if (status === 'Failed' || status === 'Canceled') return undefined;
  return job ?? { id: `${workspace.path}/jobs/${name}`, name, properties: { jobType: 'Unknown', status } };
}

function startUnclear(): UserError {
  return new UserError({
    code: 'StartUnclear',
    message: fill(messages.StartOpen),
    fix: fill(messages.StartOpenFix),
  });
}

/** True for an answer or a sign-in that refuses, and when no connection was made; other failures leave open what was started. */
function hasBegunNothing(error: unknown): boolean {
  if (error instanceof UserError) return error.code === 'SignInFailed';
  if (error instanceof AzureError) return error.status < 500 && error.status !== 408;
  return error instanceof NoAnswerError && error.stage !== 'answer';
}

/** The answer names the job that has to be cancelled with the run, so a cancellation leaves it a little time. */
async function send<T>(request: AzureRequest, workspace: Workspace, { pipeline }: Ports): Promise<T> {
  const signal = AbortSignal.any([timeLimit(ANSWER_MS), delayed(pipeline.signal, ANSWER_AFTER_CANCEL_MS)]);
  try {
    return (await workspace.client.send<T>({ ...request, signal, lastTry: pipeline.signal })).body;
  } catch (error) {
    if (pipeline.signal.aborted && !hasBegunNothing(error))
      pipeline.warn(pipeline.message(messages.StartUnclear, { reason: messageOf(error) }));
    throw error;
  }
}
