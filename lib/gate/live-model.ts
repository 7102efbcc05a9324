import { findBatchEndpoint, getBatchDeployment } from '../azureml/batch-endpoints.ts';
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
 * The model that serves most of an endpoint's requests. Of deployments with the same share the first by name counts; of a batch
 * endpoint the default deployment.
 * @throws UserError `BaselineWithoutMetrics` when that is not a registered model that can be read
 */
export async function findLiveModel(workspace: Workspace, endpointName: string): Promise<LiveModel> {
  const endpoint = await findOnlineEndpoint(workspace, endpointName);
  if (!endpoint) return ofBatchEndpoint(workspace, endpointName);
  const [most, next] = Object.entries(endpoint.properties.traffic ?? {})
    .filter(([, percent]) => percent > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (!most) {
    const why = fill(messages.NoTraffic, { endpoint: endpointName });
    return { why, warnings: [why] };
  }
  const [deployment, percent] = most;
  // A container of its own names no model: it may serve anything.
  const id = (await findOnlineDeployment(workspace, endpointName, deployment))?.properties.model ?? '';
  const said = { deployment, endpoint: endpointName };
  const model = await modelOf(workspace, said, id);
  const isTie = next !== undefined && next[1] === percent;
  return {
    model,
    says: [
      isTie
        ? fill(messages.SameTraffic, { ...said, percent, other: next[0] })
        : fill(messages.MostTraffic, { ...said, percent }),
    ],
  };
}

/** Of a batch endpoint the default deployment gets what is sent. */
async function ofBatchEndpoint(workspace: Workspace, endpoint: string): Promise<LiveModel> {
  const batch = await findBatchEndpoint(workspace, endpoint);
  if (!batch) {
    const all = await Promise.all(['onlineEndpoints', 'batchEndpoints'].map((kind) => names(workspace, kind)));
    const known = didYouMean(endpoint, all.flat());
    const why = fill(messages.NoEndpoint, { endpoint, known });
    return { why, warnings: known === '' ? [] : [why] };
  }
  if (!batch.properties.defaults?.deploymentName) {
    const why = fill(messages.NoDefault, { endpoint });
    return { why, warnings: [why] };
  }
  const { name: deployment, properties } = await getBatchDeployment(workspace, batch, undefined);
  const model = await modelOf(workspace, { deployment, endpoint }, properties.model?.assetId ?? '');
  return { model, says: [fill(messages.DefaultDeployment, { deployment, endpoint })] };
}

/** @throws UserError `BaselineWithoutMetrics` */
async function modelOf(
  workspace: Workspace,
  said: { deployment: string; endpoint: string },
  id: string,
): Promise<NonNullable<LiveModel['model']>> {
  const model = await findModel(workspace, id);
  if (model) return model;
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
