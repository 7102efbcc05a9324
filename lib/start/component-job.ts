import type { ComponentVersion, DeclaredPort } from '../azureml/components.ts';
import { UserError } from '../core/errors.ts';
import { compact } from '../core/json.ts';
import { type Plan, putRequest } from '../plan/plan.ts';
import { type BoundInput, bindInputs } from './bind-inputs.ts';

export interface ComponentJobOptions {
  /** ARM path. */
  workspace: string;
  component: ComponentVersion;
  inputs: Readonly<Record<string, string>>;
  jobName: string;
  /** Default: the component's name. */
  experimentName?: string | undefined;
  tags: Readonly<Record<string, string>>;
  /** Properties of the job: where the run came from. */
  provenance: Readonly<Record<string, string>>;
  /** Compute of the steps that name none. */
  defaultCompute?: string | undefined;
}

/**
 * The plan of a job that runs a registered pipeline component: a `PUT` of a pipeline job with the component's id at its
 * root and no steps of its own.
 * @throws UserError `ComponentNotPipeline`, `InputValuesInvalid`
 */
export function planComponentJob(options: ComponentJobOptions): Plan {
  const { workspace, component, jobName } = options;
  const { spec, name, version } = component;
  if (spec.type !== 'pipeline') {
    throw new UserError({
      code: 'ComponentNotPipeline',
      message: `The component '${name}:${version}' is of type ${spec.type}; only a pipeline component is a job by itself.`,
      fix: 'Name a component of type pipeline, or write a job file whose step uses this one.',
    });
  }
  const { inputs, requirements } = bindInputs(
    options.inputs,
    spec.inputs ?? {},
    `component '${name}:${version}'`,
    workspace,
  );
  const compute = options.defaultCompute?.replace(/^azureml:/, '');
  const isName = compute !== undefined && compute !== 'serverless' && !compute.startsWith('/');
  if (isName) requirements.push({ kind: 'computes', name: compute, version: '', field: 'defaultCompute' });
  return {
    workspace,
    requirements,
    steps: [],
    warnings: [],
    main: {
      ...putRequest(`${workspace}/jobs/${jobName}`, {
        jobType: 'Pipeline',
        displayName: jobName,
        experimentName: options.experimentName ?? name,
        tags: options.tags,
        properties: options.provenance,
        componentId: component.id,
        inputs: Object.fromEntries([...inputs].map(([input, value]) => [input, jobInput(value)])),
        outputs: jobOutputs(spec.outputs ?? {}),
        settings: compact({ default_compute: isName ? `${workspace}/computes/${compute}` : compute }),
        jobs: {},
      }),
      mlToken: true,
    },
  };
}

function jobInput(input: BoundInput): Record<string, string> {
  return input.kind === 'literal'
    ? { jobInputType: 'literal', value: input.value }
    : { jobInputType: input.type, uri: input.uri };
}

/** The component's outputs become the job's, so that they can be found there; parameters are none. */
function jobOutputs(declared: Record<string, DeclaredPort>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declared)
      .filter(([, { type }]) => typeof type === 'string' && /^(uri_file|uri_folder|mltable|\w+_model)$/.test(type))
      .map(([name, { type }]) => [name, { jobOutputType: type }]),
  );
}
