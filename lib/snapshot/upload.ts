import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ContainerClient } from '@azure/storage-blob';
import type { SnapshotFile } from './files.ts';

/** Files at once; more does not make Azure Storage faster from one agent. */
const PARALLEL = 16;

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
  const present = await listSizes(container, prefix);
  const queue = [...files];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const blobName = prefix + file.name;
      const md5 = await md5Of(file.path);
      const same = present.get(blobName);
      if (!(same && same.size === file.size && same.md5 === md5.toString('base64')))
        await container
          .getBlockBlobClient(blobName)
          .uploadFile(file.path, { blobHTTPHeaders: { blobContentMD5: md5 } });
      progress.files++;
      progress.bytes += file.size;
      onProgress(progress);
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, files.length) }, worker));
}

async function listSizes(
  container: ContainerClient,
  prefix: string,
): Promise<Map<string, { size: number; md5: string }>> {
  const found = new Map<string, { size: number; md5: string }>();
  for await (const blob of container.listBlobsFlat({ prefix })) {
    const md5 = blob.properties.contentMD5;
    if (md5)
      found.set(blob.name, { size: blob.properties.contentLength ?? -1, md5: Buffer.from(md5).toString('base64') });
  }
  return found;
}

async function md5Of(path: string): Promise<Buffer> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest();
}
