import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Sandbox } from '../../sandbox/contracts.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';

const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));
const script = fileURLToPath(new URL('./mlflow_client/tracking.py', import.meta.url));

describe('plain mlflow against the sandbox', function () {
  this.timeout(180_000);
  let sandbox: Sandbox;
  let found: any;

  before(async () => {
    assert.ok(existsSync(python), 'Make the Python environment first: node scripts/setup-full.mjs');
    sandbox = await startSandbox();
    const folder = mkdtempSync(join(tmpdir(), 'mlflow-'));
    const environment = {
      PATH: process.env.PATH,
      HOME: folder,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      ...sandbox.environment,
    };
    const { stdout } = await promisify(execFile)(python, [script, 'judged'], { cwd: folder, env: environment });
    found = JSON.parse(stdout.trim().split('\n').at(-1)!);
    rmSync(folder, { recursive: true, force: true });
  });
  after(() => sandbox?.stop());

  it('reads back parameters, metrics with their steps, tags and artifacts', () => {
    assert.deepEqual(found.read, {
      params: { depth: '3', kind: 'tree' },
      accuracy: 0.82,
      nan: true,
      infinity: true,
      tag: 'n3',
      status: 'FINISHED',
      history: [
        [0, 0.8],
        [1, 0.81],
        [2, 0.82],
      ],
      whole_history: 'BAD_REQUEST',
      artifacts: ['config', 'texts'],
      text: [['texts/notes.txt', 9]],
      settings: { index: 3 },
      downloaded: ['config/settings.json', 'texts/notes.txt'],
      experiment: true,
    });
  });

  it('searches runs by metrics, parameters, tags and attributes, in order and in pages', () => {
    assert.deepEqual(found.search, {
      metric: ['run-3', 'run-2'],
      tag: ['run-1'],
      team: ['run-0', 'run-2'],
      like: ['run-0', 'run-2'],
      children: ['child'],
      status: 5,
      pages: [['run-0', 'run-1'], ['run-2', 'run-3'], ['child']],
      frame: 5,
      bad: 'INVALID_PARAMETER_VALUE',
      unknown: 'INVALID_PARAMETER_VALUE',
      order: 'INVALID_PARAMETER_VALUE',
      dataset: ['run-1'],
    });
  });

  it('ends, renames, deletes and restores runs, and refuses what MLflow refuses', () => {
    assert.deepEqual(found.change, {
      codes: {
        param: 'INVALID_PARAMETER_VALUE',
        unknown: 'RESOURCE_DOES_NOT_EXIST',
        name: 'INVALID_PARAMETER_VALUE',
        experiment: 'RESOURCE_ALREADY_EXISTS',
      },
      status: 'FAILED',
      name: 'renamed',
      tag: null,
      deleted: true,
      restored: 'active',
    });
  });

  it('renames, tags, deletes, restores and finds experiments', () => {
    const name = 'judged-renamed';
    assert.deepEqual(found.experiments, {
      hidden: true,
      restored: 'active',
      tags: { k: 'v', k2: 'v2' },
      found: [name],
    });
  });

  it('logs, registers, aliases and loads a model', () => {
    assert.deepEqual(found.registry, {
      versions: ['1', '2'],
      stages: [
        ['1', 'Archived'],
        ['2', 'Staging'],
      ],
      later: ['2'],
      refused: {
        stage: 'INVALID_PARAMETER_VALUE',
        latest: 'INVALID_PARAMETER_VALUE',
        number: 'INVALID_PARAMETER_VALUE',
        filter: 'INVALID_PARAMETER_VALUE',
      },
      renamed: ['a-later-name', 'RESOURCE_DOES_NOT_EXIST'],
      alias: '1',
      files: true,
      models: ['echo-model'],
      searched: ['1'],
      predict: [1, 2],
    });
  });
});
