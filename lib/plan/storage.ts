import { type Container, openContainer, openWithFallback, type StorageSecret } from '../azure/storage.ts';
import { type BlobDatastore, getBlobDatastore, getSignature } from '../azureml/datastores.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { type Clock, systemClock } from '../core/clock.ts';
import type { PlanStep } from './plan.ts';

type UploadStep = Extract<PlanStep, { kind: 'upload' }>;

/** The workspace's datastores, each looked up once. */
export interface Datastores {
  containerUrl(name: string): Promise<string>;
  container(name: string): Promise<Container>;
  /** The container that the service opened for an upload. @param url with its signature */
  signed(url: string): Promise<Container>;
}

/** @param onSecret hears keys and signatures, so that they can be masked */
export function createDatastores(
  workspace: Workspace,
  onSecret: (secret: string) => void,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Datastores {
  const ports = { onSecret, signal, transport: workspace.client.transport, clock };
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
      const identity: StorageSecret = { kind: 'identity', credential: workspace.client.credential };
      if (secret.kind === 'identity') return openContainer(containerUrl, identity, ports);
      const stored: StorageSecret =
        secret.kind === 'accountKey'
          ? { ...secret, accountName }
          : { ...secret, renew: async () => (await getSignature(workspace, name)) ?? secret.token };
      return openWithFallback(containerUrl, stored, identity, ports);
    },
    signed(url) {
      const [container, token] = url.split('?', 2) as [string, string?];
      return openContainer(container, { kind: 'sas', token: token ?? '' }, ports);
    },
  };
}

/** Metadata of the first blob that says that an upload is complete (azure-ai-ml `_blob_storage_helper`). */
const COMPLETED = { upload_status: 'completed' };

function indicator({ prefix, snapshot }: UploadStep): string {
  return prefix + snapshot.files.reduce((a, b) => (a.path < b.path ? a : b)).name;
}

/** True when this very content was uploaded to the end before. */
export async function isUploaded(step: UploadStep, container: Container): Promise<boolean> {
  return (await container.metadata(indicator(step)))?.upload_status === COMPLETED.upload_status;
}

export function markUploaded(step: UploadStep, container: Container): Promise<void> {
  return container.setMetadata(indicator(step), COMPLETED);
}
