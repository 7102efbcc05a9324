import { parseComponentReference } from '../../../lib/azureml/components.ts';
import { experimentName, jobName } from '../../../lib/azureml/names.ts';
import { parseOverrides } from '../../../lib/compiler/yaml/overrides.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { readAzureTarget } from '../../../lib/pipelines/azure-target.ts';
import { readFollowing } from '../../../lib/pipelines/follow-inputs.ts';
import {
  choice,
  flag,
  optional,
  optionallyParsed,
  pairs,
  parsed,
  required,
  requiredPath,
} from '../../../lib/pipelines/inputs.ts';
import type { TaskInputs } from '../../../lib/pipelines/pipeline.ts';
import { readPipelineRun } from '../../../lib/pipelines/pipeline-run.ts';
import { parsePublishedPipeline } from '../../../lib/start/published-pipeline.ts';

export type Inputs = ReturnType<typeof readInputs>;

/** What a job is made from. */
export type JobSource = ReturnType<typeof readSource>;

/** The source of one kind. */
export type SourceOf<K extends JobSource['kind']> = Extract<JobSource, { kind: K }>;

const SOURCES = ['jobFile', 'component', 'batchEndpoint', 'schedule', 'publishedPipeline'] as const;

/** Inputs that only some sources use. */
const USED_BY: Readonly<Record<string, readonly (typeof SOURCES)[number][]>> = {
  overrides: ['jobFile'],
  tags: ['jobFile', 'component', 'publishedPipeline'],
  jobName: ['jobFile', 'component', 'batchEndpoint'],
  experimentName: ['jobFile', 'component', 'batchEndpoint', 'publishedPipeline'],
};

export function readInputs(inputs: TaskInputs) {
  const source = readSource(inputs);
  return {
    target: readAzureTarget(inputs),
    source,
    /** Values of the job's inputs, by name. */
    inputs: readValues(inputs, source),
    experimentName: optionallyParsed(inputs, 'experimentName', experimentName),
    tags: pairs(inputs, 'tags'),
    jobName: optionallyParsed(inputs, 'jobName', jobName),
    whatIf: flag(inputs, 'whatIf', false),
    wait: flag(inputs, 'wait', false),
    /** What happens when this step has submitted a job in an earlier attempt of its stage. */
    onExisting: choice(inputs, 'onExisting', ['attach', 'new', 'fail'], 'attach'),
    following: readFollowing(inputs),
    run: readPipelineRun(inputs),
    /** Messages show paths relative to it. */
    sourcesFolder: inputs.variable('System.DefaultWorkingDirectory') ?? process.cwd(),
    /** Inputs that were given and that this source does not use. */
    unused: Object.entries(USED_BY)
      .filter(([name, users]) => !users.includes(source.kind) && inputs.text(name) !== undefined)
      .map(([name]) => name),
  };
}

function readSource(inputs: TaskInputs) {
  const kind = choice(inputs, 'source', SOURCES, 'jobFile');
  switch (kind) {
    case 'jobFile':
      return {
        kind,
        /** Absolute path. */
        file: requiredPath(inputs, 'jobFile'),
        overrides: parseOverrides(optional(inputs, 'overrides') ?? ''),
        allowUnknownFields: flag(inputs, 'allowUnknownFields', false),
      };
    case 'component':
      return {
        kind,
        component: parsed(inputs, 'component', parseComponentReference),
        defaultCompute: optional(inputs, 'defaultCompute'),
      };
    case 'batchEndpoint':
      return {
        kind,
        endpointName: required(inputs, 'endpointName'),
        deploymentName: optional(inputs, 'deploymentName'),
      };
    case 'schedule':
      return { kind, scheduleName: required(inputs, 'scheduleName') };
    case 'publishedPipeline':
      return { kind, pipeline: parsed(inputs, 'pipelineId', parsePublishedPipeline) };
  }
}

/** A schedule's job has its values already. */
function readValues(inputs: TaskInputs, { kind }: JobSource): Record<string, string> {
  const values = pairs(inputs, 'inputs');
  if (kind !== 'schedule' || Object.keys(values).length === 0) return values;
  throw new UserError({
    code: 'InputInvalid',
    message: 'The input inputs has values, but a schedule’s job runs with the schedule’s own values.',
    fix: 'Leave inputs empty, or change the schedule.',
  });
}
