/** Jobs that the service itself starts: for batch endpoints, schedules and published pipelines. */
import type { Resource } from '../../contracts.ts';
import type { ProviderContext } from './context.ts';
import { userError } from './errors.ts';

/**
 * Stores a job and starts its run; 400 when it can't run at all, and then nothing is stored.
 * @param definition `properties` of the job
 * @param caller who is noted as its creator
 */
export async function startJob(
  name: string,
  definition: Resource['properties'],
  { resources, runs }: Pick<ProviderContext, 'resources' | 'runs'>,
  caller: string | undefined,
): Promise<Resource> {
  if (resources.get(`jobs/${name}`)) throw userError(`Job ${name} already exists.`, 'name');
  const given = Object.fromEntries(Object.entries(definition).filter(([, value]) => value !== null));
  const job = resources.put(
    `jobs/${name}`,
    {
      properties: {
        description: null,
        tags: {},
        properties: {},
        displayName: name,
        experimentName: 'Default',
        ...given,
        isArchived: false,
        status: 'NotStarted',
      },
    },
    caller,
  );
  try {
    await runs.submit(job);
  } catch (error) {
    resources.delete(`jobs/${name}`);
    throw userError((error as Error).message);
  }
  return resources.get(`jobs/${name}`) ?? job;
}
