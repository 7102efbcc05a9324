import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packSandbox, startAskStop } from '../../sandbox/test/packed.ts';

describe('the package of the sandbox, installed by npm', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'installed-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('starts in an empty folder, answers discovery and stops', async () => {
    writeFileSync(join(folder, 'package.json'), '{}');
    const options = ['--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', ['install', ...options, packSandbox(folder)], { cwd: folder, stdio: 'pipe' });
    const { discovery, code } = await startAskStop([join(folder, 'node_modules/.bin/model-bridge-sandbox')], folder);
    assert.ok('history' in discovery);
    assert.equal(code, 0);
  }).timeout(300_000);
});
