import { createHash } from 'node:crypto';
import type { BlobFiles, StoredBlob } from '../azure/blob-files.ts';
import { UserError } from '../core/errors.ts';
import type { ModelFile } from './model-folder.ts';
import { partsOf, type TransferPorts, transferFiles } from './transfer.ts';

/** Metadata of a copy: the etag of the blob that it is a copy of, for blobs whose MD5 nobody stored. */
const SOURCE_ETAG = 'source_etag';

/**
 * Copies files from one container to another, part by part through this agent. Every part is compared with its checksum on both
 * ways, and each copy gets the MD5 of the whole file. A file that is there with the same content is not copied again, so a copy
 * that was cut off continues. At the end the copies are listed and compared.
 * @param prefix path of the copies' folder, with a slash at its end
 * @throws UserError `FileChanged`, `ChecksumWrong`
 */
export async function copyFiles(
  source: Pick<BlobFiles, 'read'>,
  files: readonly ModelFile[],
  target: Omit<BlobFiles, 'read'>,
  prefix: string,
  ports: TransferPorts,
): Promise<void> {
  const present = await listed(target, prefix);
  await transferFiles(files, ports, async ({ blob, name }, add) => {
    if (await isCopied(blob, present.get(prefix + name), target)) add(blob.size);
    else await copyFile(source, blob, target, prefix + name, ports.signal, add);
  });
  const copies = await listed(target, prefix);
  const wrong = files.find(({ blob, name }) => copies.get(prefix + name)?.size !== blob.size);
  if (wrong) throw checksumWrong(wrong.name);
}

async function listed(target: Pick<BlobFiles, 'list'>, prefix: string): Promise<Map<string, StoredBlob>> {
  return new Map((await target.list(prefix)).map((blob) => [blob.name, blob]));
}

async function isCopied(
  blob: StoredBlob,
  copy: StoredBlob | undefined,
  target: Pick<BlobFiles, 'metadata'>,
): Promise<boolean> {
  if (copy?.size !== blob.size) return false;
  if (blob.md5 !== undefined) return copy.md5 === blob.md5;
  return copy.md5 !== undefined && (await target.metadata(copy.name))[SOURCE_ETAG] === plain(blob.etag);
}

async function copyFile(
  source: Pick<BlobFiles, 'read'>,
  blob: StoredBlob,
  target: Pick<BlobFiles, 'stage' | 'commit'>,
  name: string,
  signal: AbortSignal,
  add: (bytes: number) => void,
): Promise<void> {
  const hash = createHash('md5');
  let parts = 0;
  for (const ranges of partsOf(0, blob.size)) {
    signal.throwIfAborted();
    const first = parts;
    parts += ranges.length;
    const contents = await Promise.all(
      ranges.map(async (range, i) => {
        const bytes = await source.read(blob, range);
        await target.stage(name, first + i, bytes);
        return bytes;
      }),
    );
    for (const bytes of contents) {
      hash.update(bytes);
      add(bytes.length);
    }
  }
  const md5 = hash.digest();
  if (blob.md5 !== undefined && md5.toString('base64') !== blob.md5) throw checksumWrong(blob.name);
  await target.commit(name, parts, md5, { [SOURCE_ETAG]: plain(blob.etag) });
}

/** Metadata can't have every character of an etag. */
function plain(etag: string): string {
  return etag.replace(/[^\w-]/g, '');
}

function checksumWrong(name: string): UserError {
  return new UserError({
    code: 'ChecksumWrong',
    message: `The copy of the file '${name}' does not have the content of the original.`,
    fix: 'Run the job again, which copies this file anew. If it fails again, the original in storage is damaged.',
  });
}
