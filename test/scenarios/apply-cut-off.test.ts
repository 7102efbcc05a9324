import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { list, names, path } from '../../lib/azureml/resources.ts';
import type { Workspace } from '../../lib/azureml/workspace.ts';
import { inParallel } from '../../lib/core/parallel.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import type { Inputs } from '../../tasks/apply-asset/v1/inputs.ts';
import { run } from '../../tasks/apply-asset/v1/run.ts';
import { connectionOf, portsOf } from './interrupted-run.ts';

describe('files that are applied', function () {
  this.timeout(300_000);
  let sandbox: Sandbox;
  let workspace: Workspace;
  let folder: string;
  before(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), 'apply-'));
    workspace = await portsOf(sandbox).ports.connect(inputs([]).target);
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await sandbox.stop();
  });

  function inputs(files: string[]): Inputs {
    const { subscriptionId, resourceGroup, workspaceName } = sandbox.settings;
    const ids = { subscriptionId, resourceGroup, workspaceName };
    return {
      target: { connection: connectionOf(sandbox, 'sandbox'), systemAccessToken: '', ids },
      files,
      overrides: [],
      allowUnknownFields: false,
      whatIf: false,
      sourcesFolder: folder,
    };
  }

  /** A data asset with local rows, and an environment. */
  function write(name: string, rows: string): string[] {
    const files: Record<string, string> = {
      [`${name}-rows.csv`]: rows,
      [`${name}-data.yml`]: `name: data-${name}\ntype: uri_file\npath: ./${name}-rows.csv\n`,
      [`${name}-env.yml`]: `name: env-${name}\nimage: ubuntu:22.04\ntags: {rows: '${rows.length}'}\n`,
    };
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    return [`${name}-data.yml`, `${name}-env.yml`].map((file) => join(folder, file));
  }

  const versionsOf = async (name: string): Promise<string[][]> =>
    Promise.all([
      names(workspace, path('data', `data-${name}`, 'versions')),
      names(workspace, path('environments', `env-${name}`, 'versions')),
    ]);

  it('and cut off at any request are made once', async () => {
    const whole = portsOf(sandbox);
    await run(inputs(write('whole', 'a,b\n')), whole.ports);
    const requests = Array.from({ length: whole.requests.count }, (_, request) => request);
    assert.ok(requests.length > 10);
    await inParallel(requests, 4, async (request) => {
      const files = write(`n${request}`, `${request},b\n`);
      await assert.rejects(run(inputs(files), portsOf(sandbox, request).ports));
      assert.equal((await run(inputs(files), portsOf(sandbox).ports)).result, 'Succeeded');
      assert.deepEqual(await versionsOf(`n${request}`), [['1'], ['1']], `after request ${request}`);
      const third = portsOf(sandbox);
      assert.match((await run(inputs(files), third.ports)).message, /^Nothing was sent/);
      assert.deepEqual(third.requests.writes, []);
    });
  });

  it('by runs at the same time get a version each, or share one when they are equal', async () => {
    const fileOf = (content: string): string => {
      const rows = `same-${content}.csv`;
      writeFileSync(join(folder, rows), content);
      const file = join(folder, `same-${content}.yml`);
      writeFileSync(file, `name: same\ntype: uri_file\npath: ./${rows}\n`);
      return file;
    };
    await run(inputs([fileOf('first')]), portsOf(sandbox).ports);
    const contents = ['one', 'two', 'three', 'two', 'three', 'one'].map(fileOf);
    const results = await Promise.all(contents.map((file) => run(inputs([file]), portsOf(sandbox).ports)));
    assert.ok(results.every(({ result }) => result === 'Succeeded'));
    const uris: string[] = [];
    for await (const { properties } of list<{ properties: { dataUri: string } }>(workspace, 'data/same/versions'))
      uris.push(properties.dataUri);
    for (const content of ['first', 'one', 'two', 'three'])
      assert.ok(
        uris.some((uri) => uri.endsWith(`same-${content}.csv`)),
        `${content} has a version`,
      );
  });
});
