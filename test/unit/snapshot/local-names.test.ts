import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../../lib/core/errors.ts';
import { localNames } from '../../../lib/snapshot/local-names.ts';

const paths = (names: string[], platform: string): string[] => localNames(names, platform).map(({ path }) => path);

describe('names of downloaded files', () => {
  it('that lead out of the folder are refused everywhere', () => {
    for (const name of ['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a/.', 'a\0b', ''])
      for (const platform of ['linux', 'win32', 'darwin'])
        assert.throws(
          () => localNames([name], platform),
          /FileNameUnsafe|outside of the folder/,
          `${platform} ${name}`,
        );
  });

  it('that Windows does not take are replaced there, and only there', () => {
    const names = [
      'a:b.txt',
      'con',
      'AUX.json',
      'x/nul.tar.gz',
      'end. ',
      'C:\\x',
      '..\\up',
      'com1',
      'console',
      'lpt¹.x',
      'CONIN$',
      'nul .txt',
      'a./b /c',
      'prn/x',
    ];
    assert.deepEqual(paths(names, 'win32'), [
      'a_b.txt',
      '_con',
      '_AUX.json',
      'x/_nul.tar.gz',
      'end__',
      'C__x',
      '.._up',
      '_com1',
      'console',
      '_lpt¹.x',
      '_CONIN$',
      '_nul .txt',
      'a_/b_/c',
      '_prn/x',
    ]);
    assert.deepEqual(paths(names, 'linux'), names);
  });

  it('that would share a path are refused', () => {
    assert.throws(() => localNames(['A.txt', 'a.txt'], 'win32'), /same path/);
    assert.throws(() => localNames(['A.txt', 'a.txt'], 'darwin'), /same path/);
    assert.equal(localNames(['A.txt', 'a.txt'], 'linux').length, 2);
    assert.throws(() => localNames(['a:b', 'a?b'], 'win32'), /same path/);
    assert.throws(() => localNames(['a.', 'a_'], 'win32'), /same path/);
    assert.throws(() => localNames(['A', 'a/b'], 'win32'), /would be the folder/);
    assert.throws(() => localNames(['a', 'a/b'], 'linux'), /would be the folder/);
  });

  it('never leave the folder, whatever they are', () => {
    const segment = fc.oneof(fc.constantFrom('..', '.', '', 'C:', 'con', 'a', '\\\\host', '...', ' '), fc.string());
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('linux', 'win32'),
        (parts, platform) => {
          const system = platform === 'win32' ? win32 : posix;
          const root = platform === 'win32' ? 'D:\\models' : '/models';
          let found: string[];
          try {
            found = paths([parts.join('/')], platform);
          } catch (error) {
            assert.ok(error instanceof UserError);
            return;
          }
          const full = system.join(root, found[0]!);
          assert.ok(full.startsWith(root + system.sep) && full.length > root.length + 1, full);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
