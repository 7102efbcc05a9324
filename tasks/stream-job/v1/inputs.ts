import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { flag, required, seconds } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    cancelJob: flag(inputs, 'cancelJob', true),
    pollInterval: seconds(inputs, 'pollInterval', { least: 0.5, most: 60 }),
  };
}
