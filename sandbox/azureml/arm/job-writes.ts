/** Submitting a job, and changing one that was submitted. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource } from '../../contracts.ts';
import { checkAmlToken } from './aml-token.ts';
import type { Call, Draft } from './collection.ts';
import type { ProviderContext, WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { checkPipeline, requireCompute } from './pipeline-check.ts';
import { findAsset } from './references.ts';
import { envelope, withTextMaps } from './shape.ts';
import { jobProperties } from './shapes/job.ts';
import { jobAnswer } from './shapes/job-answer.ts';
import { defaultProperties } from './started-jobs.ts';

export const jobBody = envelope(jobProperties);

/** Fields of a job that may change after it was submitted; the rest is its definition. */
const mutable = ['tags', 'description', 'displayName', 'isArchived', 'services', 'properties', 'status'];

/** Checks a job that is submitted: what is stored of it before its run starts. */
export async function newJob({ context, request, name }: Call<WorkspaceContext>, body: Body): Promise<Draft> {
  const given = givenOf(body);
  await checkAmlToken(request, given, context);
  checkReferences(given, context);
  return {
    properties: {
      ...defaultProperties(name),
      ...withoutNulls(given),
      isArchived: given.isArchived === true,
      status: 'NotStarted',
    },
  };
}

/** Applies a second PUT; 409 when it would change the job's definition or a property it has. */
export function changedJob(older: Resource, body: Body, apiVersion: string): Draft {
  const given = givenOf(body);
  const read = jobAnswer(older.properties, apiVersion);
  for (const [field, value] of Object.entries(given)) {
    if (value === null || mutable.includes(field)) continue;
    if (![older.properties, read].some((one) => sameDefinition(field, value, one)))
      throw errors.jobChanged(older.name, field);
  }
  const properties = { ...older.properties.properties, ...given.properties };
  for (const [key, value] of Object.entries(older.properties.properties ?? {})) {
    if (given.properties && properties[key] !== value) throw errors.jobPropertyChanged(older.name, key);
  }
  const picked = ['tags', 'description', 'displayName', 'isArchived'].filter((field) => given[field] !== undefined);
  const changes = Object.fromEntries(picked.map((field) => [field, given[field]]));
  return { properties: { ...older.properties, ...changes, properties } };
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

type Body = Record<string, any>;

function givenOf(body: Body): Resource['properties'] {
  const given = withTextMaps(body.properties, ['tags', 'properties', 'environmentVariables']);
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
  // The compute is refused first.
  if (environmentId && !findAsset(environmentId, 'environments', context)) {
    throw errors.referenceNotFound('environment', environmentId);
  }
  if (codeId && !findAsset(codeId, 'codes', context)) throw errors.referenceNotFound('code', codeId);
  // A job that names no compute runs on serverless compute.
  if (job.computeId) requireCompute(job.computeId, context);
}
