import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Container } from '../azure/storage.ts';
import { UserError } from '../core/errors.ts';
import { inParallel } from '../core/parallel.ts';
import type { SnapshotFile } from './files.ts';

/** Files at a time; more does not make Azure Storage faster from one agent. */
const PARALLEL = 16;
/** Files up to this size are read once, for their hash and for sending; several uploads of 16 files run at a time. */
const SMALL_BYTES = 256_000;

export interface UploadProgress {
  files: number;
  totalFiles: number;
  bytes: number;
  totalBytes: number;
}

/**
 * Uploads files below `prefix` of a container. A blob that is already there with the same size and MD5 (an upload that
 * was cut off) is not sent again. Memory stays bounded: `PARALLEL` files at a time, the large ones as streams.
 * @throws UserError `FileChanged`: the upload is named after what the file was when the plan was made
 */
export async function uploadFiles(
  container: Container,
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
  const present = await container.list(prefix);
  await inParallel(files, PARALLEL, async (file) => {
    const name = prefix + file.name;
    let counted = 0;
    // In one go: opening a file asynchronously takes longer than reading a small one.
    const content = file.size <= SMALL_BYTES ? readFileSync(file.path) : undefined;
    const md5 = content ? createHash('md5').update(content).digest() : await md5Of(file.path);
    if (hasChanged(file)) throw fileChanged(file.path);
    const same = present.get(name);
    if (same?.size !== file.size || same.md5 !== md5.toString('base64')) {
      await container.upload(name, content ?? file.path, md5, (sent) => {
        progress.bytes += sent - counted;
        counted = sent;
        onProgress(progress);
      });
      if (content === undefined && hasChanged(file)) {
        // The blob has the hash of the file as it was, but perhaps not its content, and no later run may reuse it.
        await container.upload(name, Buffer.alloc(0), createHash('md5').digest(), () => undefined);
        throw fileChanged(file.path);
      }
    }
    progress.files++;
    progress.bytes += file.size - counted;
    onProgress(progress);
  });
}

function hasChanged(file: SnapshotFile): boolean {
  const now = statSync(file.path, { throwIfNoEntry: false });
  return now?.size !== file.size || now.mtimeMs !== file.modified;
}

function fileChanged(path: string): UserError {
  return new UserError({
    code: 'FileChanged',
    message: `The file '${path}' changed during the upload.`,
    fix: 'Run the job again while nothing writes to the file.',
  });
}

async function md5Of(path: string): Promise<Buffer> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest();
}
