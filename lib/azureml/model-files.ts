import { type BlobFiles, openBlobFiles } from '../azure/blob-files.ts';
import { oddAnswer } from '../azure/failures.ts';
import type { StoragePorts, StorageSecret } from '../azure/storage.ts';
import { UserError } from '../core/errors.ts';
import { getBlobDatastore, getSignature } from './datastores.ts';
import type { ModelVersion } from './models.ts';
import type { Registry } from './registries.ts';
import type { AssetName } from './registry-writes.ts';
import { path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** Where the files of a model are, opened. */
export interface ModelFiles {
  blobs: BlobFiles;
  /** Path of the folder or of the one file in the container, without a slash at its end. */
  root: string;
}

type Ports = Omit<StoragePorts, 'transport'>;

/**
 * Opens the blobs of a datastore: with what it stores, else with the connection's own identity.
 * @param container address of another container of the same account
 */
export async function openDatastoreFiles(
  workspace: Workspace,
  name: string,
  ports: Ports,
  container?: string,
): Promise<{ blobs: BlobFiles; containerUrl: string }> {
  const { client } = workspace;
  const { containerUrl: own, accountName, secret } = await getBlobDatastore(workspace, name);
  const containerUrl = container ?? own;
  const identity: StorageSecret = { kind: 'identity', credential: client.credential };
  const stored: StorageSecret[] =
    secret.kind === 'identity'
      ? []
      : secret.kind === 'accountKey'
        ? [{ ...secret, accountName }]
        : [{ ...secret, renew: async () => (await getSignature(workspace, name)) ?? secret.token }];
  const [first = identity, ...others] = [...stored, identity];
  const blobs = await openBlobFiles(containerUrl, [first, ...others], { ...ports, transport: client.transport });
  return { blobs, containerUrl };
}

/**
 * Opens the files of a version of a workspace's model: in a datastore, or at the https address of a blob.
 * @throws UserError `DatastoreNotSupported`, `HostNotTrusted`, `ModelFilesElsewhere`
 */
export async function openWorkspaceFiles(workspace: Workspace, model: ModelVersion, ports: Ports): Promise<ModelFiles> {
  const { modelUri } = model.properties;
  const storage = { ...ports, transport: workspace.client.transport };
  const identity: StorageSecret = { kind: 'identity', credential: workspace.client.credential };
  const inDatastore = /^azureml:\/\/(?:.*\/)?datastores\/([^/]+)\/paths\/(.*)$/i.exec(modelUri);
  if (inDatastore) {
    if (!isOfWorkspace(modelUri, workspace)) throw elsewhere(model, workspace.label);
    const { blobs } = await openDatastoreFiles(workspace, inDatastore[1]!, ports);
    return { blobs, root: withoutSlash(inDatastore[2]!) };
  }
  const place = blobPlace(modelUri);
  const suffix = `.blob.${workspace.client.cloud.storageSuffix}`;
  if (!place?.host.endsWith(suffix)) throw elsewhere(model, `*${suffix}`);
  return { blobs: await openBlobFiles(place.container, [identity], storage), root: place.path };
}

/** A long URI names its workspace; the short one, and one with only a part of it, mean the workspace of the model. */
function isOfWorkspace(uri: string, { ids }: Workspace): boolean {
  const named =
    /^azureml:\/\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/(?:providers\/[^/]+\/)?workspaces\/([^/]+)\//i;
  const found = named.exec(uri)?.slice(1).join('/');
  const own = `${ids.subscriptionId}/${ids.resourceGroup}/${ids.workspaceName}`;
  return found === undefined || found.toLowerCase() === own.toLowerCase();
}

interface DataReference {
  blobReferenceForConsumption?: { blobUri?: string; credential?: { sasUri?: string } };
}

/**
 * Opens the files of a version of a registry's model: `POST datarefs/{name}/versions/{version}` gives an address with a
 * signature that may read and list (recorded from the service). The address is asked for with the one that the version has
 * now, since the account differs from answer to answer.
 */
export function openRegistryFiles(
  registry: Registry,
  name: string,
  version: string,
  model: ModelVersion,
  ports: Ports,
): Promise<ModelFiles> {
  return openReferenced(registry, { kind: 'models', name, version }, model.properties.modelUri, ports);
}

/** The same for any kind of asset. @param uri its address as the version has it now */
async function openReferenced(
  registry: Registry,
  { kind, name, version }: AssetName,
  uri: string,
  ports: Ports,
): Promise<ModelFiles> {
  const assetId = `azureml://registries/${registry.registryName}/${kind}/${name}/versions/${version}`;
  const body = { assetId, blobUri: uri };
  const request = requestTo(registry, 'POST', path('datarefs', name, 'versions', version), { body, repeatable: true });
  const refer = async (): Promise<{ blobUri: string; token: string }> => {
    const { body: answer, text } = await registry.client.send<DataReference | undefined>(request);
    const { blobUri = body.blobUri, credential } = answer?.blobReferenceForConsumption ?? {};
    if (!credential?.sasUri) throw oddAnswer(request.url, 'a sasUri', text, 'POST');
    return { blobUri, token: credential.sasUri.replace(/^[^?]*\?/, '') };
  };
  const { blobUri, token } = await refer();
  const place = blobPlace(blobUri);
  if (!place) throw oddAnswer(request.url, 'the address of a blob', blobUri, 'POST');
  const secret: StorageSecret = { kind: 'sas', token, renew: async () => (await refer()).token };
  const storage = { ...ports, transport: registry.client.transport };
  return { blobs: await openBlobFiles(place.container, [secret], storage), root: place.path };
}

/** A version of code, as far as it is copied. */
export interface CodeVersion {
  properties: { codeUri: string; properties?: Record<string, string> | null };
}

/**
 * Opens the files of a version of code: of a registry as those of a model, of a workspace in a container of their own beside that of
 * the default datastore, with whose secret azure-ai-ml opens it (`CodeOperations.download`).
 */
export async function openCodeFiles(
  root: Workspace | Registry,
  { name, version }: Pick<AssetName, 'name' | 'version'>,
  { properties: { codeUri } }: CodeVersion,
  ports: Ports,
): Promise<ModelFiles> {
  if ('registryName' in root) return openReferenced(root, { kind: 'codes', name, version }, codeUri, ports);
  const place = blobPlace(codeUri);
  const suffix = `.blob.${root.client.cloud.storageSuffix}`;
  if (!place?.host.endsWith(suffix))
    throw new UserError({
      code: 'ModelFilesElsewhere',
      message: `The files of the code ${name} version ${version} are not in a storage account that the connection may use (*${suffix}).`,
      fix: 'Register the component in the target from its file, with AzureMLApplyAsset.',
    });
  const { blobs } = await openDatastoreFiles(root, 'workspaceblobstore', ports, place.container);
  return { blobs, root: place.path };
}

/** The container and the path in it of a blob's address. */
function blobPlace(uri: string): { host: string; container: string; path: string } | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const [, container = '', ...rest] = url.pathname.split('/');
  if (url.protocol !== 'https:' || container === '') return undefined;
  const path = withoutSlash(rest.map(decoded).join('/'));
  return { host: url.host, container: `${url.origin}/${container}`, path };
}

/** Percent encoding undone; a malformed one stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

function elsewhere({ id, properties }: ModelVersion, host: string): UserError {
  return new UserError({
    code: 'ModelFilesElsewhere',
    message: `The files of the model ${id} are at ${properties.modelUri.replace(/\?.*$/, '')}, which is neither in a datastore of its workspace nor in a storage account that it may use (${host}).`,
    fix: 'Register the model again from a datastore or from the output of a job.',
  });
}
