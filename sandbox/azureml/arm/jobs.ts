/** Jobs: submit, read, list, change, cancel and delete. */
import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type Response } from 'express';
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import { checkAmlToken } from './aml-token.ts';
import { conflict, notFound, userError } from './errors.ts';
import { answerPage, inView, withPairs } from './listing.ts';
import { checkPipeline, requireCompute } from './pipeline-check.ts';
import type { ProviderContext } from './provider.ts';
import { findAsset } from './references.ts';
import { anything, object, withTextMaps } from './shape.ts';
import { jobProperties } from './shapes/job.ts';

const ended = ['Completed', 'Failed', 'Canceled'];
const envelope = object(
  { properties: anything },
  { id: anything, name: anything, type: anything, systemData: anything },
);
/** Fields of a job that may change after it was submitted; the rest is its definition. */
const mutable = ['tags', 'description', 'displayName', 'isArchived', 'services', 'properties', 'status'];

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

async function submitJob(request: Request, response: Response, context: ProviderContext): Promise<Resource> {
  const { resources, runs } = context;
  const name = checkName(String(request.params.name), 'name of a job');
  if (resources.get(`deletedJobs/${name}`)) throw conflict(`The name ${name} was used by a job that has been deleted.`);
  const given = checkedBody(request);
  await checkAmlToken(request, given, context);
  checkReferences(given, context);
  const job = resources.put(
    `jobs/${name}`,
    {
      properties: {
        description: null,
        tags: {},
        properties: {},
        displayName: name,
        experimentName: 'Default',
        ...withoutNulls(given),
        isArchived: given.isArchived === true,
        status: 'NotStarted',
        outputs: { ...given.outputs, default: defaultOutput(name) },
      },
    },
    callerOf(response).appid,
  );
  try {
    await runs.submit(job);
  } catch (error) {
    resources.delete(`jobs/${name}`);
    throw userError((error as Error).message);
  }
  return resources.get(`jobs/${name}`) ?? job;
}

const stepResource = (name: string, settings: ProviderContext['settings']) => ({
  id: `${workspaceArmId(settings)}/jobs/${name}`,
  name,
  type: 'Microsoft.MachineLearningServices/workspaces/jobs',
});

/** Where a run's artifacts are; azure-ai-ml cuts this form, without `/paths/`, into datastore and folder. */
const defaultOutput = (name: string) => ({
  jobOutputType: 'uri_folder',
  mode: 'ReadWriteMount',
  uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${name}`,
});

function changeJob(older: Resource, request: Request, response: Response, { resources }: ProviderContext): Resource {
  const given = checkedBody(request);
  for (const [field, value] of Object.entries(given)) {
    if (value === null || mutable.includes(field)) continue;
    if (!sameDefinition(field, value, older.properties)) {
      throw conflict(`Job ${older.name} already exists; its '${field}' cannot be changed.`);
    }
  }
  const properties = { ...older.properties.properties, ...given.properties };
  for (const [key, value] of Object.entries(older.properties.properties ?? {})) {
    if (given.properties && properties[key] !== value) {
      throw conflict(`The property '${key}' of job ${older.name} cannot be changed; properties can only be added.`);
    }
  }
  const picked = ['tags', 'description', 'displayName', 'isArchived'].filter((field) => given[field] !== undefined);
  const changes = Object.fromEntries(picked.map((field) => [field, given[field]]));
  return resources.put(
    `jobs/${older.name}`,
    { properties: { ...older.properties, ...changes, properties } },
    callerOf(response).appid,
  );
}

function sameDefinition(field: string, value: unknown, older: Resource['properties']): boolean {
  if (field !== 'outputs') return isDeepStrictEqual(clean(value), clean(older[field] ?? emptyLike(value)));
  // The service fills in the uri of an output, and adds `default`.
  return Object.entries(value as Record<string, Record<string, unknown>>).every(([name, output]) => {
    const known = older.outputs?.[name];
    if (known === undefined) return false;
    return Object.entries(clean(output) as object).every(([key, item]) => isDeepStrictEqual(item, known[key]));
  });
}

const emptyLike = (value: unknown): unknown => (typeof value === 'object' && !Array.isArray(value) ? {} : null);

/** The value without fields that are null, which serializers add. */
function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, clean(item)]));
}

function checkedBody(request: Request): Resource['properties'] {
  const apiVersion = apiVersionOf(request);
  envelope(request.body, { path: '', apiVersion });
  jobProperties(request.body.properties, { path: 'properties', apiVersion });
  return withTextMaps(request.body.properties);
}

const withoutNulls = (given: Resource['properties']): Resource['properties'] =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));

function checkReferences(job: Resource['properties'], context: ProviderContext): void {
  if (job.jobType === 'Pipeline') {
    checkPipeline(job, context);
    return;
  }
  const definition = job.jobType === 'Sweep' ? job.trial : job;
  const { codeId, environmentId } = definition;
  if (environmentId && !findAsset(environmentId, 'environments', context)) {
    throw userError(`The environment '${environmentId}' does not exist.`, 'environmentId');
  }
  if (codeId && !findAsset(codeId, 'codes', context)) throw userError(`The code '${codeId}' does not exist.`, 'codeId');
  if (job.computeId) requireCompute(job.computeId, 'The job', context);
  else if (!job.resources?.instanceType && job.jobType === 'Command') {
    throw userError("The job has neither 'computeId' nor 'resources.instanceType'.", 'computeId');
  }
}

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
