/** The pipeline that an invocation of a model's batch deployment runs: one step, which scores files. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Resource } from '../../contracts.ts';
import { modelPath } from '../online/files.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';
import { findAsset } from './references.ts';

type Json = Record<string, any>;

const program = fileURLToPath(new URL('../batch/score_files.py', import.meta.url));
/** Of a deployment that names none, as one of an MLflow model; the sandbox uses the Python of this machine anyway. */
const usualEnvironment = 'azureml:AzureML-sklearn-1.5@latest';
const outputName = 'score';

/**
 * `jobs` and `outputs` of the pipeline job.
 * @param given `properties` of the invocation: the first input that names files is scored
 */
export function scoringJob({ properties }: Resource, given: Json, context: ProviderContext): Json {
  const inputs = Object.entries((given.inputData ?? {}) as Record<string, Json>);
  const data = inputs.find(([, { uri }]) => uri !== undefined);
  if (!data) throw errors.inputMissing(inputs[0]?.[0] ?? 'InputData');
  const target = targetOf(Object.values((given.outputData ?? {}) as Record<string, Json>)[0], properties);
  // A path instead of a registered model is taken by the service, too.
  const modelId = String(properties.model.assetId ?? properties.model.path);
  const model = findAsset(modelId, 'models', context);
  if (!model) throw errors.referenceNotFound('model', modelId);
  const settings = settingsOf(properties, model, target.file);
  const step = {
    type: 'command',
    componentId: storeComponent(properties, context),
    computeId: properties.compute ?? 'serverless',
    environment_variables: { ...properties.environmentVariables, SANDBOX_BATCH_SETTINGS: JSON.stringify(settings) },
    inputs: {
      data: { job_input_type: 'literal', value: `\${{parent.inputs.${data[0]}}}` },
      model: { job_input_type: 'custom_model', uri: modelId },
    },
    outputs: { [outputName]: { type: 'literal', value: `\${{parent.outputs.${outputName}}}` } },
  };
  return { jobs: { batchscoring: step }, outputs: { [outputName]: { jobOutputType: 'uri_folder', ...target.folder } } };
}

/** Where predictions go: an invocation that names a file says with it the folder and the file's name. */
function targetOf({ uri, jobOutputType }: Json = {}, { outputFileName }: Json) {
  const usual = outputFileName ?? 'predictions.csv';
  if (uri === undefined) return { file: usual, folder: {} };
  if (String(jobOutputType).toLowerCase() !== 'urifile') return { file: usual, folder: { uri } };
  return { file: basename(uri), folder: { uri: uri.slice(0, -basename(uri).length) } };
}

function settingsOf(properties: Json, model: Resource, outputFileName: string): Json {
  const { miniBatchSize, retrySettings, errorThreshold, outputAction, codeConfiguration } = properties;
  const file = basename(String(model.properties.modelUri).replace(/\/+$/, '')) || 'model';
  return {
    scoringScript: codeConfiguration?.scoringScript ?? null,
    modelPath: `${modelPath(model.id)}/${file}`,
    miniBatchSize: miniBatchSize ?? 10,
    maxRetries: retrySettings?.maxRetries ?? 3,
    errorThreshold: errorThreshold ?? -1,
    outputAction: outputAction ?? 'AppendRow',
    outputFileName,
  };
}

/** Stores the step's component among the anonymous ones, and answers its id. */
function storeComponent({ codeConfiguration, environmentId }: Json, { resources }: ProviderContext): string {
  const componentSpec = {
    name: 'batchscoring',
    version: '1',
    type: 'command',
    command: `python3 -B "${program}" "\${{inputs.data}}" "\${{inputs.model}}" "\${{outputs.${outputName}}}"`,
    environment: environmentId ?? usualEnvironment,
    ...(codeConfiguration?.codeId && { code: codeConfiguration.codeId }),
    inputs: { data: { type: 'uri_folder' }, model: { type: 'custom_model' } },
    outputs: { [outputName]: { type: 'uri_folder' } },
  };
  const properties = { isAnonymous: true, isArchived: false, tags: {}, properties: {}, componentSpec };
  return resources.put(`components/azureml_anonymous/versions/${randomUUID()}`, { properties }).id;
}
