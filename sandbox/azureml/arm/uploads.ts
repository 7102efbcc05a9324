/** `startPendingUpload`: where a client puts the files of an asset version before it creates the version. */
import { randomUUID } from 'node:crypto';
import type { ResourceStore } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';
import * as errors from './errors.ts';
import { object, oneOf, text } from './shape.ts';
import type { AssetKind } from './shapes/assets.ts';

const requestShape = object({}, { pendingUploadId: text, pendingUploadType: oneOf('None', 'TemporaryBlobReference') });

/** What an upload starts from. */
export interface UploadContext {
  resources: ResourceStore;
  blobs: BlobAccount;
  subscriptionId: string;
  resourceGroup: string;
}

/** The answer of `startPendingUpload`. */
interface PendingUpload {
  blobReferenceForConsumption: {
    blobUri: string;
    storageAccountArmId: string;
    credential: { credentialType: 'SAS'; sasUri: string };
  };
  pendingUploadId: string;
  pendingUploadType: 'None';
}

/**
 * The container and a fresh SAS for it. Until the version is created, every call for it answers the same container, so
 * that a retried upload finds what it already wrote.
 */
export async function startPendingUpload(
  asset: { kind: AssetKind; name: string; version: string },
  body: unknown,
  apiVersion: string,
  { resources, blobs, subscriptionId, resourceGroup }: UploadContext,
): Promise<PendingUpload> {
  requestShape(body ?? {}, { path: '', apiVersion });
  const path = uploadPath(asset);
  const completed = resources.get(`${asset.kind}/${asset.name}/versions/${asset.version}`) !== undefined;
  const started = completed ? undefined : resources.get(path);
  const upload = started ?? resources.put(path, { properties: { container: randomUUID(), id: randomUUID() } });
  const container: string = upload.properties.container;
  await blobs.ensureContainer(container);
  return {
    blobReferenceForConsumption: {
      // The service writes the port; here the address has one anyway.
      blobUri: `${blobs.accountUrl}/${container}`,
      storageAccountArmId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/${blobs.accountName}`,
      credential: { credentialType: 'SAS', sasUri: blobs.containerUploadUrl(container) },
    },
    pendingUploadId: upload.properties.id,
    pendingUploadType: 'None',
  };
}

/**
 * The older route of registries: `PUT tempdatarefs/{name}/versions/{version}` with the id of the asset. 409 when the
 * version exists, which clients take as "nothing to upload".
 */
export async function createTemporaryReference(
  body: unknown,
  apiVersion: string,
  context: UploadContext,
): Promise<object> {
  object({ assetId: text }, { temporaryDataReferenceType: text, temporaryDataReferenceId: text })(body, {
    path: '',
    apiVersion,
  });
  const { assetId } = body as { assetId: string };
  const [, kind, name, version] =
    /\/(codes|data|models|environments|components)\/([^/]+)\/versions\/([^/]+)$/.exec(assetId) ?? [];
  if (!kind || !name || !version) throw errors.notVersionId(assetId);
  if (context.resources.get(`${kind}/${name}/versions/${version}`)) throw errors.referenceExists(assetId);
  const upload = await startPendingUpload({ kind: kind as AssetKind, name, version }, {}, apiVersion, context);
  return {
    blobReferenceForConsumption: upload.blobReferenceForConsumption,
    imageReferenceForConsumption: null,
    temporaryDataReferenceId: upload.pendingUploadId,
    temporaryDataReferenceType: null,
  };
}

/** `POST datarefs/{name}/versions/{version}`: a SAS for reading what an asset's blob URI names. */
export function createDataReference(body: unknown, apiVersion: string, context: UploadContext): object {
  const { blobs, subscriptionId, resourceGroup } = context;
  object({ assetId: text, blobUri: text })(body, { path: '', apiVersion });
  const { blobUri } = body as { blobUri: string };
  const found = blobs.locate(blobUri);
  if (!found) throw errors.notInRegistryStorage(blobUri);
  const sasUri = `${blobs.accountUrl}/${found.container}?${blobs.containerSas(found.container, 60, 'rl')}`;
  const storageAccountArmId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/${blobs.accountName}`;
  return {
    blobReferenceForConsumption: { blobUri, storageAccountArmId, credential: { credentialType: 'SAS', sasUri } },
  };
}

/** Where a pending upload is remembered. */
export const uploadPath = (asset: { kind: string; name: string; version: string }): string =>
  `pendingUploads/${asset.kind}:${asset.name}:${asset.version}`;
