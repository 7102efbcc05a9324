import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BlobFiles, StoredBlob } from '../azure/blob-files.ts';
import { UserError } from '../core/errors.ts';
import { partsOf, type TransferPorts, transferFiles } from './transfer.ts';

/** A file to download. */
export interface DownloadFile {
  blob: StoredBlob;
  /** Below the folder, with `/`. */
  path: string;
}

/** What a download has done. */
export interface Downloaded {
  /** Files that were there with the same content. */
  present: number;
  /** Bytes that an earlier download had brought of files that it did not finish. */
  resumedBytes: number;
}

/**
 * Downloads files into a folder, several at a time. A file that is there with the same content is left alone, and one that
 * was cut off continues: until it is whole it has the ending `.<etag>.part`. Every part is compared with the checksum that
 * comes with it, and the whole file with the MD5 of the blob, where the blob has one.
 * @throws UserError `FileChanged`, `ChecksumWrong`
 */
export async function downloadFiles(
  source: Pick<BlobFiles, 'read'>,
  files: readonly DownloadFile[],
  folder: string,
  ports: TransferPorts,
): Promise<Downloaded> {
  const result: Downloaded = { present: 0, resumedBytes: 0 };
  await transferFiles(files, ports, async ({ blob, path }, add) => {
    const target = join(folder, path);
    if (await isPresent(target, blob)) {
      result.present++;
      add(blob.size);
    } else {
      result.resumedBytes += await downloadFile(source, blob, target, ports.signal, add);
    }
  });
  return result;
}

/** True for a whole file with the blob's content: by its MD5, else by size and time, which a download sets. */
async function isPresent(path: string, blob: StoredBlob): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  if (!there?.isFile() || there.size !== blob.size) return false;
  if (blob.md5 === undefined) return Math.floor(there.mtimeMs / 1000) === Math.floor(blob.modified / 1000);
  const hash = createHash('md5');
  await addFile(hash, path);
  return hash.digest('base64') === blob.md5;
}

/** Where a file is until it is whole. One of another version of the blob is of no use, so the name says which it is of. */
export function partialPath(path: string, { etag }: Pick<StoredBlob, 'etag'>): string {
  return `${path}.${createHash('sha256').update(etag).digest('hex').slice(0, 8)}.part`;
}

/** @returns bytes that were there from an earlier download */
async function downloadFile(
  source: Pick<BlobFiles, 'read'>,
  blob: StoredBlob,
  target: string,
  signal: AbortSignal,
  add: (bytes: number) => void,
): Promise<number> {
  await mkdir(dirname(target), { recursive: true });
  const partial = partialPath(target, blob);
  const file = await open(partial, 'a');
  const hash = createHash('md5');
  let start = 0;
  try {
    start = await usableSize(file, blob);
    if (start > 0) await addFile(hash, partial);
    add(start);
    for (const ranges of partsOf(start, blob.size)) {
      signal.throwIfAborted();
      for (const bytes of await Promise.all(ranges.map((range) => source.read(blob, range)))) {
        await file.appendFile(bytes);
        hash.update(bytes);
        add(bytes.length);
      }
    }
  } finally {
    await file.close();
  }
  if (blob.md5 !== undefined && hash.digest('base64') !== blob.md5) {
    await rm(partial);
    throw new UserError({
      code: 'ChecksumWrong',
      message: `The file '${blob.name}' does not have the MD5 that is stored with it.`,
      fix: 'Run the job again, which downloads this file anew. If it fails again, the file in storage is damaged.',
    });
  }
  await rename(partial, target);
  await utimes(target, new Date(), new Date(blob.modified));
  return start;
}

/** How much of a partial file counts: all of it, unless it is longer than the blob. */
async function usableSize(file: FileHandle, { size }: StoredBlob): Promise<number> {
  const there = (await file.stat()).size;
  if (there <= size) return there;
  await file.truncate(0);
  return 0;
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}
