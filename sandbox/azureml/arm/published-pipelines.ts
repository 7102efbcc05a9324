/** One published pipeline of the SDK v1, to run what still uses them: a pipeline endpoint leads to it too. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import { callerOf } from '../authentication.ts';
import { requireRole, requireScope } from './access.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';
import { anything, mapOf, object, text } from './shape.ts';
import { startJob } from './started-jobs.ts';

export const publishedPipelineId = '5ab0c1de-0000-4000-8000-0000000000c1';
export const pipelineEndpointId = '5ab0c1de-0000-4000-8000-0000000000c2';

/** Its parameters with their published values. */
const parameters: Record<string, string> = { message: 'hello' };
const component = 'components/azureml_anonymous/versions/5ab0c1de-0000-4000-8000-0000000000c3';

const root =
  '/pipelines/v1.0/subscriptions/:subscription/resourceGroups/:resourceGroup/providers/Microsoft.MachineLearningServices/workspaces/:workspace';

const body = object(
  { ExperimentName: text },
  {
    Description: text,
    DisplayName: text,
    Tags: mapOf(text),
    RunSource: text,
    RunType: text,
    ParameterAssignments: mapOf(text),
    DataSetDefinitionValueAssignments: anything,
    DataPathAssignments: anything,
  },
);

/** `POST .../PipelineRuns/PipelineSubmit/{id}` and `POST .../PipelineRuns/PipelineEndpointSubmit/Id/{id}`. */
export function createPublishedPipelines(context: ProviderContext): express.Router {
  const { settings, resources } = context;
  const router = express.Router();
  const known: Record<string, string> = {
    PipelineSubmit: publishedPipelineId,
    'PipelineEndpointSubmit/Id': pipelineEndpointId,
  };
  for (const [route, id] of Object.entries(known)) {
    router.post(
      `${root}/PipelineRuns/${route}/:id`,
      requireScope(settings, 'workspaces', settings.workspaceName),
      requireRole(''),
      async (request, response) => {
        if (request.params.id !== id) throw errors.pipelineNotFound(String(request.params.id));
        body(request.body, { path: '', apiVersion: '' });
        const { ExperimentName, Tags = {}, ParameterAssignments = {} } = request.body;
        // Assumption: the service refuses what the pipeline doesn't declare.
        const unknown = Object.keys(ParameterAssignments).find((name) => !Object.hasOwn(parameters, name));
        if (unknown !== undefined) throw errors.pipelineParameterUnknown(unknown);
        const { id: componentId } = resources.get(component) ?? resources.put(component, greeting);
        const job = await startJob(
          randomUUID(),
          pipelineJob(componentId, { ExperimentName, Tags, values: { ...parameters, ...ParameterAssignments } }),
          context,
          callerOf(response).appid,
        );
        response.json({ Id: job.name, ExperimentName, Status: { StatusCode: 'NotStarted' } });
      },
    );
  }
  return router;
}

const greeting = {
  properties: {
    isAnonymous: true,
    isArchived: false,
    properties: {},
    tags: {},
    componentSpec: {
      name: 'azureml_anonymous',
      type: 'command',
      command: 'echo $' + '{{inputs.message}}',
      environment: 'azureml://registries/azureml/environments/sklearn-1.5/labels/latest',
      inputs: { message: { type: 'string' } },
    },
  },
};

interface Submitted {
  ExperimentName: string;
  Tags: Record<string, string>;
  values: Record<string, string>;
}

const pipelineJob = (componentId: string, { ExperimentName, Tags, values }: Submitted) => ({
  jobType: 'Pipeline',
  experimentName: ExperimentName,
  tags: Tags,
  settings: { default_compute: 'cpu-cluster' },
  inputs: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { jobInputType: 'literal', value }])),
  outputs: {},
  jobs: {
    greet: {
      type: 'command',
      display_name: 'Greet',
      componentId,
      inputs: { message: { job_input_type: 'literal', value: '$' + '{{parent.inputs.message}}' } },
    },
  },
});
