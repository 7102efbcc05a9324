import { findNewestVersionWith } from '../azureml/model-choice.ts';
import { findModelVersion, type ModelVersion } from '../azureml/models.ts';
import { getRegistry } from '../azureml/registries.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { isOfRun } from '../lineage/model-lineage.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';
import type { Plan } from '../plan/plan.ts';

/** The model of a deployment. */
export interface ServedModel {
  /** ARM id, or `azureml://registries/...`; empty for a deployment without a model. */
  id: string;
  name: string;
  version: string;
  /** The version in its workspace or registry; undefined for one that does not exist yet, and for a deployment without a model. */
  resource: ModelVersion | undefined;
  /** The deployment's plan creates this version from files. */
  isBroughtAlong: boolean;
}

/** Reads the model that the body of a deployment names. */
export async function servedModel(workspace: Workspace, { main, steps }: Plan): Promise<ServedModel> {
  const { model } = (main.body as { properties: { model?: string | { assetId: string } } }).properties;
  const id = (typeof model === 'object' ? model.assetId : model) ?? '';
  const [, name = '', version = ''] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  const resource = name === '' ? undefined : await findIn(workspace, id, name, version);
  const isBroughtAlong = steps.some((step) => step.kind === 'model' && step.request.path === id);
  return { id, name, version, resource, isBroughtAlong };
}

async function findIn(
  workspace: Workspace,
  id: string,
  name: string,
  version: string,
): Promise<ModelVersion | undefined> {
  const registry = /^azureml:\/\/registries\/([^/]+)\//i.exec(id)?.[1];
  if (registry) return findModelVersion(await getRegistry(workspace, registry), name, version);
  const isOwn = id.toLowerCase().startsWith(`${workspace.path.toLowerCase()}/`);
  return isOwn ? findModelVersion(workspace, name, version) : undefined;
}

/**
 * What the input `model` refers to, as a deployment's file would: `churn@registered` is the version that this pipeline run
 * registered.
 * @throws UserError `ModelNotRegistered`
 */
export async function modelReference(workspace: Workspace, written: string, run: PipelineRun): Promise<string> {
  const own = /^(?:azureml:)?([^:@/]+)@registered$/.exec(written);
  if (!own)
    return /^[^:@/\\]+[:@][^/\\]+$/.test(written) && !written.startsWith('azureml:') ? `azureml:${written}` : written;
  const name = own[1]!;
  const found = await findNewestVersionWith(workspace, name, (version) => isOfRun(version, run));
  if (found) return `azureml:${name}:${found.name}`;
  throw new UserError({
    code: 'ModelNotRegistered',
    message: `This run (${run.number}) did not register a version of the model '${name}'.`,
    fix: 'Run AzureMLRegisterModel before, or name a version: churn:7 or churn@latest.',
  });
}
