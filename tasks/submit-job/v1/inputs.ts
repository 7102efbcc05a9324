import { type ComponentReference, parseComponentReference } from '../../../lib/azureml/components.ts';
import { type Override, parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { UserError } from '../../../lib/core/errors.ts';
import type { PipelineRun } from '../../../lib/lineage/pipeline-run.ts';
import {
  type AzureTarget,
  flag,
  oneOfInputs,
  pairs,
  readAzureTarget,
  required,
  requiredPath,
} from '../../../lib/pipelines/azure-target.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { type PublishedPipeline, parsePublishedPipeline } from '../../../lib/start/published-pipeline.ts';

/** What a job is made from. */
export type JobSource =
  | { kind: 'jobFile' /** Absolute path. */; file: string; overrides: Override[]; allowUnknownFields: boolean }
  | { kind: 'component'; component: ComponentReference; defaultCompute: string | undefined }
  | { kind: 'batchEndpoint'; endpointName: string; deploymentName: string | undefined }
  | { kind: 'schedule'; scheduleName: string }
  | { kind: 'publishedPipeline'; pipeline: PublishedPipeline };

/** The source of one kind. */
export type SourceOf<K extends JobSource['kind']> = Extract<JobSource, { kind: K }>;

export interface SubmitJobInputs {
  target: AzureTarget;
  source: JobSource;
  /** Values of the job's inputs, by name. */
  inputs: Record<string, string>;
  experimentName: string | undefined;
  tags: Record<string, string>;
  jobName: string | undefined;
  whatIf: boolean;
  run: PipelineRun;
  /** Messages show paths relative to it. */
  sourcesFolder: string;
  /** Inputs that were given and that this source does not use. */
  unused: string[];
}

const SOURCES = ['jobFile', 'component', 'batchEndpoint', 'schedule', 'publishedPipeline'] as const;

/** Inputs that only some sources use. */
const USED_BY: Readonly<Record<string, readonly JobSource['kind'][]>> = {
  overrides: ['jobFile'],
  tags: ['jobFile', 'component', 'publishedPipeline'],
  jobName: ['jobFile', 'component', 'batchEndpoint'],
  experimentName: ['jobFile', 'component', 'batchEndpoint', 'publishedPipeline'],
};

export function readInputs(inputs: TaskInputs): SubmitJobInputs {
  const source = readSource(inputs);
  const values = pairs(inputs, 'inputs');
  if (source.kind === 'schedule' && Object.keys(values).length > 0) {
    throw new UserError({
      code: 'InputInvalid',
      message: 'The input inputs has values, but a schedule runs its job as it is.',
      fix: 'Leave inputs empty, or change the schedule.',
      docs: 'tasks/submit-job',
    });
  }
  return {
    target: readAzureTarget(inputs),
    source,
    inputs: values,
    experimentName: inputs.text('experimentName'),
    tags: pairs(inputs, 'tags'),
    jobName: inputs.text('jobName'),
    whatIf: flag(inputs, 'whatIf', false),
    run: readPipelineRun(inputs),
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
    unused: Object.entries(USED_BY)
      .filter(([name, users]) => !users.includes(source.kind) && inputs.text(name) !== undefined)
      .map(([name]) => name),
  };
}

function readSource(inputs: TaskInputs): JobSource {
  const kind = oneOfInputs(inputs, 'source', SOURCES, 'jobFile');
  switch (kind) {
    case 'jobFile':
      return {
        kind,
        file: requiredPath(inputs, 'jobFile'),
        overrides: parseOverrides(inputs.text('overrides') ?? ''),
        allowUnknownFields: flag(inputs, 'allowUnknownFields', false),
      };
    case 'component':
      return {
        kind,
        component: parseComponentReference(required(inputs, 'component')),
        defaultCompute: inputs.text('defaultCompute'),
      };
    case 'batchEndpoint':
      return {
        kind,
        endpointName: required(inputs, 'endpointName'),
        deploymentName: inputs.text('deploymentName'),
      };
    case 'schedule':
      return { kind, scheduleName: required(inputs, 'scheduleName') };
    case 'publishedPipeline':
      return { kind, pipeline: parsePublishedPipeline(required(inputs, 'pipelineId')) };
  }
}
