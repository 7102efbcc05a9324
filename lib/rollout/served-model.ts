import { findModelVersion, listModelVersions, type ModelVersion } from '../azureml/models.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { UserError } from '../core/errors.ts';
import { isOfRun } from '../lineage/model-lineage.ts';
import type { PipelineRun } from '../lineage/pipeline-run.ts';

/** The model of a deployment. */
export interface ServedModel {
  /** ARM id, or `azureml://registries/...`; empty for a deployment without a model. */
  id: string;
  name: string;
  version: string;
  /** The version in the workspace; undefined for a registry's, and for a deployment without a model. */
  resource: ModelVersion | undefined;
}

/** Reads the model that the body of a deployment names. */
export async function servedModel(workspace: Workspace, id: string | undefined): Promise<ServedModel> {
  const [, name = '', version = ''] = /\/models\/([^/]+)\/versions\/([^/]+)$/i.exec(id ?? '') ?? [];
  const isOwn = id?.toLowerCase().startsWith(`${workspace.path.toLowerCase()}/`) ?? false;
  const resource = isOwn && name !== '' ? await findModelVersion(workspace, name, version) : undefined;
  return { id: id ?? '', name, version, resource };
}

/** Versions of a model among which that of this run is looked for. */
const RECENT_VERSIONS = 50;

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
  const found = (await listModelVersions(workspace, name, RECENT_VERSIONS)).find((version) => isOfRun(version, run));
  if (found) return `azureml:${name}:${found.name}`;
  throw new UserError({
    code: 'ModelNotRegistered',
    message: `This run (${run.number}) did not register a version of the model '${name}'.`,
    fix: 'Run AzureMLRegisterModel before, or name a version: churn:7 or churn@latest.',
  });
}
