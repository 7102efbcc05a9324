import type { RunContext } from '../../../lib/lineage/run-context.ts';
import { type AzureTarget, flag, pairs, readAzureTarget, requiredPath } from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readRunContext } from '../../../lib/pipelines/run-context.ts';
import { type Override, parseOverrides } from '../../../lib/spec/overrides.ts';

export interface SubmitJobInputs {
  target: AzureTarget;
  /** Absolute path. */
  jobFile: string;
  overrides: Override[];
  experimentName: string | undefined;
  tags: Record<string, string>;
  jobName: string | undefined;
  whatIf: boolean;
  context: RunContext;
  /** Messages show paths relative to it. */
  sourcesFolder: string;
}

export function readInputs(inputs: TaskInputs): SubmitJobInputs {
  return {
    target: readAzureTarget(inputs),
    jobFile: requiredPath(inputs, 'jobFile'),
    overrides: parseOverrides(inputs.text('overrides') ?? ''),
    experimentName: inputs.text('experimentName'),
    tags: pairs(inputs, 'tags'),
    jobName: inputs.text('jobName'),
    whatIf: flag(inputs, 'whatIf', false),
    context: readRunContext(inputs),
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
  };
}
