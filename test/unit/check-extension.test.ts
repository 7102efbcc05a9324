import assert from 'node:assert/strict';
import { checkExtension } from '../../scripts/check-extension.ts';
import type { Files } from '../../scripts/stage.ts';

const A = '9c6ca0ec-f692-44e7-a17d-ce42186ecf5a';
const B = '52f018e5-912d-496a-9c29-96ac8d74c41b';

function png(width: number, height = width): Uint8Array {
  const header = Buffer.alloc(33);
  header.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

function task(id: string, name: string): any {
  return {
    id,
    name,
    friendlyName: name,
    description: 'Submits a job to the workspace.',
    helpMarkDown: 'help',
    category: 'Azure Pipelines',
    author: 'Model Bridge',
    version: { Major: 1, Minor: 0, Patch: 0 },
    runsOn: ['Agent'],
    instanceNameFormat: 'Submit $(jobFile)',
    groups: [{ name: 'advanced', displayName: 'Advanced', isExpanded: false }],
    inputs: [
      { name: 'jobFile', aliases: ['file'], type: 'filePath', label: 'Job file', helpMarkDown: 'The file.' },
      {
        name: 'onFail',
        type: 'pickList',
        label: 'On failure',
        helpMarkDown: 'What happens.',
        groupName: 'advanced',
        visibleRule: 'jobFile != ""',
        options: { fail: 'Fail', warn: 'Warn' },
        defaultValue: 'fail',
      },
    ],
    outputVariables: [{ name: 'jobName', description: 'Name of the job.' }],
    execution: { Node20_1: { target: 'index.js' }, Node24: { target: 'index.js' } },
    messages: { Submitted: 'Submitted %s' },
  };
}

/** A complete extension of two tasks as plain data; every test spoils one thing. */
function extension() {
  const contribution = (id: string) => ({
    id,
    type: 'ms.vss-distributed-task.task',
    targets: ['ms.vss-distributed-task.tasks'],
    properties: { name: `tasks/${id}` },
  });
  return {
    manifest: {
      manifestVersion: 1,
      id: 'model-bridge',
      publisher: 'model-bridge',
      version: '0.1.0',
      name: 'Model Bridge',
      description: 'Tasks.',
      targets: [{ id: 'Microsoft.VisualStudio.Services' }],
      categories: ['Azure Pipelines'],
      icons: { default: 'images/icon.png' },
      content: { details: { path: 'overview.md' }, license: { path: 'LICENSE' } },
      links: { support: { uri: 'https://example.org/issues' } },
      files: [{ path: 'tasks' }, { path: 'images', addressable: true }],
      contributions: [contribution('submit'), contribution('stream')],
    } as any,
    submit: task(A, 'Submit'),
    stream: task(B, 'Stream'),
    other: new Map<string, string | Uint8Array>([
      ['tasks/submit/v1/index.js', 'say("Submitted")'],
      ['tasks/stream/v1/index.js', 'say("Submitted")'],
      ['tasks/submit/v1/icon.png', png(32)],
      ['tasks/stream/v1/icon.png', png(32)],
      ['images/icon.png', png(128)],
      ['images/flow.png', png(800, 300)],
      ['overview.md', 'See ![flow](images/flow.png) and [docs](https://example.org).'],
      ['LICENSE', 'MIT'],
    ]),
  };
}

type Extension = ReturnType<typeof extension>;

function problemsAfter(spoil: (e: Extension) => void): string[] {
  const e = extension();
  spoil(e);
  const files: Files = new Map();
  const put = (path: string, content: string | Uint8Array) =>
    files.set(path, typeof content === 'string' ? Buffer.from(content) : content);
  for (const [path, content] of e.other) put(path, content);
  if (!files.has('vss-extension.json')) put('vss-extension.json', JSON.stringify(e.manifest));
  if (!files.has('tasks/submit/v1/task.json')) put('tasks/submit/v1/task.json', JSON.stringify(e.submit));
  put('tasks/stream/v1/task.json', JSON.stringify(e.stream));
  const problems = checkExtension(files);
  for (const { fix } of problems) assert.ok(fix, 'every problem says how to mend it');
  return problems.map((problem) => `${problem.file} ${problem.message}`);
}

const mistakes: [name: string, spoil: (e: Extension) => void, expected: RegExp][] = [
  [
    'task.json that is no JSON',
    (e) => e.other.set('tasks/submit/v1/task.json', '{"id":'),
    /task\.json is not valid JSON/,
  ],
  ['an unknown key', (e) => (e.submit.inptus = []), /additional properties: inptus/],
  ['a missing key', (e) => delete e.submit.friendlyName, /required property 'friendlyName'/],
  ['a name of 41 characters', (e) => (e.submit.friendlyName = 'x'.repeat(41)), /friendlyName .*40 characters/],
  ['an unknown input type', (e) => (e.submit.inputs[0].type = 'text'), /\/inputs\/0\/type must match/],
  ['an input without a label', (e) => delete e.submit.inputs[0].label, /required property 'label'/],
  ['a version of strings', (e) => (e.submit.version.Major = '1'), /version\/Major must be integer/],
  ['an unknown handler', (e) => (e.submit.execution.Node99 = { target: 'index.js' }), /additional properties: Node99/],
  ['an old handler', (e) => (e.submit.execution.Node16 = { target: 'index.js' }), /additional properties: Node16/],
  ['an unknown category', (e) => (e.submit.category = 'Tool'), /category must be equal to one of/],
  ['a handler that is left out', (e) => delete e.submit.execution.Node24, /execution does not have Node24/],
  ['a target that is not there', (e) => (e.submit.execution.Node24.target = 'main.js'), /'main\.js' is missing/],
  ['no id', (e) => delete e.submit.id, /required property 'id'/],
  ['a toy GUID', (e) => (e.submit.id = '11111111-2222-3333-4444-555555555555'), /not a version 4 GUID/],
  ['a GUID in capitals', (e) => (e.submit.id = A.toUpperCase()), /not a version 4 GUID/],
  ['two tasks with one id', (e) => (e.stream.id = A), /has the id '.*' of the task (submit|stream)/],
  ['two tasks with one name', (e) => (e.stream.name = 'submit'), /has the name 'submit' of the task/],
  ['a major that is not the folder', (e) => (e.submit.version.Major = 2), /version\.Major is 2/],
  ['an input in an unknown group', (e) => (e.submit.inputs[0].groupName = 'more'), /unknown group 'more'/],
  ['an alias that is taken', (e) => (e.submit.inputs[1].aliases = ['FILE']), /'FILE' is used twice/],
  ['a default that is no option', (e) => (e.submit.inputs[1].defaultValue = 'stop'), /the default 'stop'/],
  ['a rule on an unknown input', (e) => (e.submit.inputs[1].visibleRule = 'job = x'), /unknown input 'job'/],
  ['a title with an unknown input', (e) => (e.submit.instanceNameFormat = '$(file)'), /unknown input 'file'/],
  [
    'a picker of an unknown input',
    (e) => (e.submit.dataSourceBindings = [{ target: 'group', endpointId: '$(jobFile)' }]),
    /dataSourceBinding names the unknown input 'group'/,
  ],
  [
    'a picker that depends on an unknown input',
    (e) => (e.submit.dataSourceBindings = [{ target: 'onFail', endpointId: '$(connection)' }]),
    /dataSourceBinding names the unknown input 'connection'/,
  ],
  ['a bundle that was not built', (e) => e.other.delete('tasks/submit/v1/index.js'), /index\.js is missing/],
  ['a bundle that is too big', (e) => e.other.set('tasks/submit/v1/index.js', Buffer.alloc(1_600_000)), /more than/],
  [
    'a folder that is too big',
    (e) => e.other.set('tasks/submit/v1/devops.js', Buffer.alloc(2_700_000)),
    /v1 has .* more than 2621440/,
  ],
  ['a task icon of 16 pixels', (e) => e.other.set('tasks/submit/v1/icon.png', png(16)), /has 16x16 pixels/],
  ['a task icon that is not square', (e) => e.other.set('tasks/submit/v1/icon.png', png(32, 30)), /has 32x30 pixels/],
  ['a task without icon', (e) => e.other.delete('tasks/submit/v1/icon.png'), /v1\/icon\.png is missing/],
  ['an icon that is no PNG', (e) => e.other.set('images/icon.png', '<svg/>'), /images\/icon\.png is not a PNG/],
  ['an extension icon of 64 pixels', (e) => e.other.set('images/icon.png', png(64)), /has 64x64 pixels/],
  ['no manifest content', (e) => e.other.set('vss-extension.json', ''), /vss-extension\.json is not valid JSON/],
  ['a version like 1.x', (e) => (e.manifest.version = '1.x'), /version '1\.x' is not well formed/],
  ['an id with a space', (e) => (e.manifest.id = 'model bridge'), /id 'model bridge' is not allowed/],
  ['a description of 201 characters', (e) => (e.manifest.description = 'x'.repeat(201)), /has 201 characters/],
  ['no category', (e) => (e.manifest.categories = []), /categories does not have 'Azure Pipelines'/],
  ['no target', (e) => (e.manifest.targets = []), /targets does not have/],
  ['a scope', (e) => (e.manifest.scopes = ['vso.build']), /asks for the scopes vso\.build/],
  ['a link that is no address', (e) => (e.manifest.links.support.uri = 'TODO'), /links\.support is not an https/],
  ['a licence that is not there', (e) => e.other.delete('LICENSE'), /content\.license names 'LICENSE'/],
  ['a folder that is not there', (e) => e.manifest.files.push({ path: 'tab' }), /files names 'tab'/],
  ['a task without contribution', (e) => e.manifest.contributions.pop(), /no contribution for 'tasks\/stream'/],
  ['a contribution without task', (e) => (e.manifest.contributions[0].properties.name = 'tasks/x'), /holds no task/],
  ['a contribution id twice', (e) => (e.manifest.contributions[1].id = 'submit'), /'submit' is used twice/],
  ['an unknown contribution type', (e) => (e.manifest.contributions[0].type = 'ms.task'), /unknown type 'ms\.task'/],
  ['wrong targets', (e) => (e.manifest.contributions[0].targets = []), /'submit' has wrong targets/],
  ['an image that is not there', (e) => e.other.delete('images/flow.png'), /shows 'images\/flow\.png'/],
  [
    'an SVG on the page',
    (e) => {
      e.other.set('images/flow.svg', '<svg/>');
      e.other.set('overview.md', '![flow](images/flow.svg)');
    },
    /overview\.md shows 'images\/flow\.svg'/,
  ],
  ['a relative link on the page', (e) => e.other.set('overview.md', '[docs](docs/a.md)'), /links to 'docs\/a\.md'/],
  ['a file name with a space', (e) => e.other.set('images/my icon.png', png(8)), /has the character ' '/],
  ['a file name with a bare %', (e) => e.other.set('images/50%.png', png(8)), /has the character '%'/],
  ['a folder that ends with a dot', (e) => e.other.set('images/v1./a.png', png(8)), /ends with '\.'/],
];

describe('the checks before packing', () => {
  it('find nothing in a sound extension', () => {
    assert.deepEqual(
      problemsAfter(() => {}),
      [],
    );
  });

  for (const [name, spoil, expected] of mistakes) {
    it(`find ${name}`, () => {
      const problems = problemsAfter(spoil);
      assert.ok(
        problems.some((problem) => expected.test(problem)),
        `expected ${expected} in:\n${problems.join('\n')}`,
      );
    });
  }

  it('report all problems at once', () => {
    const problems = problemsAfter((e) => {
      e.manifest.version = '1.x';
      e.submit.id = 'x';
      e.other.set('images/icon.png', png(64));
    });
    assert.equal(problems.length, 3);
  });
});
