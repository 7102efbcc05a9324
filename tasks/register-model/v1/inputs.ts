import { MODEL_TYPES, type ModelType } from '../../../lib/azureml/models.ts';
import type { PipelineRun } from '../../../lib/lineage/pipeline-run.ts';
import {
  type AzureTarget,
  flag,
  oneOfInputs,
  pairs,
  readAzureTarget,
  required,
} from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';

export interface RegisterModelInputs {
  target: AzureTarget;
  jobName: string;
  outputName: string;
  step: string | undefined;
  modelName: string;
  modelType: ModelType;
  modelVersion: string | undefined;
  description: string | undefined;
  tags: Record<string, string>;
  whatIf: boolean;
  run: PipelineRun;
}

export function readInputs(inputs: TaskInputs): RegisterModelInputs {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    outputName: required(inputs, 'outputName'),
    step: inputs.text('step'),
    modelName: required(inputs, 'modelName'),
    modelType: oneOfInputs(inputs, 'modelType', Object.keys(MODEL_TYPES) as ModelType[], 'mlflow'),
    modelVersion: inputs.text('modelVersion'),
    description: inputs.text('description'),
    tags: pairs(inputs, 'tags'),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
  };
}
