import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { partialPath } from '../../../lib/snapshot/download.ts';
import { clean, reportOthers } from '../../../tasks/download-model/v1/folder.ts';

describe('the folder of a download', () => {
  let folder: string;
  const own = partialPath('data/b.bin', { etag: 'now' });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'folder-'));
    mkdirSync(join(folder, 'data'));
    for (const path of ['a.bin', own, partialPath('data/b.bin', { etag: 'before' }), partialPath('x', { etag: 'x' })])
      writeFileSync(join(folder, path), 'x');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('that is cleaned keeps only what the download continues', async () => {
    writeFileSync(join(folder, 'stranger.txt'), 'x');
    await clean(folder, ['a.bin', 'data/b.bin', own]);
    assert.deepEqual(readdirSync(folder).sort(), ['a.bin', 'data']);
    assert.deepEqual(readdirSync(join(folder, 'data')), [own.slice('data/'.length)]);
  });

  it('that is not cleaned has no stranger in what an interrupted download left', async () => {
    const warnings: unknown[] = [];
    const pipeline = { warn: (text: unknown) => warnings.push(text), message: (_: unknown, values: unknown) => values };
    await reportOthers(folder, ['a.bin', 'data/b.bin'], pipeline as unknown as Pipeline);
    assert.deepEqual(warnings, []);
    writeFileSync(join(folder, 'stranger.txt'), 'x');
    await reportOthers(folder, ['a.bin', 'data/b.bin'], pipeline as unknown as Pipeline);
    assert.deepEqual(warnings, [{ folder, count: 1, example: 'stranger.txt' }]);
  });
});
