/** `runDefinition` of a run, which `rundata` shows: of a pipeline the job as the front end stored it, of a script its command. */
import type { AzureMlContext } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import type { RunRecord } from './run.ts';

type Json = Record<string, any>;

/** Numbers of the job output types. */
const outputTypes = ['uri_file', 'mltable', 'mlflow_model', 'uri_folder', 'triton_model', 'custom_model'];

/** The definition; null of runs that are neither. */
export function runDefinitionOf(context: AzureMlContext, run: RunRecord): object | null {
  const job = context.resources.get(`jobs/${run.runId}`)?.properties;
  if (job?.jobType === 'Pipeline') return pipelineDefinition(job);
  return run.command === undefined ? null : scriptDefinition(context, run);
}

function pipelineDefinition(job: Json): object {
  const outputs = Object.entries((job.outputs ?? {}) as Record<string, Json>).map(([name, output]) => [
    name,
    binding(output),
  ]);
  return {
    JobType: 'Pipeline',
    PipelineJobType: 'AzureML',
    Pipeline: null,
    ComputeId: job.computeId ?? null,
    RunId: null,
    Settings: job.settings ?? null,
    ComponentJobs: null,
    Inputs: null,
    Outputs: null,
    Bindings: null,
    Jobs: job.jobs ?? null,
    InputBindings: null,
    OutputBindings: outputs.length > 0 ? Object.fromEntries(outputs) : null,
    SourceJobId: null,
    ProvisioningState: 'Succeeded',
    ParentJobName: null,
    DisplayName: job.displayName,
    ExperimentName: job.experimentName,
    Status: 'NotStarted',
    InteractionEndpoints: null,
    Identity: null,
    Compute: null,
    Priority: null,
    Output: null,
    IsArchived: false,
    Schedule: null,
    ComponentId: job.componentId ?? null,
    NotificationSetting: null,
    SecretsConfiguration: null,
    Description: job.description ?? null,
    Tags: job.tags ?? {},
    Properties: {},
  };
}

const binding = ({ uri, mode, jobOutputType, assetName, assetVersion }: Json) => ({
  DatastoreId: null,
  PathOnDatastore: null,
  PathOnCompute: null,
  Description: null,
  Uri: uri ?? null,
  Mode: mode ?? 'ReadWriteMount',
  AssetUri: null,
  IsAssetJobOutput: true,
  JobOutputType: Math.max(0, outputTypes.indexOf(jobOutputType)),
  AssetName: assetName ?? null,
  AssetVersion: assetVersion ?? null,
  AutoDeleteSetting: null,
});

function scriptDefinition({ settings }: AzureMlContext, run: RunRecord): object {
  const outputs = Object.entries(run.outputUris).map(([name, path]) => [name, outputData(name, path)]);
  const componentIdentifier = `azureml:${workspaceArmId(settings)}/id/${settings.workspaceId}/components/id/${run.properties['azureml.moduleid']}`;
  return {
    script: null,
    command: run.command,
    target: run.target ?? null,
    outputData: Object.fromEntries(outputs),
    ...(run.componentName && { componentConfiguration: { componentIdentifier } }),
  };
}

const outputData = (name: string, path: string) => ({
  outputLocation: { dataset: null, dataPath: null, uri: { path, isFile: false }, type: 'UriFolder' },
  mechanism: 'Upload',
  additionalOptions: {
    pathOnCompute: null,
    registrationOptions: { name: null, description: null, tags: null, datasetRegistrationOptions: null },
    uploadOptions: null,
    mountOptions: null,
  },
  environmentVariableName: `AZURE_ML_OUTPUT_${name}`,
});
