/** Routes of jobs: submit, read, list, change, cancel and delete. */
import express, { type Request, type Response } from 'express';
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { apiVersionOf } from './access.ts';
import type { ProviderContext } from './context.ts';
import { notFound, userError } from './errors.ts';
import { changeJob, submitJob } from './job-writes.ts';
import { answerPage, inView, withPairs } from './listing.ts';

const ended = ['Completed', 'Failed', 'Canceled'];

/** Routes relative to the workspace. */
export function createJobs(context: ProviderContext): express.Router {
  const { resources, runs, url, settings } = context;
  const router = express.Router();
  const found = (name: string): Resource => {
    const job = resources.get(`jobs/${name}`);
    if (!job) throw notFound(`Job ${name} was not found in the workspace ${settings.workspaceName}.`);
    return job;
  };
  /** 202 with the place where the operation's end can be asked. */
  const accepted = (request: Request, response: Response, kind: string, name: string) => {
    const results = `/subscriptions/${settings.subscriptionId}/providers/Microsoft.MachineLearningServices/locations/${settings.location}/mfeOperationResults`;
    const location = `${url}${results}/${kind}:${settings.workspaceId}:${name}?api-version=${apiVersionOf(request)}`;
    response.status(202).set({ Location: location, 'Retry-After': '1' }).end();
  };

  router.get('/jobs', (request, response) => {
    const { jobType, tag, properties, assetName, scheduleId } = request.query;
    const listed = resources
      .list('jobs')
      .filter(inView(request, (job) => job.properties.isArchived === true))
      .filter(withPairs(tag, (job) => job.properties.tags))
      .filter(withPairs(properties, (job) => job.properties.properties))
      .filter((job) => jobType === undefined || job.properties.jobType === jobType)
      .filter((job) => assetName === undefined || JSON.stringify(job.properties.outputs).includes(String(assetName)))
      // No job of the sandbox comes from a schedule.
      .filter(() => scheduleId === undefined)
      .map((job) => presentJob(job, context));
    response.json(answerPage(request, url, listed));
  });
  router.get('/jobs/:name', (request, response) => {
    const { name } = request.params;
    // A step of a pipeline is a job without properties here; clients then ask run history (azure-ai-ml, entities/_job/job.py).
    const isStep = !resources.get(`jobs/${name}`) && !resources.get(`deletedJobs/${name}`) && runs.knows(name);
    if (isStep) response.json({ ...stepResource(name, settings), properties: null });
    else response.json(presentJob(found(name), context));
  });
  router.put('/jobs/:name', async (request, response) => {
    const older = resources.get(`jobs/${request.params.name}`);
    const stored = older ? changeJob(older, request, response, context) : await submitJob(request, response, context);
    // The run has the same names and tags.
    if (older) await runs.submit(stored);
    response.status(older ? 200 : 201).json(presentJob(stored, context));
  });
  router.post('/jobs/:name/cancel', async (request, response) => {
    const job = found(request.params.name);
    if (ended.includes(job.properties.status) || !(await runs.cancel(job.name))) {
      throw userError(`Job ${job.name} has the status ${found(job.name).properties.status} and cannot be canceled.`);
    }
    accepted(request, response, 'jc', job.name);
  });
  router.delete('/jobs/:name', (request, response) => {
    const job = resources.get(`jobs/${request.params.name}`);
    if (!job) {
      response.status(204).end();
      return;
    }
    if (!ended.includes(job.properties.status)) {
      throw userError(`Job ${job.name} has the status ${job.properties.status}; cancel it before deleting it.`);
    }
    resources.delete(`jobs/${job.name}`);
    // Its run is still in run history, so the name stays taken.
    resources.put(`deletedJobs/${job.name}`, { properties: {} });
    accepted(request, response, 'jd', job.name);
  });
  return router;
}

/** `GET .../mfeOperationResults/{operation}`: 202 until the job has ended, then 200. */
export function createOperationResults({ resources }: ProviderContext): express.Router {
  const router = express.Router();
  router.get(
    '/subscriptions/:subscription/providers/Microsoft.MachineLearningServices/locations/:location/mfeOperationResults/:operation',
    (request, response) => {
      const [kind, , name = ''] = request.params.operation.split(':');
      const status = resources.get(`jobs/${name}`)?.properties.status;
      if (kind !== 'jc' || status === undefined || ended.includes(status)) {
        response.status(200).end();
        return;
      }
      response
        .status(202)
        .set({ Location: locationOf(request), 'Retry-After': '1' })
        .end();
    },
  );
  return router;
}

const locationOf = (request: Request): string => `https://${request.headers.host}${request.originalUrl}`;

const stepResource = (name: string, settings: ProviderContext['settings']) => ({
  id: `${workspaceArmId(settings)}/jobs/${name}`,
  name,
  type: 'Microsoft.MachineLearningServices/workspaces/jobs',
});

/** A job as `GET` answers it: with the addresses of its run. */
export function presentJob(job: Resource, { settings, url }: ProviderContext): Resource {
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
