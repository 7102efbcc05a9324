/** Code folders are hashed, and their files chosen, as azure-ai-ml does it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../lib/core/errors.ts';
import { type Snapshot, takeSnapshot } from '../../lib/snapshot/files.ts';
import { parseIgnoreRules } from '../../lib/snapshot/ignore-rules.ts';
import { takeMergedSnapshot } from '../../lib/snapshot/merged.ts';
import { askPython } from './parity/ask-python.ts';

const segment = fc.constantFrom('a', 'B', 'b', 'data', 'src', 'ä ö', 'ß', 'x y', '__pycache__', 'build', 'Z-1', '日本');
const file = fc.constantFrom(
  'a.py',
  'B.py',
  'b.pyc',
  'x.log',
  'ü.txt',
  'README',
  '.env',
  'keep.csv',
  '1',
  'a b.c',
  '#x',
  '!y',
);
const pattern = fc.oneof(
  fc.constantFrom(
    '*.py',
    '*.py[co]',
    '/a',
    'a/',
    'data/*',
    '!keep.csv',
    '**/b',
    'src/**',
    '**/',
    '**',
    '*',
    '?',
    '/*',
    '!/a',
  ),
  fc.constantFrom(
    '#x',
    '\\#x',
    '\\!y',
    '[!a]*',
    '[a-c].py',
    'a/**/b',
    'build',
    '/src/*.py',
    '.*',
    '__pycache__',
    'x y/',
    ' a ',
    'data/**/*.log',
  ),
  fc
    .tuple(
      fc.constantFrom('', '!', '/'),
      fc.array(fc.oneof(segment, file, fc.constantFrom('*', '**', '?', '*.*')), { minLength: 1, maxLength: 3 }),
      fc.constantFrom('', '/'),
    )
    .map(([start, parts, end]) => start + parts.join('/') + end),
);
const rules = fc.option(fc.tuple(fc.constantFrom('.amlignore', '.gitignore'), fc.array(pattern, { maxLength: 5 })), {
  nil: undefined,
});
const tree = fc.record({
  files: fc.uniqueArray(
    fc.record({
      path: fc.tuple(fc.array(segment, { maxLength: 3 }), file).map(([folders, name]) => [...folders, name].join('/')),
      content: fc.string({ maxLength: 12 }),
    }),
    // Names that differ in case alone have no order in Python.
    { selector: ({ path }) => path.toLowerCase(), minLength: 1, maxLength: 9 },
  ),
  rules,
  nested: rules,
  link: fc.option(fc.constantFrom('outside', 'inside', 'file', 'broken'), { nil: undefined, freq: 2 }),
});
/** In Python `*` or `.*` in the rules of such a folder excludes the folder itself, so nothing of it would be left. */
const openTree = tree.filter(({ rules: own, nested }) =>
  [own, nested].every((one) => !one || !parseIgnoreRules(one[1].join('\n')).excludes('.')),
);
type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never;

describe('snapshots', function () {
  this.timeout(600_000);
  let root: string;
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'snapshots-'));
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it('of folders hold the same files under the same hash', () => {
    const folders = fc.sample(tree, 400).map((one, i) => grow(join(root, 'plain', String(i)), one));
    const expected = askPython(
      'snapshots.py',
      folders.map((folder) => ({ folder })),
    );
    compare(folders, expected, (folder) => takeSnapshot(folder));
  });

  it('of components with what they include do too', () => {
    const cases = fc.sample(fc.tuple(openTree, openTree, fc.boolean()), 300).map(([code, other, hasCode], i) => {
      const folder = join(root, 'merged', String(i));
      grow(join(folder, 'code'), code);
      grow(join(folder, 'shared'), other);
      writeFileSync(join(folder, 'single.py'), 'x');
      return { folder, code: hasCode ? './code' : null, includes: ['./shared', './single.py'] };
    });
    const expected = askPython('snapshots.py', cases);
    compare(
      cases.map(({ folder }) => folder),
      expected,
      (folder, i) => {
        const { code, includes } = cases[i]!;
        return takeMergedSnapshot(
          folder,
          code ? join(folder, code) : undefined,
          includes.map((one) => join(folder, one)),
        );
      },
    );
  });
});

/** Makes a tree on disk. A link leads to a folder beside, a folder or file within, or to nothing. */
function grow(folder: string, { files, rules: own, nested, link }: Tree): string {
  const write = (path: string, content: string): void => {
    try {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    } catch (error) {
      // a name is a file here and a folder there
      if (!['EEXIST', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  };
  mkdirSync(folder, { recursive: true });
  for (const { path, content } of files) write(path, content);
  if (own) write(own[0], own[1].join('\n'));
  if (nested) write(`src/${nested[0]}`, nested[1].join('\n'));
  if (link) {
    const outside = `${folder}-outside`;
    mkdirSync(join(outside, 'sub'), { recursive: true });
    writeFileSync(join(outside, 'sub/linked.py'), 'linked');
    mkdirSync(join(folder, 'target'), { recursive: true });
    writeFileSync(join(folder, 'target/t.log'), 't');
    const to = {
      outside,
      inside: join(folder, 'target'),
      file: join(folder, 'target/t.log'),
      broken: join(folder, 'none'),
    };
    if (link !== 'broken') symlinkSync(to[link], join(folder, 'link'));
  }
  return folder;
}

function compare(
  folders: string[],
  expected: { hash: string; files: string[] }[],
  take: (folder: string, i: number) => Snapshot,
): void {
  assert.equal(expected.length, folders.length);
  const different = folders.flatMap((folder, i) => {
    const ours = filesOf(() => take(folder, i));
    const { hash, files } = expected[i]!;
    // An empty folder is an error to both, but Python says so later.
    const same = files.length === 0 ? ours === undefined : ours?.hash === hash;
    return same ? [] : [{ folder, python: files, ours: ours?.files }];
  });
  assert.deepEqual(different.slice(0, 5), [], `${different.length} of ${folders.length} differ`);
  assert.ok(expected.filter(({ files }) => files.length > 1).length > folders.length / 4, 'too few trees with files');
}

function filesOf(take: () => Snapshot): { hash: string; files: string[] } | undefined {
  try {
    const { hash, files } = take();
    return { hash, files: files.map(({ name }) => name).sort() };
  } catch (error) {
    if (error instanceof UserError && error.code === 'FolderEmpty') return undefined;
    throw error;
  }
}
