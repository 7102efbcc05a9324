/** Runs Python clients against a sandbox, in the virtual environment that `scripts/setup-full.mjs` makes. */
import { execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Makes the virtual environment when it isn't there; takes a minute or two the first time. */
export function preparePython(): void {
  execFileSync(process.execPath, [fromRoot('scripts/setup-full.mjs')], { stdio: 'inherit' });
}

/** Runs a file with the sandbox's environment and input; the exit code and everything it printed. */
export async function runPython(
  file: string,
  environment: Record<string, string>,
  input = '',
): Promise<{ code: number; output: string }> {
  const child = spawn(fromRoot('.venv/bin/python'), ['-W', 'ignore', fromRoot(file)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
  });
  child.stdin.end(input);
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output };
}

/** A sandbox for the tests of one `describe`, and Python clients for it: filled before them, stopped after them. */
export function usePythonSandbox(): Sandbox {
  const sandbox = {} as Sandbox;
  before(async () => {
    preparePython();
    Object.assign(sandbox, await startSandbox());
  });
  after(() => sandbox.stop?.());
  return sandbox;
}
