/** Request bodies of `PUT jobs/{name}`: the job types of api-version 2026-05-01 with the fields that previews add. */

import type { Check } from '../shape.ts';
import * as shape from '../shape.ts';
import * as versions from '../versions.ts';
import * as limits from './limits.ts';

const inputModes = shape.oneOf('ReadOnlyMount', 'ReadWriteMount', 'Download', 'Direct', 'EvalMount', 'EvalDownload');
const outputModes = shape.oneOf('ReadWriteMount', 'Upload', 'Direct');
const dataTypes = ['uri_file', 'uri_folder', 'mltable', 'custom_model', 'mlflow_model', 'triton_model'];

type Case = [Record<string, Check>, Record<string, Check>];
const sameForAll = (types: string[], fields: Case): Record<string, Case> =>
  Object.fromEntries(types.map((type) => [type, fields]));

/** `JobInput`. */
export const jobInput = shape.union(
  'jobInputType',
  {
    literal: [{ value: shape.name }, { description: shape.text }],
    ...sameForAll(dataTypes, [
      { uri: shape.name },
      { mode: inputModes, description: shape.text, pathOnCompute: shape.only(versions.pathOnCompute, shape.text) },
    ]),
  },
  'JobInput',
);

/** `JobOutput`. */
export const jobOutput = shape.union(
  'jobOutputType',
  sameForAll(dataTypes, [
    {},
    {
      uri: shape.text,
      mode: outputModes,
      description: shape.text,
      assetName: shape.only(versions.assetName, shape.text),
      assetVersion: shape.only(versions.assetVersion, shape.text),
      pathOnCompute: shape.only(versions.pathOnCompute, shape.text),
      autoDeleteSetting: shape.only(versions.outputAutoDelete, shape.anything),
    },
  ]),
  'JobOutput',
);

const identity = shape.union('identityType', {
  AMLToken: [{}, {}],
  Managed: [{}, { clientId: shape.text, objectId: shape.text, resourceId: shape.text }],
  UserIdentity: [{}, {}],
});

const distribution = shape.union('distributionType', {
  Mpi: [{}, { processCountPerInstance: shape.integer }],
  PyTorch: [{}, { processCountPerInstance: shape.integer }],
  TensorFlow: [{}, { parameterServerCount: shape.integer, workerCount: shape.integer }],
  Ray: [
    {},
    {
      address: shape.text,
      dashboardPort: shape.integer,
      headNodeAdditionalArgs: shape.text,
      includeDashboard: shape.flag,
      port: shape.integer,
      workerNodeAdditionalArgs: shape.text,
    },
  ],
});

const resources = shape.object(
  {},
  {
    instanceCount: shape.integer,
    instanceType: shape.text,
    properties: shape.mapOf(shape.anything),
    dockerArgs: shape.text,
    dockerArgsList: shape.only(versions.dockerArgsList, shape.listOf(shape.text)),
    shmSize: shape.text,
    locations: shape.only(versions.locations, shape.listOf(shape.text)),
    maxInstanceCount: shape.only(versions.locations, shape.integer),
  },
);

const queueSettings = shape.object(
  {},
  {
    jobTier: shape.oneOf('Null', 'Spot', 'Basic', 'Standard', 'Premium'),
    priority: shape.only(versions.locations, shape.integer),
  },
);

const service = shape.object(
  {},
  {
    jobServiceType: shape.text,
    endpoint: shape.text,
    port: shape.integer,
    properties: shape.mapOf(shape.textual),
    nodes: shape.union('nodesValueType', { All: [{}, {}] }),
    // Read-only, but present when a job that was read is put back.
    status: shape.text,
    errorMessage: shape.text,
  },
);

const webhook = shape.union('webhookType', { AzureDevOps: [{}, { eventType: shape.text }] });

const base: Record<string, Check> = {
  componentId: shape.text,
  computeId: shape.text,
  description: shape.text,
  displayName: limits.displayName,
  experimentName: limits.experimentName,
  identity,
  isArchived: shape.flag,
  notificationSetting: shape.object(
    {},
    {
      emailOn: shape.listOf(shape.oneOf('JobCompleted', 'JobFailed', 'JobCancelled')),
      emails: shape.listOf(shape.text),
      webhooks: shape.mapOf(webhook),
    },
  ),
  properties: limits.properties,
  services: shape.mapOf(service),
  tags: limits.tags,
  parentJobName: shape.only(versions.parentJobName, shape.text),
  secretsConfiguration: shape.only(versions.secretsConfiguration, shape.anything),
  status: shape.text,
};

const trial = shape.object(
  { command: shape.name, environmentId: shape.name },
  { codeId: shape.text, distribution, environmentVariables: shape.mapOf(shape.textual), resources },
);

const inputsAndOutputs = { inputs: shape.mapOf(jobInput), outputs: shape.mapOf(jobOutput) };

/** `JobBaseProperties`. */
export const jobProperties: Check = shape.union(
  'jobType',
  {
    Command: [
      { command: shape.name, environmentId: shape.name },
      {
        ...base,
        ...inputsAndOutputs,
        codeId: shape.text,
        distribution,
        environmentVariables: shape.mapOf(shape.textual),
        limits: shape.union('jobLimitsType', { Command: [{}, { timeout: shape.duration }] }),
        parameters: shape.anything,
        queueSettings,
        resources,
        autologgerSettings: shape.only(versions.locations, shape.anything),
      },
    ],
    Pipeline: [
      {},
      {
        ...base,
        ...inputsAndOutputs,
        jobs: shape.mapOf(shape.anything),
        settings: shape.anything,
        sourceJobId: shape.text,
      },
    ],
    Sweep: [
      {
        objective: shape.object({ goal: shape.oneOf('Minimize', 'Maximize'), primaryMetric: shape.name }),
        samplingAlgorithm: shape.union('samplingAlgorithmType', {
          Bayesian: [{}, {}],
          Grid: [{}, {}],
          Random: [
            {},
            {
              rule: shape.oneOf('Random', 'Sobol'),
              seed: shape.integer,
              logbase: shape.only(versions.isPreview, shape.text),
            },
          ],
        }),
        searchSpace: shape.mapOf(shape.anything),
        trial,
      },
      {
        ...base,
        ...inputsAndOutputs,
        earlyTermination: shape.union('policyType', {
          Bandit: [
            {},
            {
              delayEvaluation: shape.integer,
              evaluationInterval: shape.integer,
              slackAmount: shape.number,
              slackFactor: shape.number,
            },
          ],
          MedianStopping: [{}, { delayEvaluation: shape.integer, evaluationInterval: shape.integer }],
          TruncationSelection: [
            {},
            { delayEvaluation: shape.integer, evaluationInterval: shape.integer, truncationPercentage: shape.integer },
          ],
        }),
        limits: shape.union('jobLimitsType', {
          Sweep: [
            {},
            {
              maxConcurrentTrials: shape.integer,
              maxTotalTrials: shape.integer,
              timeout: shape.duration,
              trialTimeout: shape.duration,
            },
          ],
        }),
        queueSettings,
        resources: shape.only(versions.isPreview, resources),
        componentConfiguration: shape.only(versions.isPreview, shape.anything),
      },
    ],
    AutoML: [
      { taskDetails: shape.mapOf(shape.anything) },
      {
        ...base,
        environmentId: shape.text,
        environmentVariables: shape.mapOf(shape.textual),
        outputs: shape.mapOf(jobOutput),
        queueSettings,
        resources,
      },
    ],
    Spark: [
      {
        codeId: shape.name,
        entry: shape.union('sparkJobEntryType', {
          SparkJobPythonEntry: [{ file: shape.name }, {}],
          SparkJobScalaEntry: [{ className: shape.name }, {}],
        }),
      },
      {
        ...base,
        ...inputsAndOutputs,
        archives: shape.listOf(shape.text),
        args: shape.text,
        conf: shape.mapOf(shape.text),
        environmentId: shape.text,
        environmentVariables: shape.mapOf(shape.textual),
        files: shape.listOf(shape.text),
        jars: shape.listOf(shape.text),
        pyFiles: shape.listOf(shape.text),
        queueSettings,
        resources: shape.object({}, { instanceType: shape.text, runtimeVersion: shape.text }),
      },
    ],
  },
  'Job',
);
