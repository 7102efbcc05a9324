/** The hash of a code snapshot, computed from what was uploaded. */
import { createHash } from 'node:crypto';
import type { BlobLocation, Blobs } from '../../contracts.ts';
import { limiter } from '../limiter.ts';

/** Version of the algorithm below. */
export const codeHashVersion = '202208';

/**
 * SHA-256 over the number of files, then `#path#` and size of each, then the content of each, in the order of the
 * lower-cased paths. Paths are relative to the folder and use `/`.
 */
export async function hashUploadedCode(blobs: Blobs, folder: BlobLocation): Promise<{ hash: string; files: number }> {
  const prefix = folder.path === '' ? '' : `${folder.path.replace(/\/+$/, '')}/`;
  const lowered = (path: string) => path.slice(prefix.length).toLowerCase();
  const files = (await blobs.list(folder)).sort((one, other) => byCodePoint(lowered(one.path), lowered(other.path)));
  const hash = createHash('sha256').update(String(files.length));
  for (const { path, size } of files) hash.update(`#${path.slice(prefix.length)}#`).update(String(size));
  const limited = limiter(16);
  const contents = await Promise.all(
    files.map(({ path }) => limited(() => blobs.read({ container: folder.container, path }))),
  );
  for (const content of contents) hash.update(content ?? '');
  return { hash: hash.digest('hex'), files: files.length };
}

/** Python's order of strings: by code point, where JavaScript's `<` compares UTF-16 units. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
