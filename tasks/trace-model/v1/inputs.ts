import { parseTraceStart } from '../../../lib/lineage/trace-start.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { flag, optionallyParsed, parsed, required } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    from: parsed(inputs, 'from', parseTraceStart),
    /** The same as it was written. */
    written: required(inputs, 'from'),
    compareTo: optionallyParsed(inputs, 'compareTo', parseTraceStart),
    addBuildTags: flag(inputs, 'addBuildTags', true),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
  };
}
