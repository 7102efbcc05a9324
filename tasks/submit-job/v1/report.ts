import { type Job, studioUrl } from '../../../lib/azureml/jobs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { ShownRequest } from '../../../lib/plan/show.ts';
import { messages } from './messages.ts';

/** The outputs of a job that was submitted. @param status false when the job is followed: outputs are set once, with its end */
export function reportJob(job: Job, workspace: Workspace, pipeline: Pipeline, { status = true } = {}): Outcome {
  pipeline.setOutput('jobName', job.name);
  pipeline.setOutput('jobId', job.id);
  const url = studioUrl(workspace, job);
  pipeline.setOutput('studioUrl', url);
  if (status) pipeline.setOutput('status', job.properties.status ?? 'NotStarted');
  return { result: 'Succeeded', message: pipeline.message(messages.Submitted, { job: job.name, url }) };
}

/** Prints requests that are not sent, and keeps them as a file of the run. */
export function showRequests(requests: readonly ShownRequest[], pipeline: Pipeline): void {
  pipeline.say(messages.WhatIf);
  for (const { title, body } of requests)
    pipeline.group(title, body === undefined ? [] : JSON.stringify(body, null, 2).split('\n'));
  pipeline.say(messages.WhatIfFile, { path: pipeline.attach('what-if.json', JSON.stringify({ requests }, null, 2)) });
}
