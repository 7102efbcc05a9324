import type { Job } from '../azureml/jobs.ts';
import { setRunTag } from '../azureml/run-tags.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { PREFIX, TAG_LIMITS } from './stamp.ts';

/** Begins the names of a job's tags that say which versions of which model were made of it: `lineage.model.churn` = `7,8`. */
const REGISTERED = `${PREFIX}model.`;

/** Versions of models that were registered from a job, by its tags; the other direction of `lineage.job`. */
export function registeredModels({
  properties: { tags = {} },
}: Pick<Job, 'properties'>): { name: string; version: string }[] {
  return Object.entries(tags).flatMap(([key, value]) =>
    key.startsWith(REGISTERED)
      ? value.split(',').map((version) => ({ name: key.slice(REGISTERED.length), version: version.trim() }))
      : [],
  );
}

/** Adds a version to a job's tags. The newest ones stay where there is not room for all. */
export async function tagJob(workspace: Workspace, job: Job, name: string, version: string): Promise<void> {
  const key = REGISTERED + name;
  const known = registeredModels(job).flatMap((one) => (one.name === name ? one.version : []));
  if (known.includes(version) || key.length > TAG_LIMITS.name) return;
  const versions = [...known, version];
  while (versions.join(',').length > TAG_LIMITS.value) versions.shift();
  await setRunTag(workspace, job.name, key, versions.join(','));
}
