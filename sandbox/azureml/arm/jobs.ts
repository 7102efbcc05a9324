/** Jobs: submit, read, list, change, cancel and delete. */
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { type Call, collection } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { changedJob, jobBody, newJob } from './job-writes.ts';
import { inView, withPairs } from './listing.ts';
import { answerAccepted, endedStatuses } from './operations.ts';
import { startStored } from './started-jobs.ts';

const hasEnded = (job: Resource | undefined): boolean => endedStatuses.includes(job?.properties.status);
const deletedPath = (name: string): string => `deletedJobs/${name}`;

function filterJobs({ request }: Call<WorkspaceContext>): (job: Resource) => boolean {
  const { jobType, tag, properties, assetName, scheduleId } = request.query;
  const filters = [
    inView(request, (job) => job.properties.isArchived === true),
    withPairs(tag, (job) => job.properties.tags),
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
  if (job || store.get(deletedPath(name)) || !runs.knows(name)) return job;
  return { ...stepResource(name, settings), properties: null as never };
}

async function cancel(call: Call<WorkspaceContext>, job: Resource): Promise<void> {
  const { store, runs } = call.context;
  if (hasEnded(job) || !(await runs.cancel(job.name))) {
    throw errors.jobEnded(job.name, store.get(call.path)?.properties.status);
  }
  answerAccepted(call, 'jc');
}

export const jobs = collection<WorkspaceContext>({
  path: 'jobs/:name',
  one: 'Job',
  names: { name: 'name of a job' },
  shape: jobBody,
  missing: ({ name, context }) => errors.jobNotFound(name, context.settings.workspaceName),
  find: findJob,
  keep: filterJobs,
  beforePut(call, body, older) {
    if (older) return changedJob(older, body);
    if (call.context.store.get(deletedPath(call.name))) throw errors.jobNameUsed(call.name);
    return newJob(call, body);
  },
  async afterPut({ context }, job, older) {
    // The run has the same names and tags.
    if (older) await context.runs.submit(job);
    return older ? job : startStored(job, context);
  },
  present: (job, { context }) => presentJob(job, context),
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

const stepResource = (name: string, settings: ProviderContext['settings']) => ({
  id: `${workspaceArmId(settings)}/jobs/${name}`,
  name,
  type: 'Microsoft.MachineLearningServices/workspaces/jobs',
});

/** A job as `GET` answers it: with the addresses of its run. */
export function presentJob(job: Resource, { settings, url }: ProviderContext): Resource {
  // A step has no properties.
  if (job.properties === null) return job;
  const workspace = workspaceArmId(settings);
  const service = (jobServiceType: string, endpoint: string) => ({
    jobServiceType,
    endpoint,
    port: null,
    status: null,
    errorMessage: null,
    properties: null,
    nodes: null,
  });
  const tracking = `azureml://${new URL(url).host}/mlflow/v1.0${workspace}?`;
  const studio = `https://ml.azure.localhost/runs/${job.name}?wsid=${workspace}&tid=${settings.tenantId}`;
  const services = { Tracking: service('Tracking', tracking), Studio: service('Studio', studio) };
  return { ...job, properties: { ...job.properties, services: { ...job.properties.services, ...services } } };
}
