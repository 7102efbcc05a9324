import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVariableGroups } from '../variable-groups.ts';

describe('files of variable groups', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'groups-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function read(...contents: string[]) {
    return readVariableGroups(
      contents.map((content, index) => {
        const file = join(folder, index === 0 ? 'settings.yml' : `more-${index}.yml`);
        writeFileSync(file, content);
        return file;
      }),
    );
  }

  it('reads several groups, with secrets, as text', () => {
    assert.deepEqual(
      read('ml:\n  nodes: 1.10\n  on: yes\n  empty:\n  key: { value: s, isSecret: true }\nother: { a: b }'),
      {
        ml: { nodes: '1.10', on: 'yes', empty: '', key: { value: 's', isSecret: true } },
        other: { a: 'b' },
      },
    );
  });

  it('reads one group that is named like its file', () => {
    assert.deepEqual(read('workspaceName: w\nversion: 2'), { settings: { workspaceName: 'w', version: '2' } });
  });

  it('reads a group with a name, and what Azure DevOps prints', () => {
    assert.deepEqual(read('name: ml\nvariables:\n- { name: a, value: 1 }'), {
      ml: { a: { value: '1', isSecret: false } },
    });
    const shown = (name: string) => ({
      id: 1,
      name,
      type: 'Vsts',
      variables: { a: { isSecret: null, value: 'x' }, k: { isSecret: true, value: null } },
    });
    const expected = { a: { value: 'x', isSecret: false }, k: { value: '', isSecret: true } };
    assert.deepEqual(read(JSON.stringify(shown('one'))), { one: expected });
    assert.deepEqual(read(JSON.stringify([shown('one'), shown('two')])), { one: expected, two: expected });
  });

  it('joins files, later values last', () => {
    assert.deepEqual(read('ml: { a: 1, b: 1 }', 'ml: { b: 2 }'), { ml: { a: '1', b: '2' } });
  });

  for (const [content, message] of [
    ['- a', /must hold variable groups/],
    ['ml: { a: [1] }', /group 'ml': 'a' must be a value/],
    ['ml: { a: 1 }\nx: 3', /group 'x' must have variables/],
    ['a: [', /can't be read/],
  ] as const)
    it(`refuses ${JSON.stringify(content)}`, () => assert.throws(() => read(content), message));

  it('names a file that is missing', () => {
    assert.throws(
      () => readVariableGroups([join(folder, 'no.yml')]),
      /The variable group file .*no\.yml can't be read/,
    );
  });
});
