import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { inParallel } from '../core/parallel.ts';
import type { SnapshotFile } from './files.ts';

/** Files at once; more does not make Azure Storage faster from one agent. */
const PARALLEL = 16;
/** Files up to this size are read once, for their hash and for sending. */
const SMALL_BYTES = 4_000_000;

export interface UploadProgress {
  files: number;
  totalFiles: number;
  bytes: number;
  totalBytes: number;
}

/**
 * Uploads files below `prefix` of a container. A blob that is already there with the same size and MD5 (an upload that
 * was cut off) is not sent again. Memory stays bounded: files are streamed, `PARALLEL` at a time.
 */
export async function uploadFiles(
  container: ContainerClient,
  prefix: string,
  files: readonly SnapshotFile[],
  onProgress: (progress: UploadProgress) => void,
): Promise<void> {
  const progress = {
    files: 0,
    totalFiles: files.length,
    bytes: 0,
    totalBytes: files.reduce((sum, f) => sum + f.size, 0),
  };
  const present = await listContents(container, prefix);
  await inParallel(files, PARALLEL, async (file) => {
    const blobName = prefix + file.name;
    const blob = container.getBlockBlobClient(blobName);
    const content = file.size <= SMALL_BYTES ? await readFile(file.path) : undefined;
    const md5 = content ? createHash('md5').update(content).digest() : await md5Of(file.path);
    const blobHTTPHeaders = { blobContentMD5: md5 };
    if (present.get(blobName) !== `${file.size} ${md5.toString('base64')}`)
      await (content ? blob.uploadData(content, { blobHTTPHeaders }) : blob.uploadFile(file.path, { blobHTTPHeaders }));
    progress.files++;
    progress.bytes += file.size;
    onProgress(progress);
  });
}

/** Size and MD5 of the blobs that are there. */
async function listContents(container: ContainerClient, prefix: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const blob of container.listBlobsFlat({ prefix })) {
    const { contentMD5, contentLength } = blob.properties;
    if (contentMD5) found.set(blob.name, `${contentLength} ${Buffer.from(contentMD5).toString('base64')}`);
  }
  return found;
}

async function md5Of(path: string): Promise<Buffer> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest();
}
