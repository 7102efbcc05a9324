import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { takeSnapshot } from '../../../lib/snapshot/files.ts';
import { parseIgnoreRules } from '../../../lib/snapshot/ignore-rules.ts';
import { takeMergedSnapshot } from '../../../lib/snapshot/merged.ts';

const names = ({ files }: { files: { name: string }[] }): string[] => files.map(({ name }) => name).sort();

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

describe('ignore files', () => {
  it('take no longer than their patterns and paths are long', () => {
    const slow: [rules: string, path: string, excluded: boolean][] = [
      ['*a*a*a*a*a*a*a*a*b', 'a'.repeat(200), false],
      ['**/a/'.repeat(7), Array(60).fill('a').join('/'), true],
      ['[a]*'.repeat(20), `${'a'.repeat(250)}/b`, true],
      [`a${'*'.repeat(30)}b`, 'a'.repeat(60), false],
      [`a${'*'.repeat(900)}b*c`, 'a'.repeat(200), false],
    ];
    for (const [rules, path, excluded] of slow) {
      const started = performance.now();
      assert.equal(parseIgnoreRules(rules).excludes(path), excluded);
      assert.ok(performance.now() - started < 2000, rules);
    }
  });
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
    assert.deepEqual(names(takeSnapshot(root)), ['.amlignore', '.gitignore', 'a.py', 'sub/.amlignore', 'sub/b.py']);
  });

  it('follow symbolic links under the name of the link', () => {
    write('real/x.txt', 'x');
    symlinkSync(join(root, 'real'), join(root, 'link'));
    assert.deepEqual(names(takeSnapshot(root)), ['link/x.txt', 'real/x.txt']);
  });

  it('refuse a link to a parent and an empty folder', () => {
    symlinkSync(root, join(root, 'loop'));
    assert.throws(() => takeSnapshot(root), /symbolic link to one of its own parents/);
    mkdirSync(join(root, 'empty'));
    assert.throws(() => takeSnapshot(join(root, 'empty')), /is empty/);
  });

  it('leave out a link to a parent in a folder that is excluded', () => {
    write('a.py', 'x');
    write('.amlignore', 'node_modules/');
    mkdirSync(join(root, 'node_modules'));
    symlinkSync('..', join(root, 'node_modules/self'));
    assert.deepEqual(names(takeSnapshot(root)), ['.amlignore', 'a.py']);
  });

  it('take no link that leads out of where links may lead', () => {
    write('src/a.py', 'x');
    write('common/b.py', 'x');
    symlinkSync('../common', join(root, 'src/common'));
    const real = realpathSync(root);
    assert.equal(takeSnapshot(join(root, 'src'), [], [real]).files.length, 2);
    symlinkSync('/etc', join(root, 'src/etc'));
    assert.throws(
      () => takeSnapshot(join(root, 'src'), [], [real]),
      /symbolic link '.*etc' leads out of the repository/,
    );
    assert.throws(() => takeMergedSnapshot(root, join(root, 'src'), [], [real]), /leads out of the repository/);
    // What is excluded may lead anywhere: a virtual environment has links to the machine's Python.
    write('src/.amlignore', 'etc\n');
    assert.equal(takeSnapshot(join(root, 'src'), [], [real]).files.length, 3);
    assert.equal(takeMergedSnapshot(root, join(root, 'src'), [], [real]).files.length, 3);
  });

  it('take files alone: no pipe, and no ignore file that is none', () => {
    write('src/a.py', 'x');
    write('lib/b.py', 'x');
    execFileSync('mkfifo', [join(root, 'src/pipe'), join(root, 'lib/pipe')]);
    mkdirSync(join(root, 'src/.amlignore'));
    execFileSync('mkfifo', [join(root, 'lib/.amlignore')]);
    assert.deepEqual(names(takeSnapshot(join(root, 'src'))), ['a.py']);
    assert.deepEqual(names(takeSnapshot(join(root, 'lib'))), ['b.py']);
    assert.deepEqual(names(takeMergedSnapshot(root, join(root, 'src'), [join(root, 'lib')])), ['a.py', 'lib/b.py']);
  });

  it('refuse names that Azure Storage takes for others, wherever they stand', () => {
    write('src/d\\e/f.py', 'x');
    for (const take of [() => takeSnapshot(join(root, 'src')), () => takeMergedSnapshot(root, join(root, 'src'), [])])
      assert.throws(take, /contains a backslash/);
  });

  it('refuse ignore files without end, and links to parents in merged code', () => {
    write('src/a.py', 'x');
    write('src/.amlignore', 'x\n'.repeat(6000));
    assert.throws(() => takeSnapshot(join(root, 'src')), /has 6001 lines, but at most 2000/);
    writeFileSync(join(root, 'src/.amlignore'), 'x'.repeat(2000));
    assert.throws(() => takeSnapshot(join(root, 'src')), /a line of 2000 characters/);
    writeFileSync(join(root, 'src/.amlignore'), 'x'.repeat(600_000));
    assert.throws(() => takeSnapshot(join(root, 'src')), /has 600000 bytes/);
    rmSync(join(root, 'src/.amlignore'));
    symlinkSync('.', join(root, 'src/self'));
    assert.throws(() => takeMergedSnapshot(root, join(root, 'src'), []), /symbolic link to one of its own parents/);
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
