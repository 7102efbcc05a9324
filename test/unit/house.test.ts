import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { generate } from '../../scripts/generate.ts';
import { ROOT, readTask } from '../../scripts/layout.ts';
import { messagesOf } from '../../scripts/messages.ts';
import { findFunctions } from './functions.ts';
import {
  agentTasks,
  closure,
  find,
  INPUT_READ,
  imports,
  linesOf,
  OUTPUT_SET,
  read,
  sources,
  tasks,
  testsOfSandbox,
  upwardImports,
} from './house-sources.ts';

/** From the ground up: a folder imports only from folders that stand before it. */
const FLOORS = [
  'core',
  'azure',
  'azureml',
  'devops',
  'lineage',
  'snapshot',
  'plan',
  'compiler',
  'start',
  'follow',
  'rules',
  'gate',
  'rollout',
  'monitor',
  'report',
  'pipelines',
];
/** The same inside the compiler, for its folders and the files beside them. */
const COMPILER_FLOORS = [
  'yaml',
  'schema',
  'builder',
  'context',
  'values',
  'references',
  'local-files',
  'ports',
  'assets',
  'jobs',
  'pipeline',
  'serving',
  'schedules',
  'job-types',
  'file-kind',
  'other-file',
  'input-values',
  'compile-job',
  'compile-file',
];
const MAX_LINES = 300;
const MAX_USE_CASE_LINES = 60;
const MAX_FUNCTION_LINES = 80;
/** Folders whose functions and files are held to these lengths. */
const MEASURED = ['lib', 'tasks', 'sandbox', 'scripts'];

describe('the house', () => {
  it('has tasks and a library to look at', () => {
    assert.ok(tasks.length >= 4);
    assert.ok(sources('lib').length > 10);
  });

  it('imports one way only', () => {
    assert.deepEqual(upwardImports('lib', FLOORS), []);
    const users = sources('lib').filter((file) => imports(file).some((target) => target.startsWith('tasks/')));
    assert.deepEqual(users, []);
  });

  it('imports one way only inside the compiler', () => {
    assert.deepEqual(upwardImports('lib/compiler', COMPILER_FLOORS), []);
  });

  it('touches the task library in lib/pipelines only', () => {
    const wrong = sources('lib', 'tasks').filter(
      (file) =>
        !file.startsWith('lib/pipelines/') && imports(file).some((name) => name.startsWith('azure-pipelines-task-lib')),
    );
    assert.deepEqual(wrong, []);
  });

  it('opens connections in lib/azure and lib/snapshot only', () => {
    const clients = /^(node:https?|node:net|node:tls|@azure\/(core-rest-pipeline|identity))$|^\0fetch$/;
    const wrong = sources('lib', 'tasks').filter((file) => {
      if (/^lib\/(azure|snapshot)\//.test(file)) return false;
      // Types cost nothing and open nothing.
      const values = read(file).replace(/import type [^;]*;/g, '');
      const names = [...values.matchAll(/\bfrom\s*'([^']+)'/g)].map((match) => match[1]!);
      return names.some((name) => clients.test(name)) || /(?<![.\w])fetch\(/.test(values);
    });
    assert.deepEqual(wrong, []);
  });

  it('limits time by signals that Node 20 does not collect before they abort', () => {
    const wrong = sources('lib', 'tasks', 'sandbox').filter((file) => /AbortSignal\.timeout\(/.test(read(file)));
    assert.deepEqual(wrong, []);
  });

  it('keeps the library and the tasks apart from the sandbox and the tests', () => {
    const wrong = sources('lib', 'tasks').flatMap((file) =>
      imports(file)
        .filter((target) => /^(sandbox|scripts|test|examples)\//.test(target))
        .map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('keeps the sandbox apart from everything else', () => {
    const outside = (file: string) =>
      imports(file)
        .filter((target) => target.includes('/') && /^(lib|tasks|scripts|test|bench|examples)\//.test(target))
        .map((target) => `${file} imports ${target}`);
    assert.deepEqual([...sources('sandbox'), ...testsOfSandbox()].flatMap(outside), []);
  });

  it('reaches the sandbox through its exports only', () => {
    const wrong = sources('lib', 'tasks', 'scripts', 'bench').flatMap((file) =>
      imports(file)
        .filter((target) => target.startsWith('sandbox/'))
        .map((target) => `${file} imports ${target}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('has the exports of the sandbox in tsconfig.json, which finds their sources', () => {
    const { paths } = JSON.parse(read('tsconfig.json')).compilerOptions;
    const entries = Object.entries<{ types: string; default: string }>(
      JSON.parse(read('sandbox/package.json')).exports,
    );
    assert.deepEqual(
      paths,
      Object.fromEntries(
        entries.map(([entry, { default: target }]) => [
          posix.join('model-bridge-sandbox', entry),
          [target.replace('./dist/', './sandbox/').replace(/\.js$/, '.ts')],
        ]),
      ),
    );
    for (const [, { types, default: target }] of entries) assert.equal(types, target.replace(/\.js$/, '.d.ts'));
  });

  it('has the errors of each service that the sandbox stands in for in one file', () => {
    const made = /\bnew (?:ArmError|MlflowError)\(|\bstatus: [45]\d\d, code:/;
    const wrong = sources('sandbox/azureml').filter((file) => !file.endsWith('/errors.ts') && made.test(read(file)));
    assert.deepEqual(wrong, []);
  });

  it('has identical entry files', () => {
    const [first, ...others] = agentTasks.map((task) => readFileSync(join(task.folder, 'index.ts'), 'utf8'));
    assert.ok(first!.trim().split('\n').length <= 8, 'an entry file has no logic');
    assert.match(first!, /runTask\(/);
    for (const other of others) assert.equal(other, first);
  });

  it('has task.json and icon alone for tasks without code', () => {
    const others = tasks.filter((task) => !agentTasks.includes(task));
    for (const { folder } of others) assert.deepEqual(readdirSync(folder).sort(), ['icon.png', 'task.json'], folder);
  });

  it('has use cases of sixty lines', () => {
    const long = agentTasks
      .map(({ slug, major }) => `tasks/${slug}/${major}/run.ts`)
      .filter((file) => linesOf(file) > MAX_USE_CASE_LINES);
    assert.deepEqual(long, []);
  });

  it('is generated where many files say the same', () => {
    assert.deepEqual(generate(true), []);
  });

  it('has small files', () => {
    const long = [...sources(...MEASURED, 'test', 'bench'), ...testsOfSandbox()]
      .map((file) => ({ file, lines: linesOf(file) }))
      .filter(({ lines }) => lines > MAX_LINES);
    assert.deepEqual(long, []);
  });

  it('knows how long a function is', () => {
    const source = [
      'export function one(',
      '  a: string,',
      '): void {',
      '  if (a) {',
      '    b();',
      '  }',
      '}',
      '',
      'const two = () => [',
      '  1,',
      '];',
      'const three = (a: number) =>',
      '  a +',
      '  1;',
      'const four = {',
      '  five(): number {',
      '    return 5;',
      '  },',
      '};',
    ].join('\n');
    assert.deepEqual(
      findFunctions(source).map(({ line, lines }) => [line, lines]),
      [
        [1, 7],
        [9, 3],
        [12, 3],
        [16, 3],
      ],
    );
  });

  it('has short functions', () => {
    const found = sources(...MEASURED).flatMap((file) =>
      findFunctions(read(file)).map(({ line, lines, text }) => ({ place: `${file}:${line}`, lines, text })),
    );
    assert.ok(found.length > 500, 'there are functions to measure');
    assert.deepEqual(
      found.filter(({ lines }) => lines > MAX_FUNCTION_LINES),
      [],
    );
  });

  it('has a README in each folder of lib, whose code uses functions that exist', () => {
    const folders = readdirSync(join(ROOT, 'lib'));
    assert.ok(folders.length > 10);
    const all = sources('lib').map(read).join('\n');
    for (const folder of folders) {
      const page = read(`lib/${folder}/README.md`);
      assert.ok(page.trimEnd().split('\n').length <= 22, `lib/${folder}/README.md is a page, not a book`);
      const code = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
        .map(([, text]) => text!.replace(/\/\/.*$/gm, ''))
        .join('\n');
      const calls = [...code.matchAll(/(?<![.\w])([a-z]\w+)(?:<[\w.]+>)?\(/g)].map(([, name]) => name!);
      assert.ok(calls.length > 0, folder);
      const known = (name: string) => new RegExp(`\\bfunction\\*? ${name}\\b`).test(all);
      assert.deepEqual(
        calls.filter((name) => !['use', 'work', 'async'].includes(name) && !known(name)),
        [],
        folder,
      );
    }
  });

  it('has no drawers for odds and ends', () => {
    const names = sources('lib', 'tasks', 'sandbox', 'scripts').filter((file) =>
      /(^|\/)[^/]*(utils?|helpers?|manager|common)(\.ts|\/)/.test(file),
    );
    assert.deepEqual(names, []);
  });

  it('says every message that it has', async () => {
    const files = sources('lib', 'tasks').filter((file) => file.endsWith('/messages.ts'));
    assert.ok(files.length > 5);
    for (const file of files) {
      const users = sources('lib', 'tasks').filter((user) => imports(user).includes(file));
      const said = find(users, /\bmessages\.([A-Z]\w*)/g);
      assert.deepEqual(said, Object.keys(await messagesOf(file)).sort(), file);
    }
  });

  for (const task of agentTasks) {
    describe(`${task.slug}/${task.major}`, () => {
      const entry = `${relative(ROOT, task.folder).replaceAll('\\', '/')}/index.ts`;

      it('reads exactly the inputs that task.json declares', () => {
        const declared = readTask(task.folder).inputs.map(({ name }) => name);
        assert.deepEqual(find(closure(entry), INPUT_READ), declared.sort());
      });

      it('sets exactly the outputs that task.json declares', () => {
        const declared = (readTask(task.folder).outputVariables ?? []).map(({ name }) => name);
        assert.ok(declared.length > 0);
        assert.deepEqual(find(closure(entry), OUTPUT_SET), declared.sort());
      });
    });
  }
});
