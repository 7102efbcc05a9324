import type { AzureRequest } from '../azure/client.ts';
import type { BatchEndpoint } from '../azureml/batch-endpoints.ts';
import type { ComponentSpec } from '../azureml/components.ts';
import { UserError } from '../core/errors.ts';
import { compact, contentHash, guidOf } from '../core/json.ts';
import type { Requirement } from '../plan/plan.ts';
import { type BoundInput, bindInputs } from './bind-inputs.ts';

export interface InvocationOptions {
  /** ARM path. */
  workspace: string;
  endpoint: BatchEndpoint;
  deploymentName: string;
  /** The component behind a pipeline deployment; undefined for a model. */
  component: ComponentSpec | undefined;
  inputs: Readonly<Record<string, string>>;
  /** What is the same when the task is retried, and nowhere else. */
  identity: string;
  jobName?: string | undefined;
  experimentName?: string | undefined;
}

/** The request that starts a job, and what has to be in the workspace for it. */
export interface PlannedInvocation {
  request: AzureRequest;
  requirements: Requirement[];
}

/** Types of inputs as the endpoints' own API spells them (azure-ai-ml `_schema/_deployment/batch/batch_job.py`). */
const INPUT_TYPES: Record<string, string> = {
  uri_file: 'UriFile',
  uri_folder: 'UriFolder',
  mltable: 'MLTable',
  custom_model: 'CustomModel',
  mlflow_model: 'MLFlowModel',
  triton_model: 'TritonModel',
};

/**
 * The invocation of a batch endpoint: `POST {scoringUri}`. The request id makes it repeat-safe: it is derived from the
 * run's identity, so a task that is retried gets the job of its first try (the header's spelling is azure-ai-ml's).
 * @throws UserError `EndpointNotReady`, `InputValuesInvalid`
 */
export function planInvocation(options: InvocationOptions): PlannedInvocation {
  const { endpoint, deploymentName, component } = options;
  const url = endpoint.properties.scoringUri;
  if (!url) {
    throw new UserError({
      code: 'EndpointNotReady',
      message: `The batch endpoint '${endpoint.name}' has no address yet.`,
      fix: 'Wait until it is created. If that failed, create it again.',
    });
  }
  const { inputs, requirements } = bindInputs(
    options.inputs,
    component && (component.inputs ?? {}),
    `deployment '${deploymentName}' of the batch endpoint '${endpoint.name}'`,
    options.workspace,
  );
  const properties = compact({
    inputData: Object.fromEntries([...inputs].map(([name, input]) => [name, jobInput(input)])),
    name: options.jobName,
    properties: options.experimentName === undefined ? undefined : { experimentName: options.experimentName },
  });
  const headers = {
    'azureml-model-deployment': deploymentName,
    'repeatability_request-id': guidOf(contentHash(options.identity)),
  };
  const from = `the scoringUri of the batch endpoint '${endpoint.name}'`;
  return { request: { method: 'POST', url, audience: 'ml', headers, body: { properties }, from }, requirements };
}

function jobInput(input: BoundInput): Record<string, string> {
  return input.kind === 'literal'
    ? { jobInputType: 'Literal', value: input.value }
    : { jobInputType: INPUT_TYPES[input.type]!, uri: input.uri };
}

/** What an invocation answers: the job that it started. */
export interface InvocationAnswer {
  name: string;
}
