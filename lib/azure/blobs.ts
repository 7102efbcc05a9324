import type { AzureClient } from './client.ts';

/**
 * Bytes of a blob from an offset on, at most `most`; nothing when there are none yet or the URL's signature has expired.
 * @param url of the blob with its signature
 * @throws AzureError when storage is failing or throttling
 */
export async function readBlob(client: AzureClient, url: string, offset: number, most: number): Promise<Buffer> {
  const { status, stream } = await client.download(url, { first: offset, last: offset + most - 1 });
  if (!stream) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  const bytes = Buffer.concat(chunks);
  return status === 200 ? bytes.subarray(offset, offset + most) : bytes; // 200: the range was ignored
}
