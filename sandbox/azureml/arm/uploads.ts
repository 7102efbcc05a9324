/** `startPendingUpload`: where a client puts the files of an asset version before it creates the version. */
import { randomUUID } from 'node:crypto';
import type { ResourceStore } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';
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

/**
 * The container and a fresh SAS for it. Until the version is created, every call for it answers the same container, so
 * that a retried upload finds what it already wrote.
 */
export async function startPendingUpload(
  asset: { kind: AssetKind; name: string; version: string },
  body: unknown,
  apiVersion: string,
  { resources, blobs, subscriptionId, resourceGroup }: UploadContext,
): Promise<object> {
  requestShape(body ?? {}, { path: '', apiVersion });
  const path = uploadPath(asset);
  const completed = resources.get(`${asset.kind}/${asset.name}/versions/${asset.version}`) !== undefined;
  const started = completed ? undefined : resources.get(path);
  const upload = started ?? resources.put(path, { properties: { container: randomUUID(), id: randomUUID() } });
  const container: string = upload.properties.container;
  await blobs.ensureContainer(container);
  return {
    pendingUploadId: upload.properties.id,
    pendingUploadType: 'TemporaryBlobReference',
    blobReferenceForConsumption: {
      blobUri: `${blobs.accountUrl}/${container}`,
      storageAccountArmId: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/${blobs.accountName}`,
      credential: { credentialType: 'SAS', sasUri: blobs.containerUploadUrl(container) },
    },
  };
}

/** Where a pending upload is remembered. */
export const uploadPath = (asset: { kind: string; name: string; version: string }): string =>
  `pendingUploads/${asset.kind}:${asset.name}:${asset.version}`;
