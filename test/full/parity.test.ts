/**
 * The job files of `test/fixtures/parity`, each with one corner of the format, are submitted twice: by Microsoft's SDK and
 * by the packed task. What the service receives has to mean the same.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { textTable } from '../../lib/core/table.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { ROOT } from '../../scripts/layout.ts';
import { type Fixture, startFixture, task } from '../e2e/fixture.ts';
import { differences, type Submissions, submissions } from './parity/compare.ts';
import { DIFFERENT, ONLY_OURS } from './parity/different.ts';
import { seedParity } from './parity/workspace.ts';
import { preparePython, runPython } from './python.ts';

const FILES = join(ROOT, 'test/fixtures/parity');
const KINDS = ['command', 'pipeline', 'sweep', 'spark', 'automl'];
/** Pipelines that run our side at the same time. */
const LANES = 2;

const filesOf = (kind: string): string[] =>
  readdirSync(join(FILES, kind))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => `${kind}/${name}`);
const jobName = (file: string): string => file.replace(/\W/g, '_').replace(/_yml$/, '');

/** What one side sent, and why it did not submit what it did not submit. */
interface Side extends Submissions {
  failures: Map<string, string>;
}

describe('parity with azure-ai-ml', function () {
  this.timeout(600_000);
  const accepted = KINDS.flatMap(filesOf);
  const refused = filesOf('refused');
  let folder: string;
  let sandbox: Sandbox;
  let fixture: Fixture;
  let theirs: Side;
  let ours: Side;

  before(async () => {
    preparePython();
    folder = mkdtempSync(join(tmpdir(), 'parity-'));
    // Outside of any Git repository: the SDK adds the repository's properties.
    cpSync(FILES, folder, { recursive: true, verbatimSymlinks: true });
    // One sandbox each, so that nobody finds what the other has made.
    sandbox = await startSandbox({ holdJobs: true });
    fixture = await startFixture(undefined, { holdJobs: true });
    [theirs, ours] = await Promise.all([submitByThem(), submitByUs()]);
  });
  after(async () => {
    await sandbox?.stop();
    await fixture?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function submitByThem(): Promise<Side> {
    await seedParity(sandbox);
    const first = sandbox.requests.length;
    const files = Object.fromEntries([...accepted, ...refused].map((file) => [file, jobName(file)]));
    const { code, output } = await runPython(
      'test/full/parity/submit.py',
      sandbox.environment,
      JSON.stringify({ folder, files }),
    );
    assert.equal(code, 0, output);
    const lines = output.split('\n').filter((line) => line.startsWith('{"file"'));
    const results = lines.map((line) => JSON.parse(line) as { file: string; failure: string | null });
    assert.equal(results.length, accepted.length + refused.length, output);
    const failures = new Map(results.flatMap(({ file, failure }) => (failure ? [[file, failure]] : [])));
    return { ...submissions(sandbox.requests.slice(first)), failures };
  }

  async function submitByUs(): Promise<Side> {
    await seedParity(fixture.sandbox);
    const first = fixture.sandbox.requests.length;
    const all = [...accepted, ...refused];
    const lanes = Array.from({ length: LANES }, (_, lane) => all.filter((_file, i) => i % LANES === lane));
    const failures = new Map<string, string>();
    await Promise.all(
      lanes.map(async (files) => {
        // A checkout has no `__pycache__`; a step that runs Python leaves one.
        const python = { script: `cp -r "${join(folder, 'assets/pycache/__pycache__')}" assets/pycache/` };
        const run = await fixture.run(
          [
            python,
            ...files.map((file) =>
              task(
                'AzureMLSubmitJob',
                jobName(file),
                { jobFile: file, jobName: jobName(file) },
                { continueOnError: true },
              ),
            ),
          ],
          { sourcesFolder: folder },
        );
        for (const file of files) {
          const step = run.step(jobName(file));
          if (step.result !== 'Succeeded') failures.set(file, step.issues.map(({ message }) => message).join(' | '));
        }
      }),
    );
    return { ...submissions(fixture.sandbox.requests.slice(first)), failures };
  }

  it('has at least 60 files that both submit', () => {
    const both = accepted.filter((file) => !(file in ONLY_OURS));
    assert.ok(both.length >= 60, `only ${both.length}`);
  });

  it('sends what the SDK sends, file by file', () => {
    const rows = accepted
      .filter((file) => !(file in ONLY_OURS))
      .flatMap((file) => {
        const name = jobName(file);
        const missing = [theirs, ours].flatMap(({ jobs, failures }, i) =>
          jobs.has(name) ? [] : [`not submitted by ${i === 0 ? 'the SDK' : 'us'}: ${failures.get(file)}`],
        );
        if (missing.length > 0) return missing.map((text) => [file, text]);
        const found = differences(theirs.jobs.get(name), ours.jobs.get(name));
        if (isDeepStrictEqual(found, DIFFERENT[file]?.differences ?? [])) return [];
        return found.length > 0 ? found.map((text) => [file, text]) : [[file, 'is equal, but listed as different']];
      });
    assert.equal(rows.length, 0, `\n${textTable({ columns: ['file', 'the SDK -> ours'], rows }).join('\n')}`);
  });

  it('takes files that the SDK can not submit', () => {
    for (const file of Object.keys(ONLY_OURS)) {
      assert.ok(theirs.failures.has(file), `the SDK submits ${file}`);
      assert.ok(ours.jobs.has(jobName(file)), `${file}: ${ours.failures.get(file)}`);
    }
  });

  it('refuses what the SDK refuses', () => {
    const taken = refused.flatMap((file) => [
      ...(theirs.failures.has(file) && !theirs.jobs.has(jobName(file)) ? [] : [`the SDK takes ${file}`]),
      ...(ours.failures.has(file) && !ours.jobs.has(jobName(file)) ? [] : [`we take ${file}`]),
    ]);
    assert.deepEqual(taken, []);
  });

  it('writes nothing that no job uses', () => {
    assert.deepEqual(ours.unused, []);
  });
});
