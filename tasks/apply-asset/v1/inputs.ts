import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { flag, matchingFiles, optional } from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';

export type Inputs = ReturnType<typeof readInputs>;

export function readInputs(inputs: TaskInputs) {
  return {
    target: readAzureTarget(inputs),
    /** Absolute paths. */
    files: matchingFiles(inputs, 'files'),
    overrides: parseOverrides(optional(inputs, 'overrides') ?? ''),
    allowUnknownFields: flag(inputs, 'allowUnknownFields', false),
    whatIf: flag(inputs, 'whatIf', false),
    /** Messages show paths relative to it. */
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
  };
}
