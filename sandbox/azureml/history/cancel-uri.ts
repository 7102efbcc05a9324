/** Where a run can be cancelled; each kind of run has an address of its own. */
import type { AzureMlContext } from '../../contracts.ts';
import type { RunRecord } from './run.ts';

/** The address that `cancelUri` and `actionUris.Cancel` name; undefined for runs that the service does not execute. */
export function cancelUriOf(run: RunRecord, { url, settings }: AzureMlContext): string | undefined {
  const { subscriptionId, resourceGroup, workspaceName } = settings;
  const group = `subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const scope = `${group}/workspaces/${workspaceName}`;
  if (!run.managed) return undefined;
  if (run.runType === 'azureml.StepRun') return `${url}/studioservice/apiv2/${scope}/runs/${run.runId}/Cancel`;
  if (run.runType === 'azureml.PipelineRun')
    return `${url}/studioservice/api/${scope}/PipelineRuns/${run.runId}/cancel`;
  return `${url}/execution/v1.0/${group}/providers/Microsoft.MachineLearningServices/workspaces/${workspaceName}/experiments/${run.experimentName}/runId/${run.runId}/cancel`;
}
