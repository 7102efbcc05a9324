import type { AzureRequest } from '../../../lib/azure/client.ts';
import { hasStatus } from '../../../lib/azure/failures.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { delayed } from '../../../lib/core/clock.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import type { BegunJob } from '../../../lib/pipelines/cancel-with-run.ts';
import { followedWithRun } from '../../../lib/pipelines/follow-to-end.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
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

/** Shows the one request that starts a job; unless that is all that is wanted, sends it and reports the job. */
export async function sendAndReport<T>(
  { request, requirements = [] }: { request: AzureRequest; requirements?: Requirement[] },
  jobNameIn: (answer: T) => string,
  workspace: Workspace,
  inputs: Inputs,
  ports: Ports,
): Promise<Outcome> {
  const { pipeline, clock } = ports;
  const replacements = await resolveRequirements(requirements, workspace);
  const resolved = { ...request, body: replaceInBody(request.body, replacements) };
  if (inputs.whatIf) {
    showRequests([{ title: `${resolved.method} ${resolved.url}`, body: resolved.body }], pipeline);
    return { result: 'Succeeded', message: pipeline.message(messages.WhatIfStart) };
  }
  pipeline.signal.throwIfAborted();
  const begun: BegunJob = { name: undefined, workspace };
  const job = await followedWithRun(begun, inputs.target, inputs.following, ports, async () => {
    const name = jobNameIn(await send<T>(resolved, workspace, ports));
    begun.name = name;
    pipeline.setOutput('jobName', name);
    const started = await awaitStartedJob(workspace, name, clock, pipeline.signal);
    pipeline.signal.throwIfAborted();
    return started;
  });
  return reportAndFollow(job, workspace, inputs, ports);
}

/** The answer names the job that has to be cancelled with the run, so a cancellation leaves it a little time. */
async function send<T>(request: AzureRequest, workspace: Workspace, { pipeline }: Ports): Promise<T> {
  const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), delayed(pipeline.signal, ANSWER_AFTER_CANCEL_MS)]);
  try {
    return (await workspace.client.send<T>({ ...request, signal, lastTry: pipeline.signal })).body;
  } catch (error) {
    // Throttled, Azure ML has begun nothing.
    if (pipeline.signal.aborted && !hasStatus(error, 429))
      pipeline.warn(pipeline.message(messages.StartUnclear, { reason: messageOf(error) }));
    throw error;
  }
}
