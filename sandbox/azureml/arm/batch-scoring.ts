/** The job of an invoked model deployment: one step, `batchscoring`, that scores files with the deployment's script. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import type { ProviderContext } from './context.ts';

type Json = Record<string, any>;

const program = fileURLToPath(new URL('../execution/score_batch.py', import.meta.url));
const stepName = 'batchscoring';

/** `jobs` and `outputs` of the pipeline job. The parent has no outputs: clients read `score` of the step. */
export function scoringJob({ properties }: Resource, inputData: Json, context: ProviderContext): Json {
  const { codeConfiguration, compute } = properties;
  // An MLflow model without a script is scored by nothing here: the step fails and says why.
  if (!codeConfiguration?.codeId) return { jobs: { [stepName]: { type: 'parallel' } }, outputs: {} };
  const data = Object.entries(inputData as Record<string, Json>).filter(([, { uri }]) => uri !== undefined);
  const bindings = Object.fromEntries(data.map(([name]) => [name, `\${{parent.inputs.${name}}}`]));
  const model = modelInput(properties.model);
  const step = {
    type: 'command',
    componentId: componentOf(properties, Object.keys(bindings), context),
    ...(compute ? { computeId: compute } : {}),
    inputs: { ...bindings, ...(model ? { azureml_model: model } : {}) },
    environment_variables: properties.environmentVariables ?? {},
  };
  return { jobs: { [stepName]: step }, outputs: {} };
}

function modelInput(model: Json | null | undefined): Json | undefined {
  if (!model) return undefined;
  const { referenceType, assetId, datastoreId, path } = model;
  const place = `azureml://datastores/${String(datastoreId).split('/').at(-1)}/paths/${path}`;
  return { job_input_type: 'custom_model', uri: referenceType === 'Id' ? assetId : place };
}

/** The component that the step runs. Nobody sees it in a list, as with other components that have no name. */
function componentOf(properties: Json, inputs: readonly string[], { resources, settings }: ProviderContext): string {
  const { codeConfiguration, model, outputAction, outputFileName, miniBatchSize, errorThreshold } = properties;
  const option = (name: string, value: unknown): string =>
    value === undefined || value === null ? '' : ` --${name} "${value}"`;
  const command = [
    `python3 -B -u "${program}" --output "\${{outputs.score}}"`,
    option('script', codeConfiguration.scoringScript),
    model ? ' --model "${{inputs.azureml_model}}"' : '',
    option('file', outputFileName),
    option('action', outputAction),
    option('size', miniBatchSize),
    option('threshold', errorThreshold),
    ...inputs.map((name) => ` "\${{inputs.${name}}}"`),
  ].join('');
  const path = `components/${stepName}/versions/${randomUUID()}`;
  const componentSpec = {
    name: stepName,
    type: 'command',
    command,
    code: codeConfiguration.codeId,
    inputs: Object.fromEntries(
      [...inputs, ...(model ? ['azureml_model'] : [])].map((name) => [name, { type: inputType(name) }]),
    ),
    outputs: { score: { type: 'uri_folder' } },
  };
  resources.put(path, { properties: { isAnonymous: true, componentSpec } });
  return `${workspaceArmId(settings)}/${path}`;
}

const inputType = (name: string): string => (name === 'azureml_model' ? 'custom_model' : 'uri_folder');
