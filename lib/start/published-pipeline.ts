import type { AzureRequest } from '../azure/client.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { compact } from '../core/json.ts';

/** A published pipeline of the SDK v1, or an endpoint that leads to the default one of its versions. */
export interface PublishedPipeline {
  kind: 'pipeline' | 'endpoint';
  id: string;
}

/** Reads `<pipeline id>` or `endpoint:<endpoint id>`. @throws UserError `InputInvalid` */
export function parsePublishedPipeline(text: string): PublishedPipeline {
  const [, endpoint, id] = /^(endpoint:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(text) ?? [];
  if (id !== undefined) return { kind: endpoint ? 'endpoint' : 'pipeline', id };
  throw new UserError({
    code: 'InputInvalid',
    message: `it is '${text}', which is not the id of a published pipeline.`,
    fix: 'Write its id (a GUID), or endpoint: and the id of a pipeline endpoint.',
  });
}

export interface PipelineRunOptions {
  pipeline: PublishedPipeline;
  experimentName: string;
  /** Pipeline parameters; those that are left out keep their published values. */
  parameters: Readonly<Record<string, string>>;
  tags: Readonly<Record<string, string>>;
}

/**
 * Runs a published pipeline: `POST {api}/pipelines/v1.0/{workspace}/PipelineRuns/PipelineSubmit/{id}`, or
 * `PipelineEndpointSubmit/Id/{id}`, with a token for Azure Resource Manager. Every such request starts another run.
 */
export function planPipelineRun(
  workspace: Pick<Workspace, 'apiUrl' | 'path'>,
  { pipeline, experimentName, parameters, tags }: PipelineRunOptions,
): AzureRequest {
  const route = pipeline.kind === 'pipeline' ? 'PipelineSubmit' : 'PipelineEndpointSubmit/Id';
  return {
    method: 'POST',
    url: `${workspace.apiUrl}/pipelines/v1.0${workspace.path}/PipelineRuns/${route}/${pipeline.id}`,
    audience: 'arm',
    body: compact({
      ExperimentName: experimentName,
      Tags: Object.keys(tags).length > 0 ? tags : undefined,
      RunSource: 'API',
      ParameterAssignments: parameters,
    }),
  };
}

/** What the request answers. */
export interface PipelineRunAnswer {
  Id: string;
}
