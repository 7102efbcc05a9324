import { UserError } from '../core/errors.ts';
import { find, list, path } from './resources.ts';
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
    services?: Record<string, { endpoint?: string | null }> | null;
    isArchived?: boolean;
    /** Of a command: ids of its environment and of its code. */
    environmentId?: string | null;
    codeId?: string | null;
    /** Of a pipeline: its steps by name, with the keys of YAML as they were sent. */
    jobs?: Record<
      string,
      {
        componentId?: string | null;
        display_name?: string | null;
        inputs?: Record<string, unknown> | null;
        outputs?: Record<string, unknown> | null;
      }
    > | null;
  };
  /** Of a step: the job that it is part of. */
  rootRunId?: string | undefined;
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
  const { rootRunId, status, displayName, tags, properties } = run;
  return { ...found, rootRunId, properties: { jobType: STEP, status, displayName, tags, properties } };
}

/**
 * The jobs of the workspace, newest first (recorded 2026), without those that are archived. Each has its properties and tags.
 * @param most that are read
 */
export async function* listJobs(workspace: Workspace, most: number): AsyncGenerator<Job> {
  let count = 0;
  for await (const job of list<Job>(workspace, 'jobs')) {
    if (count++ === most) return;
    yield job;
  }
}

/** Job type of the steps of a pipeline. */
export const STEP = 'Step';

/** @throws UserError `JobNotFound` */
export async function getJob(workspace: Workspace, name: string): Promise<Job> {
  const job = await findJob(workspace, name);
  if (job) return job;
  throw jobNotFound(workspace, name);
}

export function jobNotFound({ label }: Pick<Workspace, 'label'>, name: string): UserError {
  return new UserError({
    code: 'JobNotFound',
    message: `There is no job '${name}' in ${label}.`,
    fix: 'Pass the output jobName of the step that submitted it, for example $(submit.jobName).',
  });
}

/** @throws UserError `JobNotCompleted` */
export async function requireCompleted(workspace: Workspace, job: Job): Promise<void> {
  const status = await statusNow(workspace, job);
  if (status === 'Completed') return;
  throw new UserError({
    code: 'JobNotCompleted',
    message: `The job '${job.name}' has to be Completed, but it is ${status}.`,
    fix: 'Put AzureMLStreamJob before this step: it waits for the job and fails when the job fails.',
  });
}

const FINAL = ['Completed', 'Failed', 'Canceled'];

/**
 * The status of a job. Run history knows of an end first and Resource Manager follows some seconds later, so a job that has just
 * been followed to its end may be running yet by the latter.
 */
export async function statusNow(workspace: Workspace, { name, properties }: Job): Promise<string> {
  const { status = 'in an unknown state' } = properties;
  if (FINAL.includes(status)) return status;
  const run = await findRun(workspace, name).catch(() => undefined);
  return FINAL.includes(run?.status ?? '') ? run!.status! : status;
}

/**
 * The page of a job or a step in Azure ML studio. The service gives no address for steps, and none names the tenant, without
 * which guests and people of several tenants get to the wrong directory; azure-ai-ml adds `&tid=` as well.
 */
export function studioUrl(workspace: Workspace, { name, properties }: Pick<Job, 'name' | 'properties'>): string {
  const page = properties.services?.Studio?.endpoint || pageOf(workspace, name);
  if (!workspace.tenantId || /[?&]tid=/.test(page)) return page;
  return `${page}${page.includes('?') ? '&' : '?'}tid=${workspace.tenantId}`;
}

function pageOf({ client, ids }: Workspace, name: string): string {
  const { subscriptionId, resourceGroup, workspaceName } = ids;
  const wsid = `/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspaceName}`;
  return `${client.cloud.mlScope.replace(/\/\.default$/, '')}/runs/${encodeURIComponent(name)}?wsid=${wsid}`;
}
