import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from '../../../lib/azure/storage.ts';
import { takeSnapshot } from '../../../lib/snapshot/files.ts';
import { type UploadProgress, uploadFiles } from '../../../lib/snapshot/upload.ts';

/** A container in memory, which counts what is under way. */
class MemoryContainer implements Container {
  readonly blobs = new Map<string, { size: number; md5: string }>();
  readonly uploaded: string[] = [];
  readonly streamed: string[] = [];
  atOnce = 0;
  mostAtOnce = 0;

  async list(prefix: string): Promise<Map<string, { size: number; md5: string }>> {
    return new Map([...this.blobs].filter(([name]) => name.startsWith(prefix)));
  }

  async upload(name: string, content: Buffer | string, md5: Buffer, onBytes: (sent: number) => void): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    await new Promise((done) => setTimeout(done, 2));
    this.atOnce--;
    if (typeof content === 'string') this.streamed.push(name);
    this.uploaded.push(name);
    if (typeof content !== 'string') onBytes(content.length);
    this.blobs.set(name, { size: content.length, md5: md5.toString('base64') });
  }

  async metadata(): Promise<undefined> {}
  async setMetadata(): Promise<void> {}
}

describe('uploading', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'upload-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
  const upload = async (container: Container): Promise<UploadProgress[]> => {
    const heard: UploadProgress[] = [];
    await uploadFiles(container, 'p/', takeSnapshot(root).files, (progress) => heard.push({ ...progress }));
    return heard;
  };

  it('goes on where it was cut off: what is there with the same content is not sent again', async () => {
    for (const name of ['a', 'b', 'c', 'd']) writeFileSync(join(root, name), name.repeat(3));
    const container = new MemoryContainer();
    container.blobs.set('p/a', { size: 3, md5: md5('aaa') });
    container.blobs.set('p/b', { size: 3, md5: md5('xxx') }); // another content
    container.blobs.set('p/c', { size: 2, md5: md5('ccc') }); // cut off
    await upload(container);
    assert.deepEqual(container.uploaded.sort(), ['p/b', 'p/c', 'p/d']);
  });

  it('tells how far it is, in files and bytes', async () => {
    for (let i = 0; i < 40; i++) writeFileSync(join(root, `f${i}`), 'x'.repeat(i + 1));
    const heard = await upload(new MemoryContainer());
    const bytes = heard.map((progress) => progress.bytes);
    assert.deepEqual(
      bytes,
      [...bytes].sort((a, b) => a - b),
    );
    assert.deepEqual(heard.at(-1), { files: 40, totalFiles: 40, bytes: 820, totalBytes: 820 });
  });

  it('sends many files at once, but not all, and large ones as streams', async () => {
    for (let i = 0; i < 60; i++) writeFileSync(join(root, `f${i}`), 'x');
    writeFileSync(join(root, 'large'), Buffer.alloc(300_000));
    const container = new MemoryContainer();
    await upload(container);
    assert.ok(container.mostAtOnce > 4 && container.mostAtOnce <= 16, String(container.mostAtOnce));
    assert.deepEqual(container.streamed, ['p/large']);
  });

  it('stops when a file has changed since the plan was made', async () => {
    writeFileSync(join(root, 'a'), 'x');
    const { files } = takeSnapshot(root);
    writeFileSync(join(root, 'a'), 'xx');
    await assert.rejects(
      uploadFiles(new MemoryContainer(), 'p/', files, () => {}),
      /'.*a' changed during the upload/,
    );
  });

  it('leaves nothing to reuse of a large file that changes while it is sent', async () => {
    const file = join(root, 'large.bin');
    writeFileSync(file, Buffer.alloc(300_000, 'a'));
    class Slow extends MemoryContainer {
      override async upload(...[name, content, hash, onBytes]: Parameters<MemoryContainer['upload']>): Promise<void> {
        if (typeof content === 'string') writeFileSync(file, Buffer.alloc(300_001, 'b'));
        await super.upload(name, content, hash, onBytes);
      }
    }
    const container = new Slow();
    await assert.rejects(upload(container), { code: 'FileChanged' });
    assert.deepEqual(container.blobs.get('p/large.bin'), { size: 0, md5: md5('') });
  });
});
