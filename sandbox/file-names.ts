/** Names of files for keys that users choose. */
import { createHash } from 'node:crypto';

/** A file name for the key, the same every time; long keys end in a hash, as file systems allow 255 bytes. */
export function fileNameOf(key: string, extension: string): string {
  const encoded = encodeURIComponent(key);
  if (encoded.length <= 200) return `${encoded}${extension}`;
  return `${encoded.slice(0, 120)}-${createHash('sha256').update(key).digest('hex')}${extension}`;
}
