import { hasStatus } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';
import { find, path, requestTo } from './resources.ts';
import { findRun } from './runs.ts';
import type { Workspace } from './workspace.ts';

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

/**
 * The job, or undefined when there is none of that name. Of a pipeline's step ARM gives no `properties` at all (recorded
 * 2022 to 2023); what run history says of it takes their place, with the job type `Step`.
 */
export async function findJob(workspace: Workspace, name: string): Promise<Job | undefined> {
  const found = await find<Job | Omit<Job, 'properties'>>(workspace, path('jobs', name), { needs: 'id' });
  if (!found || ('properties' in found && found.properties)) return found as Job | undefined;
  const run = await findRun(workspace, name);
  if (!run) return undefined;
  const { status, displayName, tags, properties } = run;
  return { ...found, properties: { jobType: STEP, status, displayName, tags, properties } };
}

/** Job type of the steps of a pipeline. */
export const STEP = 'Step';

/** @throws UserError `JobNotFound` */
export async function getJob(workspace: Workspace, name: string): Promise<Job> {
  const job = await findJob(workspace, name);
  if (job) return job;
  throw new UserError({
    code: 'JobNotFound',
    message: `There is no job '${name}' in ${workspace.label}.`,
    fix: 'Pass the output jobName of the step that submitted it, for example $(submit.jobName).',
  });
}

/** @param what for the message: "a model is registered" @throws UserError `JobNotCompleted` */
export function requireCompleted(job: Job, what: string): void {
  const { status } = job.properties;
  if (status === 'Completed') return;
  throw new UserError({
    code: 'JobNotCompleted',
    message: `The job '${job.name}' is ${status ?? 'in an unknown state'}; ${what} when its job has completed.`,
    fix: 'Put AzureMLStreamJob before this step: it waits for the job and fails when the job failed.',
  });
}

/** The agent kills a cancelled task 10 seconds after its first signal. */
const CANCEL_WITHIN_MS = 4_000;

/**
 * Tells Azure ML to cancel the job. Has a signal of its own, since the task's has aborted by then.
 * @returns false when there is no such job; a job that has ended stays as it is
 */
export async function cancelJob(workspace: Workspace, name: string): Promise<boolean> {
  const signal = AbortSignal.timeout(CANCEL_WITHIN_MS);
  try {
    // `POST jobs/{name}/cancel` answers 202 as soon as the job is being cancelled; its end is not waited for.
    await workspace.client.send(
      requestTo(workspace, 'POST', path('jobs', name, 'cancel'), { signal, repeatable: true }),
    );
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    if (!hasStatus(error, 400, 409)) throw error;
    return true;
  }
}

/** The job's page in Azure ML studio. */
export function studioUrl(job: Job): string {
  return job.properties.services?.Studio?.endpoint ?? '';
}
