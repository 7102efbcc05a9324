/** Submitting a job, and changing one that was submitted. */
import { isDeepStrictEqual } from 'node:util';
import type { Request, Response } from 'express';
import type { Resource } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import { checkAmlToken } from './aml-token.ts';
import type { ProviderContext } from './context.ts';
import { conflict, userError } from './errors.ts';
import { checkPipeline, requireCompute } from './pipeline-check.ts';
import { findAsset } from './references.ts';
import { anything, object, withTextMaps } from './shape.ts';
import { jobProperties } from './shapes/job.ts';

const envelope = object(
  { properties: anything },
  { id: anything, name: anything, type: anything, systemData: anything },
);
/** Fields of a job that may change after it was submitted; the rest is its definition. */
const mutable = ['tags', 'description', 'displayName', 'isArchived', 'services', 'properties', 'status'];

/** Checks the request's job, stores it and starts its run; nothing is stored when it can't run. */
export async function submitJob(request: Request, response: Response, context: ProviderContext): Promise<Resource> {
  const { resources, runs } = context;
  const name = checkName(String(request.params.name), 'name of a job');
  if (resources.get(`deletedJobs/${name}`)) throw conflict(`The name ${name} was used by a job that has been deleted.`);
  const given = checkedBody(request);
  await checkAmlToken(request, given, context);
  // Another request may have submitted it meanwhile.
  const other = resources.get(`jobs/${name}`);
  if (other) return changeJob(other, request, response, context);
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

/** Where a run's artifacts are; azure-ai-ml cuts this form, without `/paths/`, into datastore and folder. */
const defaultOutput = (name: string) => ({
  jobOutputType: 'uri_folder',
  mode: 'ReadWriteMount',
  uri: `azureml://datastores/workspaceartifactstore/ExperimentRun/dcid.${name}`,
});

/** Applies a second PUT; 409 when it would change the job's definition or a property it has. */
export function changeJob(
  older: Resource,
  request: Request,
  response: Response,
  { resources }: ProviderContext,
): Resource {
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
  const given = withTextMaps(request.body.properties, ['tags', 'properties', 'environmentVariables']);
  return given.trial ? { ...given, trial: withTextMaps(given.trial, ['environmentVariables']) } : given;
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
  // A job that names no compute runs on serverless compute.
  if (job.computeId) requireCompute(job.computeId, 'The job', context);
}
