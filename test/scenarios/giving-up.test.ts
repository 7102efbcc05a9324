/** The service stays away for longer than a task's patience: the step ends and says what may be running. Minutes pass quickly. */
import assert from 'node:assert/strict';
import { answers, type Behaviour, dropsConnection, hangs } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, jobFolder } from './story.ts';

const MINUTE = 60_000;
const GONE = answers(404, { error: { code: 'NotFound', message: 'There is none.' } });
const DENIED = answers(403, { error: { code: 'AuthorizationFailed', message: 'You may not.' } });

describe('a job that can’t be read any longer', () => {
  const fake = fakeAzurePerTest();

  /** The job runs, and from the third poll on nothing but this is known of it. */
  const staysAway = (behaviour: Behaviour): void => {
    addRunningJob(fake(), { reads: Number.POSITIVE_INFINITY });
    const polls = () => fake().received(requests.DETAILS).length;
    for (const pattern of [requests.ARM_JOB, requests.HISTORY])
      fake().on(pattern, (request, usual, response) => (polls() > 2 ? behaviour(request, usual, response) : usual()));
  };

  for (const [what, behaviour, minutes, speed] of [
    ['has vanished for good', GONE, 5, 60],
    ['may not be read for minutes', DENIED, 5, 60],
    ['is of a service that fails for half an hour', answers(503, {}), 30, 240],
    ['is of a service that loses connections for half an hour', dropsConnection(), 30, 240],
    ['is of a service that gives no answer for half an hour', hangs(), 30, 120],
  ] as const)
    it(`${what} ends the step, which says that the job may be running; it is not cancelled`, async () => {
      staysAway(behaviour);
      const start = Date.now();
      const run = await runBuiltTask('stream-job', fake(), { jobName: 'train', pollInterval: '20' }, { speed });
      assert.deepEqual([run.result, run.killedBy], ['Failed', null], run.raw);
      assert.match(run.message, /The job 'train' can't be read any longer: .*\[JobNotFollowed\]$/);
      assert.match(run.message, /It was Running when it was last read and may still be running; it was not cancelled/);
      assert.ok((Date.now() - start) * speed >= minutes * MINUTE, 'it had patience');
      assert.equal(fake().received(requests.CANCEL).length, 0);
      assert.equal(run.outputs.status, 'Unknown');
    });

  it('can be followed by another step when the service is back', async () => {
    staysAway(GONE);
    const inputs = { jobName: 'train', pollInterval: '20' };
    assert.match((await runBuiltTask('stream-job', fake(), inputs, { speed: 120 })).message, /\[JobNotFollowed\]$/);
    for (const pattern of [requests.ARM_JOB, requests.HISTORY]) fake().on(pattern, (_request, usual) => usual());
    addRunningJob(fake(), { reads: 1 });
    const again = await runBuiltTask('stream-job', fake(), FOLLOW);
    assert.deepEqual([again.result, again.outputs.status], ['Succeeded', 'Completed'], again.raw);
  });

  it('that comes back in the last minute is followed to its end', async () => {
    const job = addRunningJob(fake(), { reads: 2, status: 'Running' });
    let gone = Number.NaN;
    for (const pattern of [requests.ARM_JOB, requests.HISTORY])
      fake().on(pattern, (_request, usual) => {
        if (fake().received(requests.DETAILS).length <= 2) return usual();
        if (Number.isNaN(gone)) gone = Date.now();
        if (Date.now() - gone < (4 * MINUTE) / 60) return { status: 404, body: {} };
        job.status = job.properties.status = 'Completed';
        return usual();
      });
    const run = await runBuiltTask('stream-job', fake(), { jobName: 'train', pollInterval: '10' }, { speed: 60 });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });
});

describe('a service that fails for minutes', () => {
  const fake = fakeAzurePerTest();

  it('ends a step that has not begun its work, after two minutes of trying', async () => {
    fake().on(requests.WORKSPACE, answers(503, {}));
    const start = Date.now();
    const run = await runBuiltTask('stream-job', fake(), FOLLOW, { speed: 20 });
    assert.match(run.message, /\[ServiceFailed\]$/, run.raw);
    const minutes = ((Date.now() - start) * 20) / MINUTE;
    assert.ok(minutes > 1.5 && fake().received(requests.WORKSPACE).length >= 5, `${minutes} minutes`);
  });

  it('when the job is submitted ends the step, and no job is left without a name', async () => {
    const { sources, jobFile } = jobFolder();
    fake().on(requests.JOB_PUT, answers(503, {}));
    const run = await runBuiltTask('submit-job', fake(), { jobFile }, { sources, speed: 20 });
    assert.equal(run.result, 'Failed', run.raw);
    assert.match(run.message, /\[ServiceFailed\]$/);
    assert.deepEqual([...fake().jobs.keys()], []);
    assert.equal(
      new Set(
        fake()
          .received(requests.JOB_PUT)
          .map(({ path }) => path),
      ).size,
      1,
    );
  });
});
