/** The input `timeoutInMinutes`: the step says that the time is up, and the job ends or goes on as the user wants. */
import assert from 'node:assert/strict';
import { answers } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { asUsual, FOLLOW, fakeAzurePerTest, inTurn, jobFolder, SUBMIT_AND_FOLLOW } from './story.ts';

const LIMIT = { ...FOLLOW, timeoutInMinutes: '0.03' };

describe('the time limit', () => {
  const fake = fakeAzurePerTest();

  it('cancels the job and says so', async () => {
    fake().addJob('train');
    const run = await runBuiltTask('stream-job', fake(), LIMIT);
    assert.deepEqual([run.result, run.outputs.status, run.killedBy], ['Failed', 'CancelRequested', null], run.raw);
    assert.match(run.message, /did not end within .*; it timed out\. The job was cancelled.*\[JobTimedOut\]/);
    assert.equal(fake().jobs.get('train')!.status, 'Canceled');
  });

  it('cancels the job also when that takes some tries', async () => {
    fake().addJob('train');
    fake().on(requests.CANCEL, inTurn(answers(500, {}), answers(429, {}, { 'Retry-After': '30' }), asUsual));
    const run = await runBuiltTask('stream-job', fake(), LIMIT);
    assert.equal(run.result, 'Failed');
    assert.equal(fake().jobs.get('train')!.status, 'Canceled', run.raw);
  });

  it('does not say that a job was cancelled that may run', async () => {
    fake().addJob('train');
    fake().on(requests.CANCEL, answers(403, { error: { code: 'AuthorizationFailed', message: 'You may not.' } }));
    const run = await runBuiltTask('stream-job', fake(), LIMIT);
    assert.match(run.log, /##\[warning\]The job train could not be cancelled/);
    assert.doesNotMatch(run.message, /was cancelled/);
    assert.equal(run.outputs.status, 'Running');
  });

  it('that is over leaves time for a cancelled run to say what may be running', async () => {
    fake().addJob('train');
    fake().on(requests.CANCEL, answers(500, {}));
    const run = await runBuiltTask('stream-job', fake(), LIMIT, { cancel: { request: requests.CANCEL } });
    assert.deepEqual([run.result, run.killedBy], ['Canceled', null], run.raw);
    assert.equal(run.log.match(/##\[warning\]The job train could not be cancelled/g)?.length, 1);
  });

  it('leaves the job running for cancelOnTimeout: false, and says so', async () => {
    fake().addJob('train');
    const run = await runBuiltTask('stream-job', fake(), { ...LIMIT, cancelOnTimeout: 'false' });
    assert.deepEqual(
      [run.result, run.outputs.status, fake().received(requests.CANCEL).length],
      ['Failed', 'Running', 0],
      run.raw,
    );
    assert.match(run.message, /keeps running, because cancelOnTimeout is false; run this step again to follow it/);
  });

  it('counts while the service is down', async () => {
    fake().addJob('train');
    fake().on(requests.DETAILS, answers(503, {}));
    const run = await runBuiltTask('stream-job', fake(), LIMIT);
    assert.match(run.message, /it timed out/, run.raw);
    assert.equal(fake().jobs.get('train')!.status, 'Canceled');
  });

  it('holds for a job that is submitted and followed', async () => {
    const { sources, jobFile } = jobFolder();
    const inputs = { ...SUBMIT_AND_FOLLOW, jobFile, timeoutInMinutes: '0.03' };
    const run = await runBuiltTask('submit-job', fake(), inputs, { sources });
    assert.match(run.message, /it timed out/, run.raw);
    assert.deepEqual(
      [...fake().jobs.values()].map(({ status }) => status),
      ['Canceled'],
    );
  });
});
