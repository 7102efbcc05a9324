/** The run is cancelled before the step has a job of its own to speak of: an earlier try's job, a throttled request. */
import assert from 'node:assert/strict';
import { answers, hangs, losesAnswer } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRun, type TaskRunOptions } from './run-built-task.ts';
import { fakeAzurePerTest, inTurn, jobFolder, SUBMIT_AND_FOLLOW, setStatus } from './story.ts';

const throttled = answers(429, {}, { 'Retry-After': '300' });

/** It ended in the time that the agent gives, by itself, and as a cancelled step. */
function assertCancelled(run: TaskRun): void {
  assert.deepEqual([run.result, run.killedBy, run.exitCode], ['Canceled', null, 0], run.raw);
}

describe('a step that is cancelled before it has its job', () => {
  const fake = fakeAzurePerTest();
  let folder: ReturnType<typeof jobFolder>;
  beforeEach(() => {
    folder = jobFolder();
  });
  const submit = (inputs: Record<string, string> = {}, cancel?: TaskRunOptions['cancel']) =>
    runBuiltTask(
      'submit-job',
      fake(),
      { jobFile: folder.jobFile, ...inputs },
      { sources: folder.sources, ...(cancel ? { cancel } : {}) },
    );
  const statuses = () => [...fake().jobs.values()].map(({ status }) => status);

  for (const [moment, pattern] of [
    ['signing in', requests.TOKEN],
    ['finding the workspace', requests.WORKSPACE],
    ['finding its job', requests.ARM_JOB],
  ] as const) {
    it(`cancels the job that an earlier try began: ${moment} hangs`, async () => {
      await submit();
      assert.deepEqual(statuses(), ['Running']);
      fake().on(pattern, hangs(), { times: 1 });
      const run = await submit(SUBMIT_AND_FOLLOW, { request: pattern });
      assertCancelled(run);
      assert.deepEqual(statuses(), ['Canceled'], run.raw);
      assert.equal(run.outputs.status, 'CancelRequested');
    });

    it(`says nothing of a job when there is none: ${moment} hangs`, async () => {
      fake().on(pattern, hangs(), { times: 1 });
      const run = await submit(SUBMIT_AND_FOLLOW, { request: pattern });
      assertCancelled(run);
      assert.deepEqual(
        [run.issues, run.outputs.status, fake().received(requests.CANCEL)],
        [[], undefined, []],
        run.raw,
      );
    });
  }

  it('leaves alone what it would not have followed', async () => {
    await submit();
    for (const inputs of [{}, { ...SUBMIT_AND_FOLLOW, cancelJob: 'false' }]) {
      fake().on(requests.WORKSPACE, hangs(), { times: 1 });
      assertCancelled(await submit(inputs, { request: requests.WORKSPACE }));
      assert.deepEqual(statuses(), ['Running']);
    }
  });

  it('says nothing of a job of an earlier try that has completed', async () => {
    await submit();
    for (const job of fake().jobs.values()) setStatus(job, 'Completed');
    fake().on(requests.WORKSPACE, hangs(), { times: 1 });
    const run = await submit(SUBMIT_AND_FOLLOW, { request: requests.WORKSPACE });
    assertCancelled(run);
    assert.deepEqual([run.outputs.status, fake().received(requests.CANCEL).length], [undefined, 0], run.raw);
  });

  it('warns of nothing when Azure ML had asked the job’s request to wait', async () => {
    fake().on(requests.JOB_PUT, throttled);
    const run = await submit({}, { request: requests.JOB_PUT });
    assertCancelled(run);
    assert.deepEqual([run.issues, run.outputs.status], [[], undefined], run.raw);
    assert.match(run.log, /did not take the job \S+; nothing was submitted/);
    assert.equal(fake().received(requests.CANCEL).length, 0);
    assert.ok(run.took < 5_000, `${run.took} ms`);
  });

  it('cancels the job of a request whose first answer was lost, and which was asked to wait then', async () => {
    fake().on(requests.JOB_PUT, inTurn(losesAnswer(), throttled));
    const run = await submit({}, { log: /sent again in 5/ });
    assert.equal(fake().received(requests.JOB_PUT).length, 2);
    assertCancelled(run);
    assert.deepEqual(statuses(), ['Canceled'], run.raw);
  });

  it('warns of nothing when Azure ML had asked the request of a schedule to wait', async () => {
    const trigger = /^POST .*\/schedules\/nightly\/trigger/;
    fake().on(/^GET .*\/schedules\/nightly\?/, answers(200, { name: 'nightly', properties: {} }));
    fake().on(trigger, throttled);
    const inputs = { source: 'schedule', scheduleName: 'nightly' };
    const run = await runBuiltTask('submit-job', fake(), inputs, { cancel: { request: trigger } });
    assertCancelled(run);
    assert.deepEqual(run.issues, [], run.raw);
    assert.ok(run.took < 5_000, `${run.took} ms`);
  });
});
