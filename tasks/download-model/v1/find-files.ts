import { versionOf } from '../../../lib/azureml/model-choice.ts';
import { type ModelFiles, openRegistryFiles, openWorkspaceFiles } from '../../../lib/azureml/model-files.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { getRegistry } from '../../../lib/azureml/registries.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { getNamedVersion } from '../../../lib/lineage/named-version.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { Inputs } from './inputs.ts';

/** The version that is meant, in the workspace or in the registry, with its files opened. @throws UserError */
export async function findFiles(
  workspace: Workspace,
  { modelName, version, registryName, run }: Inputs,
  { pipeline, clock }: Pick<Ports, 'pipeline' | 'clock'>,
): Promise<{ model: ModelVersion; files: ModelFiles }> {
  const ports = { onSecret: (secret: string) => pipeline.mask(secret), signal: pipeline.signal, clock };
  if (registryName === undefined) {
    const model = await getNamedVersion(workspace, modelName, version, run);
    return { model, files: await openWorkspaceFiles(workspace, model, ports) };
  }
  const registry = await getRegistry(workspace, registryName);
  const model = await getNamedVersion(registry, modelName, version, run);
  return { model, files: await openRegistryFiles(registry, modelName, versionOf(model), model, ports) };
}
