/** Answers that come late, or never: the task waits its time, then asks again. */
import assert from 'node:assert/strict';
import { hangs, later } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, STD_LOG } from './story.ts';

describe('a slow answer', () => {
  const fake = fakeAzurePerTest();

  it('is waited for', async () => {
    const azure = fake();
    addRunningJob(azure);
    azure.on(requests.DETAILS, later(4_000), { times: 1 });
    assert.equal((await runBuiltTask('stream-job', azure, FOLLOW)).result, 'Succeeded');
  });

  it('that does not come within 30 s is asked for again', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'the log\n');
    addRunningJob(azure);
    azure.on(requests.DETAILS, hangs(), { times: 1 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { speed: 5 });
    assert.deepEqual([run.result, run.killedBy], ['Succeeded', null], run.raw);
    assert.match(run.log, /\| the log/);
  });

  it('of the storage does not hold up the news about the job for ever', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'the log\n');
    addRunningJob(azure);
    azure.on(requests.LOG, hangs(), { times: 1 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { speed: 5 });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    assert.match(run.log, /\| the log/);
  });
});
