import { createHash } from 'node:crypto';
import type { ContainerClient } from '@azure/storage-blob';
import { UserError } from '../core/errors.ts';
import { AzureError, hasStatus } from './failures.ts';
import { viaClient } from './other-clients.ts';
import { createContainerClient, type StoragePorts, type StorageSecret } from './storage.ts';
import { requireHttps } from './trusted-hosts.ts';

/** A blob as it is listed. */
export interface StoredBlob {
  /** Path in the container. */
  name: string;
  /** Bytes. */
  size: number;
  /** MD5 in Base64; undefined where nobody stored it, as the service does not with the copies that it makes. */
  md5: string | undefined;
  etag: string;
  /** When it was last written to, in milliseconds. */
  modified: number;
}

/** A part of a blob. */
export interface BlobRange {
  offset: number;
  /** Bytes, at most `LARGEST_RANGE`. */
  count: number;
}

/** The service sends a checksum with parts up to this size (Get Blob, `x-ms-range-get-content-md5`). */
export const LARGEST_RANGE = 4 * 1024 * 1024;

/** Reading and writing blobs part by part, each with its checksum. Failures are `AzureError`s. */
export interface BlobFiles {
  /** The blobs below a prefix; folders of a hierarchical namespace are left out. */
  list(prefix: string): Promise<StoredBlob[]>;
  /** A part of a blob as it was listed. @throws UserError `FileChanged`, `ChecksumWrong` */
  read(blob: StoredBlob, range: BlobRange): Promise<Buffer>;
  /** Stores a part that `commit` makes a blob of. */
  stage(name: string, part: number, bytes: Buffer): Promise<void>;
  /** Makes a blob of its parts, replacing one of the same name. */
  commit(name: string, parts: number, md5: Buffer, metadata: Record<string, string>): Promise<void>;
  metadata(name: string): Promise<Record<string, string>>;
}

/**
 * Opens the blobs of a container.
 * @param secrets ways in, tried in this order: when the account does not permit keys, the next one is used
 * @throws UserError `HostNotTrusted` when it is not an HTTPS address
 */
export async function openBlobFiles(
  url: string,
  [secret, ...others]: readonly [StorageSecret, ...StorageSecret[]],
  ports: StoragePorts,
): Promise<BlobFiles> {
  let client = await createContainerClient(requireHttps(url, 'a storage account'), secret, ports);
  const left = [...others];
  const attempt = async <T>(call: (container: ContainerClient) => Promise<T>): Promise<T> => {
    const current = client;
    try {
      return await viaClient(call(current));
    } catch (error) {
      const isRefused = error instanceof AzureError && error.code === 'KeyBasedAuthenticationNotPermitted';
      if (!isRefused) throw error;
      // Of several requests that are refused the first one changes the way in for all.
      if (client === current) {
        const next = left.shift();
        if (!next) throw error;
        client = await createContainerClient(url, next, ports);
      }
      return viaClient(call(client));
    }
  };
  return blobFiles(attempt, ports.signal);
}

type Attempt = <T>(call: (container: ContainerClient) => Promise<T>) => Promise<T>;

function blobFiles(attempt: Attempt, abortSignal: AbortSignal): BlobFiles {
  return {
    list: (prefix) => attempt((container) => listBlobs(container, prefix, abortSignal)),
    read: (blob, range) => readPart(attempt, blob, range, abortSignal),
    async stage(name, part, bytes) {
      const transactionalContentMD5 = createHash('md5').update(bytes).digest();
      await attempt((container) =>
        container
          .getBlockBlobClient(name)
          .stageBlock(blockId(part), bytes, bytes.length, { transactionalContentMD5, abortSignal }),
      );
    },
    async commit(name, parts, md5, metadata) {
      const ids = Array.from({ length: parts }, (_, part) => blockId(part));
      const options = { blobHTTPHeaders: { blobContentMD5: md5 }, metadata, abortSignal };
      await attempt((container) => container.getBlockBlobClient(name).commitBlockList(ids, options));
    },
    async metadata(name) {
      const answer = await attempt((container) => container.getBlockBlobClient(name).getProperties({ abortSignal }));
      return answer.metadata ?? {};
    },
  };
}

/** Ids of the parts of one blob have the same length. */
function blockId(part: number): string {
  return Buffer.from(String(part).padStart(8, '0')).toString('base64');
}

async function listBlobs(container: ContainerClient, prefix: string, abortSignal: AbortSignal): Promise<StoredBlob[]> {
  const found: StoredBlob[] = [];
  for await (const { name, properties, metadata } of container.listBlobsFlat({
    prefix,
    includeMetadata: true,
    abortSignal,
  })) {
    if (metadata?.hdi_isfolder === 'true') continue;
    const { contentMD5, contentLength = 0, etag = '', lastModified } = properties;
    const md5 = contentMD5 && contentMD5.length > 0 ? Buffer.from(contentMD5).toString('base64') : undefined;
    found.push({ name, size: contentLength, md5, etag, modified: lastModified.getTime() });
  }
  return found;
}

/** Times that a part is read before its checksum counts as wrong. */
const ATTEMPTS = 3;

async function readPart(
  attempt: Attempt,
  blob: StoredBlob,
  { offset, count }: BlobRange,
  abortSignal: AbortSignal,
): Promise<Buffer> {
  for (let left = ATTEMPTS; left > 0; left--) {
    const { bytes, md5 } = await attempt(async (container) => {
      const answer = await container.getBlobClient(blob.name).download(offset, count, {
        rangeGetContentMD5: true,
        conditions: { ifMatch: blob.etag },
        maxRetryRequests: 5,
        abortSignal,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of answer.readableStreamBody!) chunks.push(Buffer.from(chunk as Uint8Array));
      return { bytes: Buffer.concat(chunks), md5: answer.contentMD5 };
    }).catch((error: unknown) => {
      throw hasStatus(error, 412, 404) ? changed(blob) : error;
    });
    const isWhole = bytes.length === count;
    if (isWhole && (!md5 || createHash('md5').update(bytes).digest().equals(Buffer.from(md5)))) return bytes;
  }
  throw new UserError({
    code: 'ChecksumWrong',
    message: `The file '${blob.name}' arrived with another content than the storage account has, ${ATTEMPTS} times.`,
    fix: 'Check whether a proxy changes what it passes on, then run the job again; it continues where it was.',
  });
}

function changed({ name }: StoredBlob): UserError {
  return new UserError({
    code: 'FileChanged',
    message: `The file '${name}' changed while it was being read.`,
    fix: 'Run the job again while nothing writes to the files of the model.',
  });
}
