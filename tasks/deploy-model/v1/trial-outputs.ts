import { getJob } from '../../../lib/azureml/jobs.ts';
import { findRunOutputs } from '../../../lib/azureml/runs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';

/** Not an output of anybody's: where the service keeps the job's own files. */
const OF_SERVICE = 'default';

/**
 * Names of the outputs of a completed job that have no files. Outputs on a datastore are looked at; one that is an asset
 * only has to be there.
 */
export async function missingOutputs(workspace: Workspace, jobName: string, datastores: Datastores): Promise<string[]> {
  const job = await getJob(workspace, jobName);
  const assets = (await findRunOutputs(workspace, jobName)) ?? {};
  const named = Object.entries(job.properties.outputs ?? {}).filter(([name]) => name !== OF_SERVICE);
  if (named.length === 0 && Object.keys(assets).length === 0) return ['any output'];
  const missing: string[] = [];
  for (const [name, { uri }] of named) {
    const place = /^azureml:\/\/(?:.*\/)?datastores\/([^/]+)\/paths\/(.+)$/i.exec(uri ?? '');
    if (place ? !(await hasFiles(datastores, place[1]!, place[2]!)) : !assets[name]?.assetId) missing.push(name);
  }
  return missing;
}

async function hasFiles(datastores: Datastores, datastore: string, path: string): Promise<boolean> {
  const container = await datastores.container(datastore);
  return (await container.list(path.replace(/\/$/, ''))).size > 0;
}
