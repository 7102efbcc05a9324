import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixtureTasks } from './agent-run.ts';

const driver = fileURLToPath(new URL('./fixtures/terminal.py', import.meta.url));
const sandboxFolder = fileURLToPath(new URL('..', import.meta.url));

describe('Ctrl+C in a terminal, under npm', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-terminal-'));
    mkdirSync(join(folder, 'tmp'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs the pipeline with `npm start`, pressing Ctrl+C at each of the texts. */
  async function runInTerminal(yaml: string, texts: string[]): Promise<string> {
    const file = join(folder, 'pipeline.yml');
    writeFileSync(file, yaml);
    const command = ['npm', 'run', '--silent', 'start', '--', 'run', file, '--tasks', fixtureTasks];
    // The mark finds every process of this test; the folder holds all temporary files of the command.
    const env = { ...process.env, TMPDIR: join(folder, 'tmp'), SANDBOX_TEST_MARK: folder };
    const child = spawn('python3', [driver, ...texts, '--', ...command], { cwd: sandboxFolder, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
    await new Promise((done) => child.once('close', done));
    return output;
  }

  const processes = (): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter((id) => {
        try {
          const alive = !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
          return alive && readFileSync(`/proc/${id}/environ`, 'latin1').includes(`SANDBOX_TEST_MARK=${folder}\0`);
        } catch {
          return false;
        }
      });

  /** npm may end a moment before the program that it has started. */
  async function nothingIsLeft(output: string): Promise<void> {
    for (let tries = 0; tries < 500 && processes().length > 0; tries++) await wait(20);
    assert.deepEqual(processes(), [], output);
    // Caches of Node and of the TypeScript loader are not the sandbox's.
    const left = readdirSync(join(folder, 'tmp')).filter((name) => !/^(tsx-|node-compile-cache)/.test(name));
    assert.deepEqual(left, [], output);
  }

  const pipeline = (onSignal: string, condition = 'succeeded()') => `variables:
  PROCESS_SIGINT_TIMEOUT: 600
  PROCESS_SIGTERM_TIMEOUT: 600
steps:
- checkout: none
- task: Sleep@1
  displayName: the long one
  condition: ${condition}
  inputs: { onSignal: ${onSignal} }
- { script: echo "not run" }
- { script: echo "tidied up", condition: always() }
`;

  it('cancels the run as the agent does, sends the task one SIGINT, and leaves nothing', async function () {
    if (process.platform !== 'linux') this.skip();
    const output = await runInTerminal(pipeline('exit'), ['waiting']);
    assert.equal(output.match(/got SIGINT/g)?.length, 1, output);
    assert.doesNotMatch(output, /got SIGTERM/);
    assert.match(output, /The Operation will be canceled/);
    assert.match(output, /^tidied up\r?$/m);
    assert.doesNotMatch(output, /^not run\r?$/m);
    assert.match(output, /Run \S+: canceled\./);
    await nothingIsLeft(output);
  });

  it('ends a task that ignores SIGINT and SIGTERM', async function () {
    if (process.platform !== 'linux') this.skip();
    const output = await runInTerminal(pipeline('ignore'), ['waiting']);
    assert.match(output, /got SIGINT/);
    assert.match(output, /got SIGTERM/);
    assert.match(output, /Run \S+: canceled\./);
    await nothingIsLeft(output);
  });

  it('ends a step with always() when Ctrl+C is pressed again', async function () {
    if (process.platform !== 'linux') this.skip();
    const output = await runInTerminal(
      `steps:
- checkout: none
- bash: |
    echo waiting
    sleep 3
    echo second
    sleep 100
  condition: always()
`,
      ['waiting', 'second'],
    );
    assert.match(output, /Run \S+: canceled\./);
    await nothingIsLeft(output);
  });
});
