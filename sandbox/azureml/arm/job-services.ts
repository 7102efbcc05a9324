/** The addresses of a job's run, which `services` of the job shows. */
import type { Resource, WorkspaceSettings } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
import { isLocal } from './shapes/job-answer.ts';

/** Address of a run in Studio. Clients add `&tid=`; the service does not. */
export function studioEndpoint(run: string, settings: WorkspaceSettings): string {
  const { subscriptionId, resourceGroup, workspaceName } = settings;
  return `https://ml.azure.localhost/runs/${run}?wsid=/subscriptions/${subscriptionId}/resourcegroups/${resourceGroup}/workspaces/${workspaceName}`;
}

/** MLflow's tracking URI of the workspace as jobs show it, with a question mark at its end. */
export const trackingEndpoint = (url: string, settings: WorkspaceSettings): string =>
  `azureml://${new URL(url).host}/mlflow/v1.0${workspaceArmId(settings)}?`;

const service = (jobServiceType: string, endpoint: string) => ({
  jobServiceType,
  port: null,
  endpoint,
  status: null,
  errorMessage: null,
  properties: null,
  nodes: null,
});

/** `Tracking` and `Studio`; a sweep has `Studio` alone, a job that its client runs has `Local`. */
export function jobServices(job: Resource, { settings, url }: { settings: WorkspaceSettings; url: string }): object {
  const { properties, name } = job;
  if (isLocal(properties)) {
    const start = `${url}/execution/v1.0${workspaceArmId(settings)}/experiments/${properties.experimentName}/startlocalrun`;
    return { Local: service('Local', `${start}?runId=${name}`) };
  }
  const tracking =
    properties.jobType === 'Sweep' ? {} : { Tracking: service('Tracking', trackingEndpoint(url, settings)) };
  return { ...tracking, Studio: service('Studio', studioEndpoint(name, settings)) };
}
