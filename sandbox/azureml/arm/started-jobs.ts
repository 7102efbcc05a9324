/** Starting the run of a job, also of those that the service itself makes: for batch endpoints, schedules and pipelines. */
import type { Resource } from '../../contracts.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';

type Context = Pick<ProviderContext, 'resources' | 'runs'>;

/** What a job has when nothing is said. */
export const defaultProperties = (name: string): Resource['properties'] => ({
  description: null,
  tags: {},
  properties: {},
  displayName: name,
  experimentName: 'Default',
});

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
