/** The files that a deployment needs, fetched from the storage account into a folder of its own. */
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Blobs, Resource, ResourceStore } from '../../contracts.ts';
import { findAsset, type ReferenceContext } from '../arm/references.ts';
import type { AssetKind } from '../arm/shapes/assets.ts';

export interface FileContext extends ReferenceContext {
  blobs: Blobs;
  resources: ResourceStore;
  runs: { storageUri(uri: string): string | undefined };
}

/** Where the container has its files; variables of its environment say it. */
export interface DeploymentFiles {
  codeFolder: string;
  /** None for a deployment without a model. */
  modelFolder?: string;
}

/** `iris/1` of the model's id, as `AZUREML_MODEL_DIR` ends. */
export const modelPath = (id: string): string =>
  /\/models\/([^/]+)\/versions\/([^/]+)/i.exec(id)?.slice(1, 3).join('/') ??
  id.replace(/^azureml:/, '').replace(':', '/');

/** Name of the folder that holds the code below the container's root. */
export function codeFolderName(codeId: string | undefined, context: ReferenceContext): string {
  const uri: string | undefined = codeId && findAsset(codeId, 'codes', context)?.properties.codeUri;
  const last = uri && basename(new URL(uri).pathname.replace(/\/+$/, ''));
  return last || 'code';
}

/**
 * Fetches code and model below `root`, which takes the place of `/var/azureml-app`.
 * @throws an Error that says what could not be found
 */
export async function fetchFiles(
  root: string,
  { codeConfiguration, model }: Resource['properties'],
  context: FileContext,
): Promise<DeploymentFiles> {
  const codeId: string | undefined = codeConfiguration?.codeId;
  const codeFolder = join(root, codeFolderName(codeId, context));
  await mkdir(codeFolder, { recursive: true });
  if (codeId) await context.blobs.download(locate(codeId, 'codes', context), codeFolder);
  if (!model) return { codeFolder };
  const modelFolder = join(root, 'azureml-models', modelPath(model));
  await mkdir(modelFolder, { recursive: true });
  const from = locate(model, 'models', context);
  // A model keeps the name of its folder or file below the folder of its version.
  const path = from.path.replace(/\/+$/, '');
  const files = await context.blobs.download({ ...from, path }, join(modelFolder, basename(path) || 'model'));
  if (files === 0) throw new Error(`The model ${modelPath(model)} has no files.`);
  return { codeFolder, modelFolder };
}

function locate(id: string, kind: AssetKind, context: FileContext) {
  const properties = findAsset(id, kind, context)?.properties;
  const uri: string | undefined = properties?.codeUri ?? properties?.modelUri;
  const location = uri && context.blobs.locate(context.runs.storageUri(uri) ?? uri);
  if (!location) throw new Error(`Could not find asset with ID: ${id}`);
  return location;
}
