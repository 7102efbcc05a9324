import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkVsix } from '../../scripts/check-vsix.ts';
import { ROOT, type TaskManifest } from '../../scripts/layout.ts';
import { packageFolder, thirdPartyNotices } from '../../scripts/notices.ts';
import { resourceStrings } from '../../scripts/resjson.ts';
import { type Files, listFiles, syncFolder } from '../../scripts/stage.ts';

describe('syncFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stage-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const files = (entries: Record<string, string>): Files =>
    new Map(Object.entries(entries).map(([path, text]) => [path, Buffer.from(text)]));

  it('writes what is new or differs and leaves the rest untouched', () => {
    syncFolder(folder, files({ 'a/b.txt': 'one', 'c.txt': 'two' }));
    const past = new Date(2000, 1, 1);
    utimesSync(join(folder, 'c.txt'), past, past);
    assert.deepEqual(syncFolder(folder, files({ 'a/b.txt': 'changed', 'c.txt': 'two' })), ['a/b.txt']);
    assert.equal(readFileSync(join(folder, 'a/b.txt'), 'utf8'), 'changed');
    assert.equal(statSync(join(folder, 'c.txt')).mtime.getFullYear(), 2000);
  });

  it('removes files that do not belong there any more', () => {
    writeFileSync(join(folder, 'old.txt'), 'x');
    syncFolder(folder, files({ 'new.txt': 'y' }));
    assert.deepEqual(listFiles(folder), ['new.txt']);
  });
});

describe('resourceStrings', () => {
  it('has a key for each text of task.json', () => {
    const task = {
      friendlyName: 'Submit',
      description: 'Submits.',
      instanceNameFormat: 'Submit it',
      groups: [{ name: 'more', displayName: 'More' }],
      inputs: [{ name: 'jobFile', type: 'filePath', label: 'Job file', helpMarkDown: 'The file.' }],
      messages: { Done: 'Done: %s' },
    } as unknown as TaskManifest;
    assert.deepEqual(resourceStrings(task), {
      'loc.friendlyName': 'Submit',
      'loc.description': 'Submits.',
      'loc.instanceNameFormat': 'Submit it',
      'loc.group.displayName.more': 'More',
      'loc.input.label.jobFile': 'Job file',
      'loc.input.help.jobFile': 'The file.',
      'loc.messages.Done': 'Done: %s',
    });
  });
});

describe('the third-party notices', () => {
  it('find the package of a file, scoped and nested ones too', () => {
    assert.equal(packageFolder('node_modules/yaml/dist/index.js'), 'node_modules/yaml');
    assert.equal(packageFolder('node_modules/@azure/identity/dist/x.js'), 'node_modules/@azure/identity');
    assert.equal(packageFolder('node_modules/a/node_modules/b/c.js'), 'node_modules/a/node_modules/b');
    assert.equal(packageFolder('lib/core/errors.ts'), undefined);
  });

  it('name each bundled package once, with licence and text', () => {
    const text = thirdPartyNotices(
      ['lib/x.ts', 'node_modules/yaml/a.js', 'node_modules/yaml/b.js', 'node_modules/@azure/identity/c.js'],
      ROOT,
    );
    assert.match(text, /^@azure\/identity \d+\.\d+\.\d+ \(MIT\)$/m);
    assert.equal(text.match(/^yaml \S+ \(ISC\)$/gm)?.length, 1);
    assert.match(text, /Copyright Eemeli Aro/);
  });
});

describe('checkVsix', () => {
  const manifest = (slug: string) =>
    Buffer.from(JSON.stringify({ contributions: [{ properties: { name: `tasks/${slug}` } }] }));
  const staged = (): Files =>
    new Map([
      ['vss-extension.json', Buffer.from('{}')],
      ['tasks/a/v1/index.js', Buffer.from('code')],
      ['tasks/a/v1/task.json', Buffer.from('{}')],
      ['tasks/a/v1/icon.png', Buffer.from('png')],
    ]);
  const packed = (): Files => {
    const files = staged();
    files.delete('vss-extension.json');
    files.set('extension.vsixmanifest', Buffer.from('<x/>'));
    files.set('extension.vsomanifest', manifest('a'));
    files.set('[Content_Types].xml', Buffer.from('<x/>'));
    return files;
  };
  const messages = (vsix: Files, bytes = 1000) => checkVsix(vsix, bytes, staged()).map((p) => `${p.file} ${p.message}`);

  it('is content with a complete package', () => assert.deepEqual(messages(packed()), []));

  it('finds a package of more than 8 MB', () =>
    assert.match(messages(packed(), 8_400_000).join(), /has 8400000 bytes/));

  it('finds a file that was left out', () => {
    const vsix = packed();
    vsix.delete('tasks/a/v1/index.js');
    assert.match(messages(vsix).join(), /tasks\/a\/v1\/index\.js is not in the VSIX/);
  });

  it('does not ask for the code of a server task', () => {
    const vsix = packed();
    vsix.delete('tasks/a/v1/index.js');
    vsix.set('tasks/a/v1/task.json', Buffer.from('{"runsOn":["Server"]}'));
    assert.ok(!checkVsix(vsix, 1000, new Map()).some(({ file }) => file.endsWith('index.js')));
  });

  it('finds a file that changed', () => {
    const vsix = packed();
    vsix.set('tasks/a/v1/index.js', Buffer.from('other'));
    assert.match(messages(vsix).join(), /index\.js changed/);
  });

  it('finds a task that is packed but not contributed', () => {
    const vsix = packed();
    vsix.set('extension.vsomanifest', manifest('b'));
    assert.match(messages(vsix).join(), /does not contribute tasks\/a/);
  });

  it('finds a missing package manifest', () => {
    const vsix = packed();
    vsix.delete('extension.vsomanifest');
    assert.match(messages(vsix).join(), /extension\.vsomanifest is not in the VSIX/);
  });
});
