/** Starting the run of a job, also of those that the service itself makes: for batch endpoints, schedules and pipelines. */
import type { Resource } from '../../contracts.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';
import { isLocal } from './shapes/job-answer.ts';

type Context = Pick<ProviderContext, 'resources' | 'runs'>;

/** What a job has when nothing is said. */
export const defaultProperties = (name: string): Resource['properties'] => ({
  description: null,
  tags: {},
  properties: {},
  displayName: name,
  experimentName: 'Default',
});

/** What the answer to the PUT says of a job by its type; what happens then shows in the answers after it. */
const firstStatus: Record<string, string> = { Command: 'Starting', Sweep: 'Running' };

/**
 * The job as the PUT that makes it answers: the properties of a pipeline's run come later.
 * @param sent `properties.properties` of the request
 */
export function firstAnswer(job: Resource, sent: Record<string, unknown> | null | undefined): Resource {
  const { jobType } = job.properties;
  const properties = {
    ...job.properties,
    status: isLocal(job.properties) ? 'NotStarted' : (firstStatus[jobType] ?? 'NotStarted'),
    ...(jobType === 'Pipeline' && { properties: sent ?? {} }),
  };
  return { ...job, properties };
}

/** Starts the run of a job that is stored; 400 when it can't run at all, and then it is not stored any more. */
export async function startStored(job: Resource, { resources, runs }: Context): Promise<Resource> {
  const path = `jobs/${job.name}`;
  try {
    await runs.submit(job);
  } catch (error) {
    resources.delete(path);
    throw errors.jobCannotRun((error as Error).message);
  }
  return resources.get(path) ?? job;
}

/**
 * Stores a job and starts its run.
 * @param definition `properties` of the job
 * @param caller who is noted as its creator
 */
export async function startJob(
  name: string,
  definition: Resource['properties'],
  context: Context,
  caller: string | undefined,
): Promise<Resource> {
  const path = `jobs/${name}`;
  if (context.resources.get(path)) throw errors.jobExists(name);
  const given = Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null));
  const properties = { ...defaultProperties(name), ...given, isArchived: false, status: 'NotStarted' };
  return startStored(context.resources.put(path, { properties }, caller), context);
}
