import { findDataUri } from '../../../lib/azureml/data-uris.ts';
import { getJob } from '../../../lib/azureml/jobs.ts';
import { findRunOutputs, listChildren, type RunPort } from '../../../lib/azureml/runs.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Datastores } from '../../../lib/plan/storage.ts';

/** Not an output of anybody's: where the service keeps the job's own files. */
const OF_SERVICE = 'default';

/** An output of a job: where it is, and the asset that the service made of it; either may be unknown. */
interface Written {
  uri: string | undefined;
  assetId: string | undefined;
}

/**
 * Names of the outputs of a completed job that have no content. The job of a model's deployment has none of its own: its
 * step has one, `score` (azure-ai-ml `_job_operations.py` finds it there as well).
 */
export async function missingOutputs(workspace: Workspace, jobName: string, datastores: Datastores): Promise<string[]> {
  const own = await outputsOf(workspace, jobName);
  const all = own.size > 0 ? own : await outputsOfSteps(workspace, jobName);
  if (all.size === 0) return ['any output'];
  const missing: string[] = [];
  for (const [name, written] of all) if (!(await hasContent(workspace, written, datastores))) missing.push(name);
  return missing;
}

async function outputsOf(workspace: Workspace, jobName: string): Promise<Map<string, Written>> {
  const { properties } = await getJob(workspace, jobName);
  const assets = portsOf(await findRunOutputs(workspace, jobName));
  const named = Object.entries(properties.outputs ?? {}).filter(([name]) => name !== OF_SERVICE);
  for (const [name, { uri }] of named) assets.set(name, { uri: uri ?? undefined, assetId: assets.get(name)?.assetId });
  return assets;
}

async function outputsOfSteps(workspace: Workspace, jobName: string): Promise<Map<string, Written>> {
  const found = new Map<string, Written>();
  for (const { runId } of await listChildren(workspace, jobName))
    for (const [name, written] of portsOf(await findRunOutputs(workspace, runId))) found.set(name, written);
  return found;
}

function portsOf(outputs: Record<string, RunPort> | undefined): Map<string, Written> {
  const named = Object.entries(outputs ?? {}).filter(([name]) => name !== OF_SERVICE);
  return new Map(named.map(([name, { assetId }]) => [name, { uri: undefined, assetId }]));
}

const ON_DATASTORE = /^azureml:\/\/(?:.*\/)?datastores\/([^/]+)\/paths\/(.+)$/i;

/** An output that is not on a datastore, as a model is not, only has to be there. */
async function hasContent(workspace: Workspace, { uri, assetId }: Written, datastores: Datastores): Promise<boolean> {
  const isData = assetId !== undefined && /\/data\//i.test(assetId);
  const place = ON_DATASTORE.exec(uri ?? (isData ? await findDataUri(workspace, assetId) : undefined) ?? '');
  if (!place) return assetId !== undefined && !isData;
  const container = await datastores.container(place[1]!);
  const files = await container.list(place[2]!.replace(/\/$/, ''));
  return [...files.values()].some(({ size }) => size > 0);
}
