import { oddAnswer } from '../azure/failures.ts';
import { type OperationPorts, sendAndFollow } from '../azure/operations.ts';
import type { AssetKind } from './ids.ts';
import type { Registry } from './registries.ts';
import { path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** An asset's version. */
export interface AssetName {
  kind: AssetKind;
  name: string;
  version: string;
}

/**
 * Asks a registry to copy a version from a workspace by itself: `POST {registry}/import`, what `az ml model share` does
 * (azure-ai-ml 1.35.2 `begin_import_method`). The answer may be empty, and the version may appear some time after it.
 */
export async function importAsset(
  registry: Registry,
  from: Workspace,
  source: AssetName,
  target: Pick<AssetName, 'name' | 'version'>,
  ports: OperationPorts,
): Promise<void> {
  const { kind, name, version } = source;
  const sourceAssetId = `azureml://locations/${from.location}/workspaces/${from.workspaceGuid}/${kind}/${name}/versions/${version}`;
  const body = {
    properties: {
      referenceType: 'Id',
      destinationName: target.name,
      destinationVersion: target.version,
      sourceAssetId,
    },
  };
  const request = requestTo(registry, 'POST', 'import', { body, repeatable: true, signal: ports.signal });
  await registry.client.send(request);
}

interface Reference {
  blobReferenceForConsumption?: { blobUri?: string; credential?: { sasUri?: string } };
}

/**
 * Where the files of a new version of a registry go: `PUT tempdatarefs/{name}/versions/{version}` opens a container, the same
 * one until the version is there; 409 when it is (recorded from the service).
 * @returns the container's address, and what opens it
 */
export async function openUpload(
  registry: Registry,
  { kind, name, version }: AssetName,
): Promise<{ containerUrl: string; token: string }> {
  const assetId = `azureml://registries/${registry.registryName}/${kind}/${name}/versions/${version}`;
  const body = { assetId, temporaryDataReferenceType: 'TemporaryBlobReference' };
  const request = requestTo(registry, 'PUT', path('tempdatarefs', name, 'versions', version), { body });
  const { body: answer, text } = await registry.client.send<Reference | undefined>(request);
  return containerOf(answer, request.url, 'PUT', text);
}

/**
 * Where the files of a new version of code of a workspace go: `POST {version}/startPendingUpload` (recorded from the service).
 * @returns the container's address, and what opens it
 */
export async function openPendingUpload(
  workspace: Workspace,
  { kind, name, version }: AssetName,
): Promise<{ containerUrl: string; token: string }> {
  const below = `${path(kind, name, 'versions', version)}/startPendingUpload`;
  const body = { pendingUploadType: 'TemporaryBlobReference' };
  const request = requestTo(workspace, 'POST', below, { body, repeatable: true });
  const { body: answer, text } = await workspace.client.send<Reference | undefined>(request);
  return containerOf(answer, request.url, 'POST', text);
}

function containerOf(
  answer: Reference | undefined,
  url: string,
  method: 'POST' | 'PUT',
  text: string,
): { containerUrl: string; token: string } {
  const { blobUri, credential } = answer?.blobReferenceForConsumption ?? {};
  if (!blobUri || !credential?.sasUri) throw oddAnswer(url, 'a sasUri', text, method);
  return { containerUrl: blobUri.replace(/\/$/, ''), token: credential.sasUri.replace(/^[^?]*\?/, '') };
}

/** `PUT {kind}/{name}/versions/{version}` of a registry, followed to its end on the registry's asset store; gives the version. */
export function putRegistryVersion<T>(
  registry: Registry,
  { kind, name, version }: AssetName,
  properties: object,
  ports: OperationPorts,
): Promise<T> {
  const request = requestTo(registry, 'PUT', path(kind, name, 'versions', version), {
    body: { properties },
    signal: ports.signal,
  });
  return sendAndFollow<T>(registry.client, request, ports);
}
