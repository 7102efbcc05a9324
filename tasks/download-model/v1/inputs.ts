import { join } from 'node:path';
import { parseVersionChoice } from '../../../lib/azureml/model-choice.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { flag, optional, optionallyParsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  const modelName = required(inputs, 'modelName');
  return {
    target: readAzureTarget(inputs),
    modelName,
    version: optionallyParsed(inputs, 'modelVersion', parseVersionChoice) ?? ({ kind: 'ofRun' } as const),
    run: readPipelineRun(inputs),
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
