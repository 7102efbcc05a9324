import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../scripts/layout.ts';

/** Runs the demo as a user does and returns what it printed. */
function demo(...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/demo.ts', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 240_000,
  });
  return { status, output: `${stdout}${stderr}` };
}

describe('the demo', function () {
  this.timeout(250_000);

  it('trains, judges and registers a model', () => {
    const { status, output } = demo();
    assert.equal(status, 0, output);
    assert.match(output, /^job +train-\S+$/m);
    assert.match(output, /^metrics +.*accuracy 0\.99/m);
    assert.match(output, /^verdict +noBaseline$/m);
    assert.match(output, /^model +breast-cancer:1$/m);
    assert.match(readFileSync(join(ROOT, 'build/demo/agent.log'), 'utf8'), /Registered breast-cancer version 1/);
    assert.ok(existsSync(join(ROOT, 'build/demo/steps')));
  });

  it('shows with --deploy how a good model reaches users and bad ones do not', () => {
    const { status, output } = demo('--deploy');
    assert.equal(status, 0, output);
    assert.match(output, /^a good model +released +green 100 % +\d+ +0 +0\.0 %/m);
    assert.match(output, /^a model that fails its smoke test +rolledBack +green 100 % +\d+ +0 /m);
    assert.match(output, /^a model that is slow +rolledBack +green 100 % +\d+ +0 /m);
    assert.match(output, /^a model that fails under load +rolledBack +green 100 %/m);
    // Models of which one can see the difference: their ids are not cut.
    assert.match(output, /^properties\.model +"models\/[\w-]+\/versions\/1" +"models\/[\w-]+\/versions\/1"$/m);
  });

  it('shows with --break how the gate stops a bad model', () => {
    const { status, output } = demo('--break');
    assert.equal(status, 0, output);
    assert.match(output, /##\[error\].*metrics\.auc >= 0\.95/);
    assert.match(output, /^verdict +fail$/m);
    assert.match(output, /^model +nothing registered/m);
    assert.doesNotMatch(output, /Starting: Register/);
  });

  it('tells with --gate how a better model replaces the first one, and a worse one is stopped', () => {
    const { status, output } = demo('--gate');
    assert.equal(status, 0, output);
    assert.match(output, /^1 +0\.97\d\d .* none +noBaseline +registered as breast-cancer:1$/m);
    assert.match(output, /^2 +0\.99\d\d .* model breast-cancer version 1 +pass +registered as breast-cancer:2$/m);
    assert.match(output, /^3 +0\.95\d\d .* model breast-cancer version 2 +fail +not registered$/m);
    // The comparison is in the log of the run.
    assert.match(output, /accuracy +0\.953846 +0\.992308 +-0\.0384615/);
    assert.match(
      output,
      /##\[error\].*metrics\.accuracy >= baseline\.accuracy - 0\.005 \(accuracy 0\.953846, baseline accuracy 0\.992308\)/,
    );
  });
});
