import { viaClient } from '../azure/client.ts';
import { hasStatus } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';
import { STABLE } from './api-versions.ts';
import { armRequest, type Workspace } from './workspace.ts';

/** A job as ARM shows it, as far as it is read here (`GET {workspace}/jobs/{name}`). */
export interface Job {
  id: string;
  name: string;
  properties: {
    jobType: string;
    status?: string;
    displayName?: string | null;
    experimentName?: string;
    tags?: Record<string, string>;
    properties?: Record<string, string>;
    inputs?: Record<string, { jobInputType: string; uri?: string; value?: string }>;
    outputs?: Record<string, { jobOutputType: string; uri?: string | null }>;
    services?: Record<string, { endpoint?: string | null }>;
  };
}

/** The job, or undefined when there is none of that name. Steps of pipelines are no ARM resources: see `runs.ts`. */
export async function findJob(workspace: Workspace, name: string): Promise<Job | undefined> {
  try {
    // The raw answer: Microsoft's client would rename and drop fields of job types it doesn't know.
    const request = armRequest(workspace, 'GET', `jobs/${encodeURIComponent(name)}`, STABLE);
    return (await workspace.client.send<Job>(request)).body;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** @throws UserError `JobNotFound` */
export async function getJob(workspace: Workspace, name: string): Promise<Job> {
  const job = await findJob(workspace, name);
  if (job) return job;
  throw new UserError({
    code: 'JobNotFound',
    message: `There is no job '${name}' in the workspace '${workspace.ids.workspaceName}'.`,
    fix: 'Pass the output jobName of the step that submitted it, for example $(submit.jobName).',
    docs: 'troubleshooting',
  });
}

/** Cancels the job and waits until Azure ML has taken note; a job that has ended stays as it is. */
export async function cancelJob(workspace: Workspace, name: string): Promise<void> {
  const { resourceGroup, workspaceName } = workspace.ids;
  try {
    await viaClient(workspace.client.arm.jobs.beginCancel(resourceGroup, workspaceName, name));
  } catch (error) {
    if (!hasStatus(error, 400, 404, 409)) throw error;
  }
}

/** The job's page in Azure ML studio. */
export function studioUrl(job: Job): string {
  return job.properties.services?.Studio?.endpoint ?? '';
}
