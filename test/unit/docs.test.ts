import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPage, updateDocs } from '../../scripts/docs.ts';
import { fillErrors } from '../../scripts/error-page.ts';
import { findTasks, ROOT, readTask, type TaskManifest } from '../../scripts/layout.ts';

const task = {
  inputs: [
    {
      name: 'connectedServiceNameARM',
      aliases: ['azureSubscription'],
      type: 'connectedService:AzureRM',
      label: 'Connection',
      required: true,
      helpMarkDown: 'First line.\nA | B',
    },
    {
      name: 'onFail',
      type: 'pickList',
      label: 'On failure',
      options: { fail: 'Fail', warn: 'Warn' },
      defaultValue: 'fail',
    },
  ],
  outputVariables: [{ name: 'verdict', description: 'pass or fail' }],
} as unknown as TaskManifest;

const page = '# Page\n<!-- inputs -->\nold\n<!-- /inputs -->\nprose\n<!-- outputs --><!-- /outputs -->\nend\n';

describe('the tables of docs/tasks', () => {
  it('are written between the markers and leave the prose alone', () => {
    assert.equal(
      fillPage(page, task),
      [
        '# Page',
        '<!-- inputs -->',
        '| input | type | default | what it is |',
        '|---|---|---|---|',
        '| `connectedServiceNameARM`<br>or `azureSubscription` | service connection | **required** | **Connection.** First line.<br>A \\| B |',
        '| `onFail` | `fail`, `warn` | `fail` | **On failure.** |',
        '<!-- /inputs -->',
        'prose',
        '<!-- outputs -->',
        '| output | what it is |',
        '|---|---|',
        '| `verdict` | pass or fail |',
        '<!-- /outputs -->',
        'end',
        '',
      ].join('\n'),
    );
  });

  it('stay the same when they are written again', () => {
    const once = fillPage(page, task);
    assert.equal(fillPage(once, task), once);
  });

  it('need their markers', () => {
    assert.throws(() => fillPage('# Page\n', task), /the markers <!-- inputs --> and <!-- \/inputs --> are missing/);
  });

  it('agree with every task.json and with the sources', async () => {
    assert.deepEqual(await updateDocs(true), []);
  });
});

describe('the page of errors', () => {
  const row = (code: string, cells: string) => `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${cells} |`;
  const errors = [{ code: 'JobLost', messages: ['There is no job ...', 'it is <a|b>'], fixes: ['Find it.'] }];

  it('has messages and fixes of the sources, and keeps what is written by hand', () => {
    assert.equal(
      fillErrors(`${row('JobLost', 'old | old | By [hand](x.md).')}\n`, errors),
      `${row('JobLost', 'There is no job ...<br>The input ... is not valid: it is &lt;a\\|b&gt; | Find it. | By [hand](x.md).')}\n`,
    );
  });

  it('has a row for every error, and no other', () => {
    assert.throws(() => fillErrors('# Errors\n', errors), /there is no row for JobLost/);
    assert.throws(() => fillErrors(row('JobFound', '| |'), []), /the row JobFound is of an error that nothing throws/);
  });
});

describe('the pages that list the tasks', () => {
  for (const page of ['README.md', 'overview.md'])
    it(`have every task: ${page}`, () => {
      const text = readFileSync(join(ROOT, page), 'utf8');
      const tasks = findTasks().map(({ folder }) => `${readTask(folder).name}@1`);
      assert.ok(tasks.length > 0);
      assert.deepEqual(
        tasks.filter((task) => !text.includes(task)),
        [],
      );
    });
});
