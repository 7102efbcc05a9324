import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { readFollowing } from '../../../lib/pipelines/follow-inputs.ts';
import { required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    jobName: required(inputs, 'jobName'),
    following: readFollowing(inputs),
  };
}
