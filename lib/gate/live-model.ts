import { findModelVersion, type ModelVersion } from '../azureml/models.ts';
import { findOnlineDeployment, findOnlineEndpoint } from '../azureml/online-reads.ts';
import { openRegistry } from '../azureml/registries.ts';
import { names } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { didYouMean } from '../core/words.ts';
import { messages } from './messages.ts';

interface LiveModel {
  model?: { name: string; version: ModelVersion };
  why?: FilledMessage;
  says?: FilledMessage[];
  warnings?: FilledMessage[];
}

/**
 * The model that serves most of an endpoint's requests. Of deployments with the same share the first by name counts.
 * @throws UserError `BaselineWithoutMetrics` when that is not a registered model that can be read
 */
export async function findLiveModel(workspace: Workspace, endpointName: string): Promise<LiveModel> {
  const endpoint = await findOnlineEndpoint(workspace, endpointName);
  if (!endpoint) {
    const known = didYouMean(endpointName, await names(workspace, 'onlineEndpoints'));
    const why = fill(messages.NoEndpoint, { endpoint: endpointName, known });
    return { why, warnings: known === '' ? [] : [why] };
  }
  const [most] = Object.entries(endpoint.properties.traffic ?? {})
    .filter(([, percent]) => percent > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (!most) {
    const why = fill(messages.NoTraffic, { endpoint: endpointName });
    return { why, warnings: [why] };
  }
  const [deployment, percent] = most;
  // A container of its own names no model: it may serve anything.
  const id = (await findOnlineDeployment(workspace, endpointName, deployment))?.properties.model ?? '';
  const model = await findModel(workspace, id);
  const said = { deployment, endpoint: endpointName };
  if (model) return { model, says: [fill(messages.MostTraffic, { ...said, percent })] };
  throw new UserError({
    code: 'BaselineWithoutMetrics',
    message:
      id === ''
        ? fill(messages.DeploymentWithoutModel, said)
        : fill(messages.DeploymentElsewhere, { ...said, model: id, workspace: workspace.ids.workspaceName }),
    fix: fill(messages.DeploymentModelFix),
  });
}

/** The model version of an id: ARM's of this workspace, `azureml:name:version`, or `azureml://registries/.../models/n/versions/v`. */
async function findModel(workspace: Workspace, id: string): Promise<LiveModel['model']> {
  const short = /^azureml:([^:/]+):([^:/]+)$/.exec(id);
  const [, name, version] = short ?? /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  if (!name || !version) return undefined;
  const registryName = /^azureml:\/\/registries\/([^/]+)\//.exec(id)?.[1];
  const root = registryName ? await openRegistry(workspace, registryName) : workspace;
  const isElsewhere = !registryName && !short && !id.toLowerCase().includes(`${workspace.path.toLowerCase()}/`);
  if (!root || isElsewhere) return undefined;
  const found = await findModelVersion(root, name, version);
  // A registry calls the version by the model's name.
  return found && { name, version: { ...found, name: version } };
}
