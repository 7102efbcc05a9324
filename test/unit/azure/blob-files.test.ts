import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import { type BlobFiles, openBlobFiles, type StoredBlob } from '../../../lib/azure/blob-files.ts';
import { systemClock } from '../../../lib/core/clock.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
const BLOB: StoredBlob = { name: 'm/net.bin', size: 5, md5: undefined, etag: '"1"', modified: 0 };

/** Blobs whose reads answer in turn with these contents, and with the checksum of what they should be. */
async function answering(contents: string[], status = 206): Promise<{ blobs: BlobFiles; asked: string[] }> {
  const asked: string[] = [];
  const transport: HttpClient = {
    async sendRequest(request) {
      const content = contents[Math.min(asked.length, contents.length - 1)]!;
      asked.push(`${request.headers.get('x-ms-range')} ${request.headers.get('if-match')}`);
      const headers = createHttpHeaders({
        'content-md5': md5('model'),
        'content-length': String(content.length),
        etag: '"1"',
        'last-modified': new Date(0).toUTCString(),
      });
      const body = status === 206 ? { readableStreamBody: Readable.from([Buffer.from(content)]) } : { bodyAsText: '' };
      return { request, status, headers, ...body };
    },
  };
  const ports = { onSecret: () => undefined, signal: new AbortController().signal, transport, clock: systemClock };
  const blobs = await openBlobFiles('https://a.blob.core.windows.net/c', [{ kind: 'sas', token: 'sig=x' }], ports);
  return { blobs, asked };
}

describe('parts of blobs', () => {
  it('are read again until they have the checksum that came with them', async () => {
    const { blobs, asked } = await answering(['m0del', 'model']);
    assert.equal((await blobs.read(BLOB, { offset: 0, count: 5 })).toString(), 'model');
    assert.deepEqual(asked, ['bytes=0-4 "1"', 'bytes=0-4 "1"']);
  });

  it('are an error when they never have it', async () => {
    const { blobs, asked } = await answering(['m0del']);
    await assert.rejects(blobs.read(BLOB, { offset: 0, count: 5 }), { code: 'ChecksumWrong' });
    assert.equal(asked.length, 3);
  });

  it('of a blob that has changed are an error', async () => {
    const { blobs } = await answering([''], 412);
    await assert.rejects(blobs.read(BLOB, { offset: 0, count: 5 }), { code: 'FileChanged' });
  });
});
