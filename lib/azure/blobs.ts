import type { Readable } from 'node:stream';
import type { AzureClient } from './client.ts';

/** A download that takes longer has stalled. */
const LONGEST_MS = 100_000;

/**
 * Bytes of a blob from an offset on, at most `most`; nothing when there are none yet or the URL's signature has expired.
 * @param url of the blob with its signature
 * @throws AzureError when storage is failing or throttling; an error with the code `ETIMEDOUT` when the bytes stop coming
 */
export async function readBlob(
  client: AzureClient,
  url: string,
  offset: number,
  most: number,
  longestMs = LONGEST_MS,
): Promise<Buffer> {
  const { status, stream } = await client.download(url, { first: offset, last: offset + most - 1 });
  if (!stream) return Buffer.alloc(0);
  const stalled = Object.assign(new Error('A download stopped in the middle.'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => (stream as Readable).destroy(stalled), longestMs);
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  } finally {
    clearTimeout(timer);
  }
  const bytes = Buffer.concat(chunks);
  return status === 200 ? bytes.subarray(offset, offset + most) : bytes; // 200: the range was ignored
}
