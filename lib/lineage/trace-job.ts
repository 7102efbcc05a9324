import { parseAssetId, shortId } from '../azureml/asset-ids.ts';
import { findJob, type Job, STEP, studioUrl } from '../azureml/jobs.ts';
import { find, path } from '../azureml/resources.ts';
import { findRun } from '../azureml/runs.ts';
import { assetPage } from '../azureml/studio-pages.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { commitPage } from './commit-page.ts';
import type { LineageLink } from './lineage.ts';
import { modelInputs } from './model-inputs.ts';
import { dataInputs } from './model-lineage.ts';
import { namedAsset } from './named-asset.ts';
import { keyOfRun } from './own-steps.ts';
import { commitOf, submittingRun } from './recorded-run.ts';
import type { Facts } from './stamp.ts';
import { stepComponent } from './step-component.ts';
import { traceRun } from './trace-run.ts';
import type { Walk } from './walk.ts';

/** How the walk came to something. */
export type By = Omit<LineageLink, 'to'>;

/**
 * A job or a step: what it is part of, the data that it read, its environment and code, and the run that submitted it.
 * @param recorded what a model says about the job, in case that it can't be read any more
 */
export async function traceJob(walk: Walk, ws: Workspace, name: string, by?: By, recorded: Facts = {}): Promise<void> {
  const { trace, devops } = walk;
  const id = `job:${name}`;
  if (trace.lineage.nodes.some((node) => node.id === id))
    return void (by && trace.add({ ...STUB, id, title: name }, by));
  const read = await trace.attempt(id, `the job ${name}`, async () => (await findJob(ws, name)) ?? 'gone');
  const job = read === 'gone' ? undefined : read;
  trace.add(jobNode(ws, id, name, job, recorded), by);
  if (read === 'gone') trace.missing(id, `the job ${name}`, `it was deleted from ${ws.label}, or never was there`);
  if (job?.properties.isArchived)
    trace.missing(id, `the job ${name}`, 'it is archived; what follows can still be read');
  if (!job) return traceRecorded(walk, ws, id, recorded);
  await traceParents(walk, ws, job, id);
  const models = modelInputs(job, ws, id);
  const inputsOfModels = new Set(models.map(({ input }) => input));
  walk.readModels.push(...models);
  for (const [input, uri] of [...dataInputs(job), ...stepInputs(job)])
    if (!inputsOfModels.has(input)) await traceData(walk, ws, id, input, uri);
  traceEnvironment(walk, ws, id, job.properties.environmentId);
  traceCode(walk, id, job.properties.codeId);
  const run = submittingRun(job);
  if (run) await traceRun(devops, run, { from: id, relation: 'submittedBy' }, trace);
  else if (job.properties.jobType !== STEP) traceLooseCommit(walk, id, job);
}

const STUB = { kind: 'job', facts: {} } as const;

function jobNode(ws: Workspace, id: string, name: string, job: Job | undefined, recorded: Facts) {
  const { displayName, jobType = '', status = '', experimentName } = job?.properties ?? {};
  return {
    kind: 'job' as const,
    id,
    title: displayName && displayName !== name ? `${displayName} (${name})` : name,
    link: job && studioUrl(ws, job),
    facts: {
      job: name,
      jobType,
      status,
      experiment: experimentName ?? recorded.experiment ?? '',
      workspace: ws.path,
    },
  };
}

/** The jobs above it: a step is part of a pipeline, a trial of a sweep. */
async function traceParents(walk: Walk, ws: Workspace, job: Job, id: string): Promise<void> {
  const { trace } = walk;
  const parent = await trace.attempt(id, 'the job that it is part of', async () => {
    const run = await findRun(ws, job.name);
    const above = run?.parentRunId || (run?.rootRunId !== job.name ? run?.rootRunId : undefined);
    return { run, above: above || (job.rootRunId !== job.name ? job.rootRunId : undefined) };
  });
  if (!parent?.above) return;
  await traceJob(walk, ws, parent.above, { from: id, relation: 'partOf' });
  if (job.properties.jobType !== STEP) return;
  await trace.attempt(id, 'the environment of the step', async () => {
    const root = await findJob(ws, parent.above!);
    const key = root && parent.run && keyOfRun(root, parent.run);
    const spec = key === undefined ? undefined : await stepComponent(ws, root!, key);
    if (!spec) return;
    traceEnvironment(walk, ws, id, spec.environment);
    traceCode(walk, id, spec.code);
  });
}

/** Data that the steps of a pipeline name themselves, as `<step>.<input>`. */
function stepInputs({ properties: { jobs } }: Job): [string, string][] {
  return Object.entries(jobs ?? {}).flatMap(([step, { inputs }]) =>
    Object.entries(inputs ?? {}).flatMap(([input, value]) => {
      const { job_input_type: type, uri } = (value ?? {}) as { job_input_type?: string; uri?: unknown };
      const asset = type !== 'literal' && typeof uri === 'string' ? parseAssetId(uri) : undefined;
      return asset ? [[`${step}.${input}`, shortId(asset)] as [string, string]] : [];
    }),
  );
}

async function traceData(walk: Walk, ws: Workspace, from: string, input: string, uri: string): Promise<void> {
  const { trace } = walk;
  const [, name, version] = /^azureml:([^:/]+):([^:/]+)$/.exec(uri) ?? [];
  const by = { from, relation: 'read', detail: input } as const;
  if (!name || !version) return void trace.add({ kind: 'data', id: `data:${uri}`, title: uri, facts: { uri } }, by);
  const id = `data:${uri}`;
  const what = `version ${version} of the data ${name}`;
  if (trace.lineage.nodes.some((node) => node.id === id))
    return void trace.add({ kind: 'data', id, title: uri, facts: {} }, by);
  const found = await trace.attempt(id, what, async () => (await findData(ws, name, version)) ?? 'gone');
  // What a model has recorded of a job that is gone says the name alone: it may be that of a model that the job has read.
  if (found === 'gone' && (await isModel(walk, ws, from, name, version)))
    return void walk.readModels.push({ name, version, workspace: ws.path, from, input });
  if (found === 'gone') trace.missing(id, what, `it was deleted from ${ws.label}`);
  const dataUri = found === 'gone' ? undefined : found?.properties.dataUri;
  trace.add(
    {
      kind: 'data',
      id,
      title: `${name} version ${version}`,
      link: assetPage(ws, 'data', name, version),
      facts: { data: name, version, uri: dataUri ?? '' },
    },
    by,
  );
}

async function isModel({ trace }: Walk, ws: Workspace, from: string, name: string, version: string): Promise<boolean> {
  const below = path('models', name, 'versions', version);
  return (await trace.attempt(from, `the model ${name}`, () => find(ws, below))) !== undefined;
}

function findData(ws: Workspace, name: string, version: string) {
  return find<{ properties: { dataUri?: string } }>(ws, path('data', name, 'versions', version));
}

/** @param text an environment's id, as ARM has it, or `azureml:name:version` */
export function traceEnvironment({ trace }: Walk, ws: Workspace, from: string, text: string | null | undefined): void {
  const asset = namedAsset(text);
  if (!asset) return;
  const { name, version, registry } = asset;
  trace.add(
    {
      kind: 'environment',
      id: `environment:${shortId(asset)}`,
      title: asset.title,
      link: registry ? undefined : assetPage(ws, 'environments', name, version),
      facts: { environment: name, version, registry: registry ?? '' },
    },
    { from, relation: 'ranIn' },
  );
}

function traceCode({ trace }: Walk, from: string, text: string | null | undefined): void {
  const asset = namedAsset(text);
  if (!asset) return;
  const { name, version } = asset;
  trace.add(
    { kind: 'code', id: `code:${name}`, title: name, facts: { code: name, version } },
    { from, relation: 'ranCode' },
  );
}

/** A job that somebody submitted from a machine: Azure ML's tools record the commit of its folder all the same. */
function traceLooseCommit({ trace }: Walk, id: string, { properties: { properties = {} } }: Job): void {
  const commit = commitOf(properties);
  trace.missing(
    id,
    'the build or release that submitted it',
    'the job does not name one, so it was submitted by other means',
  );
  if (!commit) return;
  const repository = properties['mlflow.source.git.repoURL'] ?? '';
  const branch = properties['mlflow.source.git.branch'] ?? '';
  trace.add(
    {
      kind: 'commit',
      id: `commit:${commit}`,
      title: commit.slice(0, 8),
      link: commitPage(repository, commit),
      facts: { commit, repository, branch },
    },
    { from: id, relation: 'builtFrom' },
  );
}

/** Of a job that is gone: what its model recorded of it. */
async function traceRecorded(walk: Walk, ws: Workspace, id: string, recorded: Facts): Promise<void> {
  for (const [input, uri] of recorded.data ?? []) await traceData(walk, ws, id, input, uri);
  traceEnvironment(walk, ws, id, recorded.environment);
}
