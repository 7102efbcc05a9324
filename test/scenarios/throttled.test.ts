/** Azure throttles: what it asks to wait is waited, on every kind of request, and nothing is done twice. */
import assert from 'node:assert/strict';
import { answers, type Behaviour } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, jobFolder } from './story.ts';

const inSeconds = (seconds: number): Behaviour => answers(429, {}, { 'Retry-After': String(seconds) });
/** By the service's clock, which is an hour ahead of the agent's. */
const atDate =
  (seconds: number): Behaviour =>
  () => {
    const now = Date.now() + 3_600_000;
    const [date, later] = [new Date(now), new Date(now + seconds * 1000)].map((one) => one.toUTCString());
    return { status: 429, body: {}, headers: { Date: date!, 'Retry-After': later! } };
  };

describe('throttling', () => {
  const fake = fakeAzurePerTest();

  for (const [how, throttles] of [
    ['seconds', inSeconds],
    ['a date of a clock that differs', atDate],
  ] as const) {
    it(`of GET is waited out as long as Azure asks: ${how}`, async () => {
      const azure = fake();
      azure.addJob('train', 'Completed');
      azure.on(requests.WORKSPACE, throttles(2), { times: 1 });
      const run = await runBuiltTask('stream-job', azure, FOLLOW);
      assert.equal(run.result, 'Succeeded', run.raw);
      const [first, second, ...more] = azure.received(requests.WORKSPACE);
      assert.ok(second!.at - first!.at >= 1_900, `waited ${second!.at - first!.at} ms`);
      assert.deepEqual(more, []);
    });

    it(`of the job’s PUT is waited out, and one job is submitted: ${how}`, async () => {
      const azure = fake();
      azure.on(requests.JOB_PUT, throttles(2), { times: 1 });
      const { sources, jobFile } = jobFolder();
      const run = await runBuiltTask('submit-job', azure, { jobFile }, { sources });
      assert.equal(run.result, 'Succeeded', run.raw);
      const [first, second] = azure.received(requests.JOB_PUT);
      assert.ok(second!.at - first!.at >= 1_900);
      assert.deepEqual([...azure.jobs.keys()], [run.outputs.jobName]);
    });

    it(`of a POST that starts work is waited out, since nothing was started: ${how}`, async () => {
      const azure = fake();
      const trigger = /^POST .*\/schedules\/nightly\/trigger/;
      azure.on(/^GET .*\/schedules\/nightly\?/, answers(200, { name: 'nightly', properties: {} }));
      azure.addJob('nightly-1');
      azure.on(trigger, answers(200, { submissionId: 'nightly-1' }));
      azure.on(trigger, throttles(2), { times: 1 });
      const run = await runBuiltTask('submit-job', azure, { source: 'schedule', scheduleName: 'nightly' });
      assert.equal(run.result, 'Succeeded', run.raw);
      const [first, second, ...more] = azure.received(trigger);
      assert.ok(second!.at - first!.at >= 1_900);
      assert.deepEqual(more, []);
    });
  }

  it('while a job is followed is reported and outlasted', async () => {
    const azure = fake();
    addRunningJob(azure);
    azure.on(requests.DETAILS, answers(429, {}, { 'Retry-After': '60' }), { times: 2 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });

  it('of a cancellation does not keep the job running', async () => {
    const azure = fake();
    azure.addJob('train');
    azure.on(requests.CANCEL, inSeconds(60), { times: 2 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW, { cancel: { log: /Job is Running/ } });
    assert.deepEqual([run.result, run.killedBy, azure.jobs.get('train')!.status], ['Canceled', null, 'Canceled']);
  });
});
