/** Jobs: submit, read, list, change, cancel and delete. */
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { type Call, collection } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { jobPatch, patchedJob } from './job-patch.ts';
import { jobServices } from './job-services.ts';
import { changedJob, jobBody, newJob } from './job-writes.ts';
import { inView, withPairs } from './listing.ts';
import { answerAccepted, endedStatuses } from './operations.ts';
import { isLocal, jobAnswer } from './shapes/job-answer.ts';
import { firstAnswer, startStored } from './started-jobs.ts';
import { onlyCreation } from './system-data.ts';

const hasEnded = (job: Resource | undefined): boolean => endedStatuses.includes(job?.properties.status);
const deletedPath = (name: string): string => `deletedJobs/${name}`;

function filterJobs({ request }: Call<WorkspaceContext>): (job: Resource) => boolean {
  const { jobType, tag, properties, assetName, scheduleId } = request.query;
  const filters = [
    inView(request, (job) => job.properties.isArchived === true),
    // By the tag's key alone, whatever its value (documented: "Jobs returned will have this tag key").
    (job: Resource) => typeof tag !== 'string' || tag === '' || Object.hasOwn(job.properties.tags ?? {}, tag),
    withPairs(properties, (job) => job.properties.properties),
    (job: Resource) => jobType === undefined || job.properties.jobType === jobType,
    (job: Resource) => assetName === undefined || JSON.stringify(job.properties.outputs).includes(String(assetName)),
    // No job of the sandbox comes from a schedule.
    () => scheduleId === undefined,
  ];
  return (job) => filters.every((accepts) => accepts(job));
}

/** A step of a pipeline is a job without properties here; clients then ask run history (azure-ai-ml, entities/_job/job.py). */
function findJob({ context, name, path }: Call<WorkspaceContext>): Resource | undefined {
  const { store, runs, settings } = context;
  const job = store.get(path);
  if (job || store.get(deletedPath(name))) return job;
  const created = runs.creation(name);
  return created && (stepResource(name, created, settings) as Resource);
}

/** A job that has ended is answered 200 and stays as it is. */
async function cancel(call: Call<WorkspaceContext>, job: Resource): Promise<void> {
  if (hasEnded(job) || !(await call.context.runs.cancel(job.name))) call.response.status(200).end();
  else answerAccepted(call, 'jc');
}

export const jobs = collection<WorkspaceContext>({
  path: 'jobs/:name',
  one: 'Job',
  names: { name: 'name of a job' },
  shape: jobBody,
  missing: ({ name }) => errors.jobNotFound(name),
  systemData: onlyCreation,
  find: findJob,
  keep: filterJobs,
  beforePut(call, body, older) {
    if (older) return changedJob(older, body, call.at.apiVersion);
    if (call.context.store.get(deletedPath(call.name))) throw errors.jobNameUsed(call.name);
    return newJob(call, body);
  },
  async afterPut({ context }, job, older) {
    // The run has the same names and tags.
    if (older) await context.runs.submit(job);
    return older ? job : startStored(job, context);
  },
  present(job, { context, at, request }, when) {
    const shown = when === 'created' ? firstAnswer(job, request.body.properties.properties) : job;
    return presentJob(shown, context, at.apiVersion);
  },
  patch: { shape: jobPatch, change: patchedJob },
  beforeDelete(_call, job) {
    if (!hasEnded(job)) throw errors.jobActive(job.name, job.properties.status);
  },
  // Its run is still in run history, so the name stays taken.
  afterDelete: ({ context, name }) => void context.store.put(deletedPath(name), { properties: {} }),
  actions: { cancel },
  answers: {
    delete(call, existed) {
      if (existed) answerAccepted(call, 'jd');
      else call.response.status(204).end();
    },
  },
});

const stepResource = (name: string, systemData: Resource['systemData'], settings: ProviderContext['settings']) => ({
  id: `${workspaceArmId(settings)}/jobs/${name}`,
  name,
  type: 'Microsoft.MachineLearningServices/workspaces/jobs',
  systemData,
});

/** A job as `GET` answers it: with the addresses of its run. A step has no properties at all. */
export function presentJob(job: Resource, context: ProviderContext, apiVersion: string): Resource {
  if (!job.properties) return job;
  const services = { ...job.properties.services, ...jobServices(job, context) };
  const properties = jobAnswer({ ...job.properties, services }, apiVersion);
  return { ...job, properties, ...(isLocal(job.properties) && { systemData: {} as never }) };
}
