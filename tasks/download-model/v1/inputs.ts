import { join } from 'node:path';
import { parseVersionChoice } from '../../../lib/azureml/model-choice.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { flag, optional, parsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  const modelName = required(inputs, 'modelName');
  return {
    target: readAzureTarget(inputs),
    modelName,
    version: parsed(inputs, 'modelVersion', parseVersionChoice, 'latest'),
    registryName: optional(inputs, 'registryName'),
    /** Absolute path. */
    folder: inputs.path('targetFolder') ?? join(workFolder(inputs), modelName.replace(/[^\w.-]/g, '_')),
    cleanFolder: flag(inputs, 'cleanFolder', false),
  };
}

/** Where a pipeline's or a release's artifacts go. */
function workFolder(inputs: TaskInputs): string {
  return inputs.variable('Pipeline.Workspace') ?? inputs.variable('System.ArtifactsDirectory') ?? process.cwd();
}
