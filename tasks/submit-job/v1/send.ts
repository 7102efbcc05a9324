import type { AzureRequest } from '../../../lib/azure/client.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { begunJob, cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Outcome } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Requirement } from '../../../lib/plan/plan.ts';
import { replaceInBody } from '../../../lib/plan/replace.ts';
import { resolveRequirements } from '../../../lib/plan/resolve.ts';
import { awaitStartedJob } from '../../../lib/start/started-job.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { reportJob, showRequests } from './report.ts';

/** How long the answer to the request may take, retries included. */
const ANSWER_MS = 300_000;

/** Shows the one request that starts a job; unless that is all that is wanted, sends it and reports the job. */
export async function sendAndReport<T>(
  { request, requirements = [] }: { request: AzureRequest; requirements?: Requirement[] },
  jobNameIn: (answer: T) => string,
  workspace: Workspace,
  { whatIf }: Pick<Inputs, 'whatIf'>,
  { pipeline, clock }: Ports,
): Promise<Outcome> {
  const replacements = await resolveRequirements(requirements, workspace);
  const resolved = { ...request, body: replaceInBody(request.body, replacements) };
  if (whatIf) {
    showRequests([{ title: `${resolved.method} ${resolved.url}`, body: resolved.body }], pipeline);
    return { result: 'Succeeded', message: pipeline.message(messages.WhatIfStart) };
  }
  pipeline.signal.throwIfAborted();
  // Not ended by a cancellation: the answer names the job that has to be cancelled then.
  const signal = AbortSignal.timeout(ANSWER_MS);
  const jobName = jobNameIn((await workspace.client.send<T>({ ...resolved, signal })).body);
  return cancelWithRun(pipeline, begunJob(workspace, jobName, pipeline), async () => {
    const job = await awaitStartedJob(workspace, jobName, clock, pipeline.signal);
    pipeline.signal.throwIfAborted();
    return reportJob(job, workspace, pipeline);
  });
}
