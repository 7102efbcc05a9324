import type { TokenCredential } from '@azure/core-auth';
import type { HttpClient } from '@azure/core-rest-pipeline';
import type { ContainerClient, StoragePipelineOptions } from '@azure/storage-blob';
import type { Clock } from '../core/clock.ts';
import { AzureError } from './failures.ts';
import { viaClient, viaTransport } from './other-clients.ts';
import { type Signature, signing } from './signature.ts';
import { requireHttps } from './trusted-hosts.ts';

/** What opens a container: its account's key, a signature, or the connection's own identity. */
export type StorageSecret =
  | { kind: 'accountKey'; accountName: string; key: string }
  | ({ kind: 'sas' } & Signature)
  | { kind: 'identity'; credential: TokenCredential };

/** A container of blobs, as far as it is used. Failures are `AzureError`s. */
export interface Container {
  /** Size and MD5 (base64) of the blobs below a prefix, by name. */
  list(prefix: string): Promise<Map<string, { size: number; md5: string }>>;
  /** Uploads bytes, or a file by its path. @param onBytes hears how many bytes are sent */
  upload(name: string, content: Buffer | string, md5: Buffer, onBytes: (sent: number) => void): Promise<void>;
  /** Metadata of a blob; undefined when there is no such blob. */
  metadata(name: string): Promise<Record<string, string> | undefined>;
  setMetadata(name: string, metadata: Record<string, string>): Promise<void>;
}

/** What every container is opened with. */
export interface StoragePorts {
  /** Hears what must not be seen in a log: keys and signatures. */
  onSecret: (secret: string) => void;
  signal: AbortSignal;
  /** Carries the requests: `AzureClient.transport`. */
  transport: HttpClient;
  clock: Clock;
}

/**
 * Opens a container with Microsoft's storage client.
 * @param url of the container, without a signature
 * @throws UserError `HostNotTrusted` when it is not an HTTPS address
 */
export async function openContainer(url: string, secret: StorageSecret, ports: StoragePorts): Promise<Container> {
  return containerOf(await createContainerClient(requireHttps(url, 'a storage account'), secret, ports), ports.signal);
}

/**
 * A container that is opened with its datastore's secret first; when the account does not permit keys, and signatures
 * made with them, the connection's identity goes on.
 */
export async function openWithFallback(
  url: string,
  secret: StorageSecret,
  identity: StorageSecret,
  ports: StoragePorts,
): Promise<Container> {
  let opened = openContainer(url, secret, ports);
  const attempt = async <T>(call: (container: Container) => Promise<T>): Promise<T> => {
    const current = opened;
    try {
      return await call(await current);
    } catch (error) {
      if (!(error instanceof AzureError) || error.code !== 'KeyBasedAuthenticationNotPermitted') throw error;
      // Of several requests that are refused the first one changes the way in for all.
      if (opened === current) opened = openContainer(url, identity, ports);
      return call(await opened);
    }
  };
  return {
    list: (prefix) => attempt((container) => container.list(prefix)),
    upload: (...upload) => attempt((container) => container.upload(...upload)),
    metadata: (name) => attempt((container) => container.metadata(name)),
    setMetadata: (name, metadata) => attempt((container) => container.setMetadata(name, metadata)),
  };
}

function containerOf(container: ContainerClient, signal: AbortSignal): Container {
  const options = { abortSignal: signal };
  return {
    list: (prefix) =>
      viaClient(
        (async () => {
          const found = new Map<string, { size: number; md5: string }>();
          for await (const { name, properties } of container.listBlobsFlat({ prefix, ...options })) {
            const { contentMD5, contentLength } = properties;
            if (contentMD5)
              found.set(name, { size: contentLength ?? -1, md5: Buffer.from(contentMD5).toString('base64') });
          }
          return found;
        })(),
      ),
    async upload(name, content, md5, onBytes) {
      const blob = container.getBlockBlobClient(name);
      const onProgress = ({ loadedBytes }: { loadedBytes: number }): void => onBytes(loadedBytes);
      const more = { blobHTTPHeaders: { blobContentMD5: md5 }, onProgress, ...options };
      await viaClient<unknown>(
        typeof content === 'string' ? blob.uploadFile(content, more) : blob.uploadData(content, more),
      );
    },
    async metadata(name) {
      const blob = container.getBlockBlobClient(name);
      if (!(await viaClient(blob.exists(options)))) return undefined;
      return (await viaClient(blob.getProperties(options))).metadata ?? {};
    },
    async setMetadata(name, metadata) {
      await viaClient(container.getBlockBlobClient(name).setMetadata(metadata, options));
    },
  };
}

/** The container through Microsoft's storage client. @param url of the container, without a signature */
export async function createContainerClient(
  url: string,
  secret: StorageSecret,
  { onSecret, transport, clock }: StoragePorts,
): Promise<ContainerClient> {
  // Loaded when it is needed: most runs find their code and data uploaded, and loading it is a third of a task's start.
  const { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  const options: StoragePipelineOptions = { httpClient: viaTransport(transport) };
  switch (secret.kind) {
    case 'accountKey':
      onSecret(secret.key);
      return new ContainerClient(url, new StorageSharedKeyCredential(secret.accountName, secret.key), options);
    case 'sas': {
      const signed = viaTransport(signing(transport, secret, { clock, onSecret }));
      return new ContainerClient(url, new AnonymousCredential(), { httpClient: signed });
    }
    case 'identity': // needs the role Storage Blob Data Contributor
      return new ContainerClient(url, secret.credential, options);
  }
}
