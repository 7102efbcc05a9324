/** Request bodies of `PUT jobs/{name}`: the job types of api-version 2026-05-01 with the fields that previews add. */

import {
  anything,
  type Check,
  duration,
  flag,
  integer,
  listOf,
  mapOf,
  name,
  number,
  object,
  oneOf,
  only,
  text,
  textual,
  union,
} from '../shape.ts';
import * as versions from '../versions.ts';
import * as limits from './limits.ts';

const preview = (apiVersion: string) => apiVersion.endsWith('preview');

const inputModes = oneOf('ReadOnlyMount', 'ReadWriteMount', 'Download', 'Direct', 'EvalMount', 'EvalDownload');
const outputModes = oneOf('ReadWriteMount', 'Upload', 'Direct');
const dataTypes = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'];

type Case = [Record<string, Check>, Record<string, Check>];
const sameForAll = (types: string[], shape: Case): Record<string, Case> =>
  Object.fromEntries(types.map((type) => [type, shape]));

/** `JobInput`. */
export const jobInput = union(
  'jobInputType',
  {
    literal: [{ value: name }, { description: text }],
    ...sameForAll(dataTypes, [
      { uri: name },
      { mode: inputModes, description: text, pathOnCompute: only(versions.outputDetails, text) },
    ]),
  },
  'JobInput',
);

/** `JobOutput`. */
export const jobOutput = union(
  'jobOutputType',
  sameForAll(dataTypes, [
    {},
    {
      uri: text,
      mode: outputModes,
      description: text,
      assetName: only(versions.assetName, text),
      assetVersion: only(versions.outputDetails, text),
      pathOnCompute: only(versions.outputDetails, text),
      autoDeleteSetting: only(versions.outputDetails, anything),
    },
  ]),
  'JobOutput',
);

const identity = union('identityType', {
  AMLToken: [{}, {}],
  Managed: [{}, { clientId: text, objectId: text, resourceId: text }],
  UserIdentity: [{}, {}],
});

const distribution = union('distributionType', {
  Mpi: [{}, { processCountPerInstance: integer }],
  PyTorch: [{}, { processCountPerInstance: integer }],
  TensorFlow: [{}, { parameterServerCount: integer, workerCount: integer }],
  Ray: [
    {},
    {
      address: text,
      dashboardPort: integer,
      headNodeAdditionalArgs: text,
      includeDashboard: flag,
      port: integer,
      workerNodeAdditionalArgs: text,
    },
  ],
});

const resources = object(
  {},
  {
    instanceCount: integer,
    instanceType: text,
    properties: mapOf(anything),
    dockerArgs: text,
    dockerArgsList: only(versions.dockerArgsList, listOf(text)),
    shmSize: text,
    locations: only(versions.locations, listOf(text)),
    maxInstanceCount: only(versions.locations, integer),
  },
);

const queueSettings = object(
  {},
  { jobTier: oneOf('Null', 'Spot', 'Basic', 'Standard', 'Premium'), priority: only(versions.locations, integer) },
);

const service = object(
  {},
  {
    jobServiceType: text,
    endpoint: text,
    port: integer,
    properties: mapOf(textual),
    nodes: union('nodesValueType', { All: [{}, {}] }),
    // Read-only, but present when a job that was read is put back.
    status: text,
    errorMessage: text,
  },
);

const webhook = union('webhookType', { AzureDevOps: [{}, { eventType: text }] });

const base: Record<string, Check> = {
  componentId: text,
  computeId: text,
  description: text,
  displayName: limits.displayName,
  experimentName: limits.experimentName,
  identity,
  isArchived: flag,
  notificationSetting: object(
    {},
    {
      emailOn: listOf(oneOf('JobCompleted', 'JobFailed', 'JobCancelled')),
      emails: listOf(text),
      webhooks: mapOf(webhook),
    },
  ),
  properties: limits.properties,
  services: mapOf(service),
  tags: limits.tags,
  parentJobName: only(versions.parentJobName, text),
  secretsConfiguration: only(versions.secretsConfiguration, anything),
  status: text,
};

const trial = object(
  { command: name, environmentId: name },
  { codeId: text, distribution, environmentVariables: mapOf(textual), resources },
);

const inputsAndOutputs = { inputs: mapOf(jobInput), outputs: mapOf(jobOutput) };

/** `JobBaseProperties`. */
export const jobProperties: Check = union(
  'jobType',
  {
    Command: [
      { command: name, environmentId: name },
      {
        ...base,
        ...inputsAndOutputs,
        codeId: text,
        distribution,
        environmentVariables: mapOf(textual),
        limits: union('jobLimitsType', { Command: [{}, { timeout: duration }] }),
        parameters: anything,
        queueSettings,
        resources,
        autologgerSettings: only(versions.locations, anything),
      },
    ],
    Pipeline: [{}, { ...base, ...inputsAndOutputs, jobs: mapOf(anything), settings: anything, sourceJobId: text }],
    Sweep: [
      {
        objective: object({ goal: oneOf('Minimize', 'Maximize'), primaryMetric: name }),
        samplingAlgorithm: union('samplingAlgorithmType', {
          Bayesian: [{}, {}],
          Grid: [{}, {}],
          Random: [{}, { rule: oneOf('Random', 'Sobol'), seed: integer, logbase: only(preview, text) }],
        }),
        searchSpace: mapOf(anything),
        trial,
      },
      {
        ...base,
        ...inputsAndOutputs,
        earlyTermination: union('policyType', {
          Bandit: [
            {},
            { delayEvaluation: integer, evaluationInterval: integer, slackAmount: number, slackFactor: number },
          ],
          MedianStopping: [{}, { delayEvaluation: integer, evaluationInterval: integer }],
          TruncationSelection: [
            {},
            { delayEvaluation: integer, evaluationInterval: integer, truncationPercentage: integer },
          ],
        }),
        limits: union('jobLimitsType', {
          Sweep: [
            {},
            { maxConcurrentTrials: integer, maxTotalTrials: integer, timeout: duration, trialTimeout: duration },
          ],
        }),
        queueSettings,
        resources: only(preview, resources),
        componentConfiguration: only(preview, anything),
      },
    ],
    AutoML: [
      { taskDetails: mapOf(anything) },
      {
        ...base,
        environmentId: text,
        environmentVariables: mapOf(textual),
        outputs: mapOf(jobOutput),
        queueSettings,
        resources,
      },
    ],
    Spark: [
      {
        codeId: name,
        entry: union('sparkJobEntryType', {
          SparkJobPythonEntry: [{ file: name }, {}],
          SparkJobScalaEntry: [{ className: name }, {}],
        }),
      },
      {
        ...base,
        ...inputsAndOutputs,
        archives: listOf(text),
        args: text,
        conf: mapOf(text),
        environmentId: text,
        environmentVariables: mapOf(textual),
        files: listOf(text),
        jars: listOf(text),
        pyFiles: listOf(text),
        queueSettings,
        resources: object({}, { instanceType: text, runtimeVersion: text }),
      },
    ],
  },
  'Job',
);
