import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { LARGEST_RANGE, type StoredBlob } from '../../../lib/azure/blob-files.ts';
import { downloadFiles } from '../../../lib/snapshot/download.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { rangesOf, type TransferProgress } from '../../../lib/snapshot/transfer.ts';

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('base64');
const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 5);

function blobOf(name: string, bytes: Buffer, more: Partial<StoredBlob> = {}): StoredBlob {
  return { name, size: bytes.length, md5: md5(bytes), etag: '"1"', modified: MODIFIED, ...more };
}

describe('downloading', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'download-'));
    read.splice(0);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const big = Buffer.alloc(2 * LARGEST_RANGE + 17, 'model');
  const read: number[] = [];
  const sourceOf = (bytes: Buffer, failAt = Number.POSITIVE_INFINITY) => ({
    async read(_blob: StoredBlob, { offset, count }: { offset: number; count: number }): Promise<Buffer> {
      if (offset >= failAt) throw new Error('the connection is lost');
      read.push(offset);
      return bytes.subarray(offset, offset + count);
    },
  });
  const download = (source: ReturnType<typeof sourceOf>, blob: StoredBlob, heard: TransferProgress[] = []) =>
    downloadFiles(source, [{ blob, path: 'a/net.bin' }], folder, {
      signal: new AbortController().signal,
      onProgress: (progress) => heard.push(progress),
    });

  it('brings files in parts and says how far it is', async () => {
    const heard: TransferProgress[] = [];
    await download(sourceOf(big), blobOf('m/a/net.bin', big), heard);
    assert.ok(readFileSync(join(folder, 'a/net.bin')).equals(big));
    assert.deepEqual(
      read.sort((a, b) => a - b),
      [0, LARGEST_RANGE, 2 * LARGEST_RANGE],
    );
    assert.deepEqual(heard.at(-1), { files: 1, totalFiles: 1, bytes: big.length, totalBytes: big.length });
  });

  it('continues where it was cut off, and leaves whole files alone', async () => {
    const blob = blobOf('m/a/net.bin', big);
    writeFileSync(join(folder, 'x'), '');
    await assert.rejects(download(sourceOf(big, 1), blob), /connection is lost/);
    // Parts that arrived together with one that did not are lost; a whole group is kept.
    const [partial] = readdirSync(join(folder, 'a'));
    assert.match(partial!, /^net\.bin\.[0-9a-f]{8}\.part$/);
    writeFileSync(join(folder, 'a', partial!), big.subarray(0, LARGEST_RANGE + 5));
    read.splice(0);
    const { resumedBytes } = await download(sourceOf(big), blob);
    assert.equal(resumedBytes, LARGEST_RANGE + 5);
    assert.equal(Math.min(...read), LARGEST_RANGE + 5);
    assert.ok(readFileSync(join(folder, 'a/net.bin')).equals(big));
    read.splice(0);
    assert.equal((await download(sourceOf(big), blob)).present, 1);
    assert.deepEqual(read, []);
  });

  it('knows a whole file without MD5 by its size and time', async () => {
    const blob = blobOf('m/a/net.bin', big, { md5: undefined });
    await download(sourceOf(big), blob);
    assert.equal((await download(sourceOf(big), blob)).present, 1);
    assert.equal((await download(sourceOf(big), { ...blob, modified: MODIFIED + 5_000 })).present, 0);
  });

  it('does not mix two contents, and keeps nothing whose checksum is wrong', async () => {
    const blob = blobOf('m/a/net.bin', big, { md5: md5(Buffer.from('another')) });
    await assert.rejects(download(sourceOf(big), blob), /does not have the MD5/);
    assert.deepEqual(readdirSync(join(folder, 'a')), []);
    await assert.rejects(download(sourceOf(big, 1), blobOf('m/a/net.bin', big)));
    const [first] = readdirSync(join(folder, 'a'));
    await assert.rejects(download(sourceOf(big, 1), blobOf('m/a/net.bin', big, { etag: '"2"' })));
    assert.equal(readdirSync(join(folder, 'a')).length, 2, `${first} belongs to another content`);
  });

  it('makes empty files, too', async () => {
    await download(sourceOf(Buffer.alloc(0)), blobOf('m/a/net.bin', Buffer.alloc(0)));
    assert.equal(readFileSync(join(folder, 'a/net.bin')).length, 0);
    assert.deepEqual(read, []);
  });

  it('has parts that make up exactly what is left', () => {
    fc.assert(
      fc.property(fc.nat(50_000_000), fc.nat(50_000_000), (start, more) => {
        let at = start;
        for (const { offset, count } of rangesOf(start, start + more)) {
          assert.equal(offset, at);
          assert.ok(count > 0 && count <= LARGEST_RANGE);
          at += count;
        }
        assert.equal(at, start + more);
      }),
    );
  });
});

describe('the files of a model', () => {
  const list = (names: Record<string, number>) => ({
    list: async (prefix: string) =>
      Object.entries(names)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, size]) => blobOf(name, Buffer.alloc(size))),
  });
  const namesIn = async (names: Record<string, number>, root: string): Promise<string[]> =>
    (await listModelFiles(list(names), root, 'm:1')).map(({ name }) => name);

  it('are those of its folder and no neighbour’s', async () => {
    assert.deepEqual(await namesIn({ 'x/m/a': 1, 'x/m/b/c': 0, 'x/m2/a': 1, 'x/m': 0, 'x/m/b': 0 }, 'x/m'), [
      'a',
      'b/c',
    ]);
  });

  it('may be one file', async () => {
    assert.deepEqual(await namesIn({ 'x/net.bin': 4, 'x/net.bin.json': 1 }, 'x/net.bin'), ['net.bin']);
  });

  it('are never none', async () => {
    await assert.rejects(namesIn({ 'x/m2/a': 1 }, 'x/m'), /The model m:1 has no files/);
  });
});
