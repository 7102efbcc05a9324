import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packSandbox, startAskStop } from './packed.ts';

const sandboxFolder = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { exports, bin, dependencies } = JSON.parse(readFileSync(join(sandboxFolder, 'package.json'), 'utf8'));

/** Where npm put a package: here or in a folder above. */
function installed(name: string): string {
  const found = require.resolve
    .paths(name)!
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(folder));
  assert.ok(found, `${name} is not installed`);
  return found;
}

/** The tarball, unpacked where npm would put it, beside the packages that it declares and no others. */
function install(folder: string): string {
  const modules = join(folder, 'node_modules');
  const own = join(modules, 'model-bridge-sandbox');
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', packSandbox(folder), '-C', own, '--strip-components=1']);
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(installed(name), join(modules, name), 'dir');
  }
  return own;
}

describe('the package of the sandbox', () => {
  let folder: string;
  let own: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    own = install(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const program = () => join(own, bin['model-bridge-sandbox']);

  it('holds compiled code, its resources and no tests', () => {
    const files = readdirSync(own, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(own.length + 1));
    assert.deepEqual(
      files.filter((file) => /(?<!\.d)\.ts$|(^|\/)test\//.test(file)),
      [],
    );
    for (const file of ['README.md', 'dist/azureml/blob-server.cjs', 'dist/resolver/python/sitecustomize.py'])
      assert.ok(files.includes(file), file);
  });

  it('starts, answers discovery and stops', async () => {
    const { discovery, code } = await startAskStop([process.execPath, '--', program()], folder);
    assert.match((discovery as { history: string }).history, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(code, 0);
  });

  it('runs a pipeline', () => {
    const file = join(folder, 'pipeline.yml');
    writeFileSync(file, 'steps:\n- bash: echo "$(word)"\n');
    const output = execFileSync(process.execPath, [program(), 'run', file, '--variable', 'word=packed'], {
      encoding: 'utf8',
    });
    assert.match(output, /^packed$/m);
  });

  it('has every entry with its types', () => {
    const names = Object.keys(exports).map((entry) => join('model-bridge-sandbox', entry));
    const lines = names.map((name, index) => `import * as entry${index} from '${name}';\nvoid entry${index};\n`);
    writeFileSync(join(folder, 'consumer.mts'), lines.join(''));
    const compiler = installed('typescript');
    const { bin: programs } = JSON.parse(readFileSync(join(compiler, 'package.json'), 'utf8'));
    const typeRoots = dirname(installed('@types/node'));
    const options = [
      '--module',
      'nodenext',
      '--strict',
      '--types',
      'node',
      '--typeRoots',
      typeRoots,
      '--outDir',
      folder,
    ];
    execFileSync(process.execPath, [join(compiler, programs.tsc), ...options, join(folder, 'consumer.mts')], {
      cwd: folder,
      stdio: 'pipe',
    });
    execFileSync(process.execPath, [join(folder, 'consumer.mjs')]);
  });
});
