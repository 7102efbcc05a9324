import { MODEL_TYPES, type ModelType } from '../../../lib/azureml/models.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { choice, flag, optional, pairs, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    outputName: required(inputs, 'outputName'),
    step: optional(inputs, 'step'),
    modelName: required(inputs, 'modelName'),
    modelType: choice(inputs, 'modelType', Object.keys(MODEL_TYPES) as ModelType[], 'mlflow'),
    modelVersion: optional(inputs, 'modelVersion'),
    description: optional(inputs, 'description'),
    tags: pairs(inputs, 'tags'),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
  };
}
