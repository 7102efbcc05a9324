import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { preparePython } from '../python.ts';

/** Runs a script of this folder with JSON on its standard input; what it writes is JSON too. */
export function askPython(script: string, input: unknown): any {
  preparePython();
  const root = new URL('../../../', import.meta.url);
  const output = execFileSync(
    fileURLToPath(new URL('.venv/bin/python', root)),
    ['-W', 'ignore', fileURLToPath(new URL(script, import.meta.url))],
    { input: JSON.stringify(input), maxBuffer: 1 << 28, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  return JSON.parse(output.toString('utf8'));
}
