/** Invoking a batch endpoint: its deployment's pipeline runs as a job. */
import { randomUUID } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';
import { azureMlAudience } from '../../connections.ts';
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { callerOf } from '../authentication.ts';
import { invocationPath } from './batch-endpoints.ts';
import { scoringJob } from './batch-scoring.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';
import { studioEndpoint, trackingEndpoint } from './job-services.ts';
import { findAsset } from './references.ts';
import { anything, mapOf, object, text, union } from './shape.ts';
import { startJob } from './started-jobs.ts';
import { systemDataOf } from './system-data.ts';

type Json = Record<string, any>;

/** Types of inputs and outputs, by their names in lower case. */
const dataTypes: Record<string, string> = {
  urifile: 'uri_file',
  urifolder: 'uri_folder',
  mltable: 'mltable',
  custommodel: 'custom_model',
  mlflowmodel: 'mlflow_model',
  tritonmodel: 'triton_model',
};
const ofAll = (fields: [Json, Json]): Record<string, [Json, Json]> =>
  Object.fromEntries(Object.keys(dataTypes).map((type) => [type, fields]));

const body = object({
  properties: object(
    {},
    {
      inputData: mapOf(
        union('jobInputType', {
          literal: [{ value: anything }, { description: text }],
          ...ofAll([{ uri: text }, { mode: text, description: text }]),
        }),
      ),
      outputData: mapOf(union('jobOutputType', ofAll([{}, { uri: text, mode: text }]))),
      name: text,
      properties: mapOf(text),
    },
  ),
});

/** The API of all batch endpoints, each below `/batch-inference/{endpoint}`. */
export function createBatchInvocations(context: ProviderContext): express.Router {
  const { resources } = context;
  const router = express.Router();
  router.use(invocationPath, requireMlToken);
  router.post(`${invocationPath}/:endpoint/jobs`, async (request, response) => {
    const endpoint = resources.get(`batchEndpoints/${request.params.endpoint}`);
    if (!endpoint) throw errors.resourceNotFound('Batch endpoint', request.params.endpoint);
    const given = lowerFirst(request.body) as Json;
    body(given, { path: '', apiVersion: '' });
    // The same id means the same invocation: the job that it started is answered again.
    const id = request.headers['repeatability_request-id'];
    const known = id === undefined ? undefined : resources.get(`batchInvocations/${id}`);
    const earlier = known && resources.get(`jobs/${known.properties.jobName}`);
    const job = earlier ?? (await invoke(endpoint, given.properties, request, response, context));
    if (id !== undefined) resources.put(`batchInvocations/${id}`, { properties: { jobName: job.name } });
    const deployment = String(
      request.headers['azureml-model-deployment'] ?? endpoint.properties.defaults?.deploymentName,
    );
    // `Location` names the deployment, not the job.
    const location = `${context.url}/mferp/managementfrontend${endpoint.id}/deployments/${deployment}?api-version=2020-09-01-dataplanepreview`;
    response.status(201).set({ 'azureml-model-deployment': deployment, Location: location });
    response.json(present(job, context, { given: given.properties, deployment }));
  });
  router.get(`${invocationPath}/:endpoint/jobs/:name`, (request, response) => {
    const job = resources.get(`jobs/${request.params.name}`);
    if (!job) throw errors.resourceNotFound('Job', request.params.name);
    response.json(present(job, context));
  });
  return router;
}

/** The jobs of an endpoint or of one of its deployments, newest first; relative to the workspace. */
export function createBatchJobs(context: ProviderContext): express.Router {
  const { resources } = context;
  const router = express.Router();
  const paths = ['/batchEndpoints/:endpoint/jobs', '/batchEndpoints/:endpoint/deployments/:deployment/jobs'];
  router.get(paths, (request, response) => {
    const { endpoint, deployment } = request.params as Record<string, string>;
    if (!resources.get(`batchEndpoints/${endpoint}`))
      throw errors.endpointNotFound(String(endpoint), context.settings.workspaceName);
    const started = resources
      .list('batchRuns')
      .filter(({ properties }) => properties.endpoint === endpoint)
      .filter(({ properties }) => deployment === undefined || properties.deployment === deployment);
    const jobs = started.map(({ name }) => resources.get(`jobs/${name}`)).filter((job) => job !== undefined);
    response.json({ value: jobs.reverse().map((job) => present(job, context)) });
  });
  return router;
}

interface Invocation {
  given: Json;
  deployment: string;
}

/** The job as the endpoint answers it: with the inputs as they were given, and a display name of its own as `name`. */
function present(job: Resource, { settings, url }: ProviderContext, invocation?: Invocation) {
  const { name, properties, systemData } = job;
  const workspace = workspaceArmId(settings);
  const endpoint = (jobEndpointType: string, address: string) => ({
    jobEndpointType,
    port: null,
    endpoint: address,
    properties: null,
  });
  const inputs = Object.entries((invocation?.given.inputData ?? {}) as Record<string, Json>).map(
    ([input, { jobInputType, ...value }]) => [input, { description: null, ...value, ...modeOf(value), jobInputType }],
  );
  return {
    id: `${workspace}/batchEndpoints//jobs/${name}`,
    name,
    type: 'Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs',
    properties: {
      provisioningState: 'Succeeded',
      inputData: Object.fromEntries(inputs),
      compute: {
        target: null,
        instanceCount: null,
        isLocal: false,
        location: null,
        instanceType: null,
        properties: null,
      },
      output: { datastoreId: null, path: null },
      status: invocation ? 'Preparing' : properties.status,
      interactionEndpoints: {
        Tracking: endpoint('Tracking', trackingEndpoint(url, settings)),
        Studio: endpoint('Studio', studioEndpoint(name, settings)),
      },
      tags: invocation ? { 'azureml.deploymentname': invocation.deployment } : (properties.tags ?? {}),
      properties: {
        'azureml.runLineageType': 'batchDeployment',
        'azureml.sourcepipelinerunid': name,
        ...properties.properties,
        runSource: 'BatchDeployment',
      },
      name: properties.displayName,
    },
    systemData: systemDataOf(job, ['createdAt', 'createdBy', 'lastModifiedAt', 'lastModifiedBy']) ?? systemData,
  };
}

const modeOf = ({ uri, mode }: Json) => (uri === undefined ? {} : { mode: mode ?? 'ReadOnlyMount' });

/** Endpoints take tokens for Azure ML's own audience, and only contributors may invoke. */
function requireMlToken(request: Request, response: Response, next: NextFunction): void {
  const { aud, role, appid } = callerOf(response);
  if (aud !== azureMlAudience) throw errors.audienceInvalid(aud, azureMlAudience);
  if (request.method !== 'GET' && role !== 'contributor') throw errors.invocationForbidden(appid);
  next();
}

async function invoke(
  endpoint: Resource,
  given: Json,
  request: Request,
  response: Response,
  context: ProviderContext,
): Promise<Resource> {
  const name = request.headers['azureml-model-deployment'] ?? endpoint.properties.defaults?.deploymentName;
  const deployment = context.resources.get(`batchEndpoints/${endpoint.name}/deployments/${name}`);
  if (!deployment) throw errors.endpointDeploymentNotFound(endpoint.name, name);
  const definition = {
    jobType: 'Pipeline',
    // A wished name is the display name; the run gets one of the service's own.
    displayName: given.name ?? `${endpoint.name}-${deployment.name}`,
    experimentName: given.properties?.experimentName ?? endpoint.name,
    inputs: mapInputs(given.inputData ?? {}),
    ...(deployment.properties.deploymentConfiguration?.componentId
      ? componentJob(deployment.properties.deploymentConfiguration, given, context)
      : scoringJob(deployment, given, context)),
  };
  const isComponent = deployment.properties.deploymentConfiguration?.componentId !== undefined;
  const run = isComponent ? randomUUID() : `batchjob-${randomUUID()}`;
  const job = await startJob(run, definition, context, callerOf(response).appid);
  context.resources.put(`batchRuns/${run}`, { properties: { endpoint: endpoint.name, deployment: deployment.name } });
  return job;
}

function componentJob({ componentId, settings }: Json, given: Json, context: ProviderContext): Json {
  const spec: Json = findAsset(componentId.assetId, 'components', context)?.properties.componentSpec ?? {};
  const declared: Json = spec.inputs ?? {};
  // Inputs that the component does not declare are taken and used by nothing.
  const missing = Object.entries(declared as Record<string, Json>).find(
    ([name, { optional, default: fallback }]) =>
      !given.inputData?.[name] && String(optional).toLowerCase() !== 'true' && fallback === undefined,
  );
  if (missing) throw errors.inputMissing(missing[0]);
  const outputs = Object.entries((spec.outputs ?? {}) as Record<string, Json>).map(([name, { type }]) => [
    name,
    { jobOutputType: type, ...(given.outputData?.[name]?.uri ? { uri: given.outputData[name].uri } : {}) },
  ]);
  return { componentId: componentId.assetId, jobs: {}, settings: settings ?? {}, outputs: Object.fromEntries(outputs) };
}

function mapInputs(inputData: Json): Json {
  return Object.fromEntries(
    Object.entries(inputData).map(([name, { jobInputType, value, uri }]) => {
      const type = dataTypes[String(jobInputType).toLowerCase()];
      return [name, type ? { jobInputType: type, uri } : { jobInputType: 'literal', value: String(value) }];
    }),
  );
}

/** Names may be written in camelCase (azure-ai-ml) or PascalCase (the service's documentation). Names of inputs stay. */
function lowerFirst(value: unknown, isMap = false): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = isMap ? key : key[0]!.toLowerCase() + key.slice(1);
      return [name, lowerFirst(item, !isMap && /^(inputData|outputData)$/.test(name))];
    }),
  );
}
