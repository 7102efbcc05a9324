import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { takeSnapshot } from '../../lib/snapshot/files.ts';
import { parseIgnoreRules } from '../../lib/snapshot/ignore-rules.ts';

describe('ignore rules', () => {
  const cases: [rules: string, path: string, excluded: boolean][] = [
    ['*.log', 'a/b.log', true],
    ['*.log', 'b.txt', false],
    ['build/', 'build/x.txt', true],
    ['build/', 'src/build/x.txt', true],
    ['/build', 'src/build', false],
    ['# comment\n\n*.tmp  ', 'x.tmp', true],
    ['*.txt\n!keep.txt', 'keep.txt', false],
    ['!keep.txt\n*.txt', 'keep.txt', true],
    // Git would not look into an excluded folder again; gitwildmatch decides by the last match.
    ['data/\n!data/keep.csv', 'data/keep.csv', false],
    ['*.CSV', 'a.csv', false],
    ['**/cache/*', 'a/cache/x', true],
    ['a/**/z', 'a/b/c/z', true],
  ];
  for (const [rules, path, excluded] of cases) {
    it(`${JSON.stringify(rules)} ${excluded ? 'excludes' : 'keeps'} ${path}`, () => {
      assert.equal(parseIgnoreRules(rules).excludes(path), excluded);
    });
  }
});

describe('snapshots', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'snapshot-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  };

  it('hash count, names with sizes, then contents, in the order of lower-case names', () => {
    write('b.py', 'bb');
    write('A.py', 'a');
    write('sub/ä.py', 'ccc');
    const expected = createHash('sha256').update('3#A.py#1#b.py#2#sub/ä.py#3abbccc').digest('hex');
    const snapshot = takeSnapshot(root);
    assert.equal(snapshot.hash, expected);
    assert.equal(snapshot.size, 6);
  });

  it('of a file hash its name and content', () => {
    write('train.py', 'print()');
    const expected = createHash('sha256').update('1#train.py#7print()').digest('hex');
    assert.equal(takeSnapshot(join(root, 'train.py')).hash, expected);
  });

  it('prefer .amlignore over .gitignore and look only in the folder itself', () => {
    write('.gitignore', '*.py');
    write('.amlignore', '*.log');
    write('a.py', 'x');
    write('a.log', 'x');
    write('sub/.amlignore', '*.py');
    write('sub/b.py', 'x');
    const names = takeSnapshot(root)
      .files.map(({ name }) => name)
      .sort();
    assert.deepEqual(names, ['.amlignore', '.gitignore', 'a.py', 'sub/.amlignore', 'sub/b.py']);
  });

  it('follow symbolic links under the name of the link', () => {
    write('real/x.txt', 'x');
    symlinkSync(join(root, 'real'), join(root, 'link'));
    assert.deepEqual(
      takeSnapshot(root)
        .files.map(({ name }) => name)
        .sort(),
      ['link/x.txt', 'real/x.txt'],
    );
  });

  it('refuse a link to a parent and an empty folder', () => {
    symlinkSync(root, join(root, 'loop'));
    assert.throws(() => takeSnapshot(root), /symbolic link to one of its own parents/);
    mkdirSync(join(root, 'empty'));
    assert.throws(() => takeSnapshot(join(root, 'empty')), /is empty/);
  });

  it('have the same hash however the files came to be, and another when a byte changes', () => {
    const name = fc.stringMatching(/^[A-Za-zäß0-9]{1,6}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, fc.string({ maxLength: 9 })), {
          selector: ([n]) => n.toLowerCase(),
          minLength: 1,
          maxLength: 6,
        }),
        (files) => {
          const make = (list: [string, string][]): string => {
            const folder = mkdtempSync(join(root, 'p-'));
            for (const [file, content] of list) writeFileSync(join(folder, file), content);
            return takeSnapshot(folder).hash;
          };
          const [first] = files as [[string, string]];
          assert.equal(make(files), make([...files].reverse()));
          assert.notEqual(make(files), make([[first[0], `${first[1]}!`], ...files.slice(1)]));
        },
      ),
      { numRuns: 30 },
    );
  });
});
