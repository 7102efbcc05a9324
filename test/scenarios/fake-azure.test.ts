import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeAzure, startFakeAzure } from './fake-azure.ts';
import { runBuiltTask } from './run-built-task.ts';

describe('the fake Azure ML', () => {
  let azure: FakeAzure;
  beforeEach(async () => {
    azure = await startFakeAzure();
  });
  afterEach(() => azure.stop());

  it('lets a job be followed to its end, with its log', async () => {
    azure.logs.set('user_logs/std_log.txt', 'first\nlast\n');
    azure.addJob('train', 'Completed');
    const run = await runBuiltTask('stream-job', azure, { jobName: 'train' });
    assert.deepEqual([run.result, run.exitCode, run.outputs.status], ['Succeeded', 0, 'Completed'], run.raw);
    assert.match(run.log, /\| last/);
  });

  it('lets a job be submitted', async () => {
    const sources = mkdtempSync(join(tmpdir(), 'sources-'));
    const jobFile = join(sources, 'job.yml');
    writeFileSync(jobFile, 'type: command\ncommand: x\nenvironment: azureml:e:1\ncompute: azureml:c\n');
    const run = await runBuiltTask('submit-job', azure, { jobFile }, { sources });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.deepEqual([...azure.jobs.keys()], [run.outputs.jobName]);
  });

  it('lets a run be cancelled at a request', async () => {
    azure.addJob('train');
    const run = await runBuiltTask('stream-job', azure, { jobName: 'train' }, { cancel: { log: /Running/ } });
    assert.equal(run.result, 'Canceled', run.raw);
    assert.equal(azure.jobs.get('train')!.status, 'Canceled');
  });
});
