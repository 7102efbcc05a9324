import { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type BlobDatastore, getBlobDatastore } from '../azureml/datastores.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { PlanStep } from '../spec/plan.ts';

type UploadStep = Extract<PlanStep, { kind: 'upload' }>;

/** The workspace's datastores, each looked up once. */
export interface Datastores {
  containerUrl(name: string): Promise<string>;
  container(name: string): Promise<ContainerClient>;
}

/** @param onSecret hears keys and signatures, so that they can be masked */
export function createDatastores(workspace: Workspace, onSecret: (secret: string) => void): Datastores {
  const known = new Map<string, Promise<BlobDatastore>>();
  const get = (name: string): Promise<BlobDatastore> => {
    const found = known.get(name) ?? getBlobDatastore(workspace, name);
    known.set(name, found);
    return found;
  };
  return {
    containerUrl: async (name) => (await get(name)).containerUrl,
    async container(name) {
      const { containerUrl, accountName, secret } = await get(name);
      switch (secret.kind) {
        case 'accountKey':
          onSecret(secret.key);
          return new ContainerClient(containerUrl, new StorageSharedKeyCredential(accountName, secret.key));
        case 'sas':
          onSecret(secret.token);
          return new ContainerClient(`${containerUrl}?${secret.token.replace(/^\?/, '')}`, new AnonymousCredential());
        case 'identity': // the connection's own, which needs the role Storage Blob Data Contributor
          return new ContainerClient(containerUrl, workspace.client.credential);
      }
    },
  };
}

/** Metadata of the first blob that says that an upload is complete (azure-ai-ml `_blob_storage_helper`). */
const COMPLETED = { upload_status: 'completed' };

function indicator(step: UploadStep, container: ContainerClient) {
  const first = step.snapshot.files.reduce((a, b) => (a.path < b.path ? a : b));
  return container.getBlockBlobClient(step.prefix + first.name);
}

/** True when this very content was uploaded to the end before. */
export async function isUploaded(step: UploadStep, container: ContainerClient): Promise<boolean> {
  try {
    const { metadata } = await indicator(step, container).getProperties();
    return metadata?.upload_status === COMPLETED.upload_status;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

export async function markUploaded(step: UploadStep, container: ContainerClient): Promise<void> {
  await indicator(step, container).setMetadata(COMPLETED);
}
