import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

describe('npm run compile', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'compile-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = (...args: string[]) => {
    const script = resolve('scripts/compile.ts');
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script, ...args], {
      encoding: 'utf8',
    });
    return {
      status,
      stdout,
      errors: stderr
        .trim()
        .split('\n')
        .filter((line) => line !== ''),
    };
  };

  it('prints the requests in their order', () => {
    writeFileSync(join(root, 'm.yml'), '$schema: x/model.schema.json\nname: m\npath: w.bin\n');
    writeFileSync(join(root, 'w.bin'), '1');
    const { status, stdout } = run(join(root, 'm.yml'), '--set', 'version=7');
    assert.equal(status, 0);
    const { requests } = JSON.parse(stdout) as { requests: Record<string, unknown>[] };
    assert.deepEqual(
      requests.map((request) => Object.keys(request)),
      [['method', 'path', 'apiVersion', 'body']],
    );
    assert.match(String(requests[0]!.path), /^\/subscriptions\/0{8}-.*\/workspaces\/ws\/models\/m\/versions\/7$/);
  });

  it('prints one problem per line, with its place from the root', () => {
    writeFileSync(join(root, 'd.yml'), 'name: d\ntype: uri_file\npaht: x\n');
    const { status, stdout, errors } = run(join(root, 'd.yml'), '--root', root);
    assert.deepEqual([status, stdout], [1, '']);
    assert.deepEqual(errors, [
      "d.yml:3:1: The file has the unknown field 'paht'. Did you mean 'path'?",
      "d.yml:1:1: The file is missing the required field 'path'.",
    ]);
  });

  it('passes unknown fields on on request', () => {
    writeFileSync(join(root, 'd.yml'), 'name: d\ntype: uri_file\npath: https://x/y\nnew: 1\n');
    const { status, stdout, errors } = run(join(root, 'd.yml'), '--root', root, '--allow-unknown-fields');
    assert.equal(status, 0);
    assert.equal(JSON.parse(stdout).requests[0].body.properties.new, 1);
    assert.match(errors[0]!, /^warning: d\.yml:4:1: .*unknown field 'new'/);
  });

  it('names its options', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    for (const option of ['--set', '--root', '--allow-unknown-fields']) assert.ok(stdout.includes(option));
  });

  it('takes an override with several lines as one', () => {
    writeFileSync(join(root, 'd.yml'), 'name: d\ntype: uri_file\npath: https://x/y\n');
    const { status, stdout } = run(join(root, 'd.yml'), '--set', 'description=one\nversion=2');
    assert.equal(status, 0);
    const [request] = JSON.parse(stdout).requests;
    assert.equal(request.body.properties.description, 'one\nversion=2');
    assert.match(request.path, /@next$/);
  });

  it('says in one line what it can’t read', () => {
    for (const args of [[join(root, 'nothing.yml')], [root], ['--bogus'], [], [join(root, 'x.yml'), '--set', 'x']]) {
      const { status, errors } = run(...args);
      assert.equal(status, 1);
      assert.equal(errors.length, 1, errors.join('\n'));
    }
  });
});
