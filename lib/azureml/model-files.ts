import { type BlobFiles, openBlobFiles } from '../azure/blob-files.ts';
import { oddAnswer } from '../azure/failures.ts';
import type { StoragePorts, StorageSecret } from '../azure/storage.ts';
import { UserError } from '../core/errors.ts';
import { getBlobDatastore } from './datastores.ts';
import type { ModelVersion } from './models.ts';
import type { Registry } from './registries.ts';
import { path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** Where the files of a model are, opened. */
export interface ModelFiles {
  blobs: BlobFiles;
  /** Path of the folder or of the one file in the container, without a slash at its end. */
  root: string;
}

type Ports = Pick<StoragePorts, 'onSecret' | 'signal'>;

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
    const { containerUrl, accountName, secret } = await getBlobDatastore(workspace, inDatastore[1]!);
    const root = withoutSlash(inDatastore[2]!);
    if (secret.kind === 'identity') return { blobs: await openBlobFiles(containerUrl, [identity], storage), root };
    const stored = secret.kind === 'accountKey' ? { ...secret, accountName } : secret;
    return { blobs: await openBlobFiles(containerUrl, [stored, identity], storage), root };
  }
  const place = blobPlace(modelUri);
  const suffix = `.blob.${workspace.client.cloud.storageSuffix}`;
  if (!place?.host.endsWith(suffix)) throw elsewhere(model, `*${suffix}`);
  return { blobs: await openBlobFiles(place.container, [identity], storage), root: place.path };
}

interface DataReference {
  blobReferenceForConsumption?: { blobUri?: string; credential?: { sasUri?: string } };
}

/**
 * Opens the files of a version of a registry's model: `POST datarefs/{name}/versions/{version}` gives an address with a
 * signature that may read and list (recorded from the service). The address is asked for with the one that the version has
 * now, since the account differs from answer to answer.
 */
export async function openRegistryFiles(
  registry: Registry,
  name: string,
  version: string,
  model: ModelVersion,
  ports: Ports,
): Promise<ModelFiles> {
  const assetId = `azureml://registries/${registry.registryName}/models/${name}/versions/${version}`;
  const body = { assetId, blobUri: model.properties.modelUri };
  const request = requestTo(registry, 'POST', path('datarefs', name, 'versions', version), { body, repeatable: true });
  const { body: answer, text } = await registry.client.send<DataReference | undefined>(request);
  const { blobUri = body.blobUri, credential } = answer?.blobReferenceForConsumption ?? {};
  const place = blobPlace(blobUri);
  if (!place || !credential?.sasUri) throw oddAnswer(request.url, 'a sasUri', text, 'POST');
  const token = credential.sasUri.replace(/^[^?]*\?/, '');
  const storage = { ...ports, transport: registry.client.transport };
  return { blobs: await openBlobFiles(place.container, [{ kind: 'sas', token }], storage), root: place.path };
}

/** The container and the path in it of a blob's address. */
function blobPlace(uri: string): { host: string; container: string; path: string } | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const [, container = '', ...rest] = url.pathname.split('/');
  if (url.protocol !== 'https:' || container === '') return undefined;
  const path = withoutSlash(rest.map(decodeURIComponent).join('/'));
  return { host: url.host, container: `${url.origin}/${container}`, path };
}

function withoutSlash(text: string): string {
  return text.replace(/\/+$/, '');
}

function elsewhere({ id, properties }: ModelVersion, host: string): UserError {
  return new UserError({
    code: 'ModelFilesElsewhere',
    message: `The files of the model ${id} are at ${properties.modelUri.replace(/\?.*$/, '')}, which is neither in a datastore nor in a storage account of this cloud (${host}).`,
    fix: 'Register the model again from a datastore or from the output of a job.',
  });
}
