/** Many steps, steps that come and go, and states that nobody knew when this was written. */
import assert from 'node:assert/strict';
import { answers } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, asUsual, FOLLOW, fakeAzurePerTest, inTurn, STD_LOG, setStatus } from './story.ts';

const step = (nth: number, status: string) => ({
  name: `step-${nth}`,
  runId: `step-${nth}`,
  displayName: `step ${nth}`,
  status,
  parentRunId: 'train',
  properties: {},
});

describe('a pipeline of 1,000 steps', () => {
  const fake = fakeAzurePerTest();

  it('of which hundreds failed at the same time is diagnosed with few requests, and the others are counted', async () => {
    const azure = fake();
    azure.children.set(
      'train',
      Array.from({ length: 300 }, (_, nth) => step(nth, 'Failed')),
    );
    azure.addJob('train', 'Failed', { jobType: 'Pipeline' });
    const run = await runBuiltTask('stream-job', azure, { ...FOLLOW, logs: 'failed' });
    assert.equal(run.result, 'Failed', run.raw.slice(-2_000));
    assert.equal(run.log.match(/^step \d+ failed: /gm)?.length, 10);
    assert.match(run.log, /Further steps that failed: 290\./);
    const reads = azure.received(requests.DETAILS).length;
    assert.ok(reads < 40, `${reads} reads of details`);
  });

  it('is followed page after page; progress, records and the failed step are right', async () => {
    const azure = fake();
    const steps = Array.from({ length: 1_000 }, (_, nth) => step(nth, nth < 500 ? 'Completed' : 'Queued'));
    azure.children.set('train', steps);
    azure.on(requests.CHILDREN, ({ url }) => {
      const page = Number(url.searchParams.get('$continuationtoken') ?? 0);
      const value = steps.slice(page * 100, page * 100 + 100);
      return { status: 200, body: { value, continuationToken: page < 9 ? String(page + 1) : null } };
    });
    addRunningJob(azure, {
      jobType: 'Pipeline',
      reads: 2,
      status: 'Failed',
      change: () => {
        for (const one of steps) one.status = 'Completed';
        steps[737]!.status = 'Failed';
      },
    });
    const run = await runBuiltTask('stream-job', azure, { ...FOLLOW, logs: 'failed' });
    assert.equal(run.result, 'Failed', run.raw.slice(-2_000));
    assert.match(run.message, /step 737/);
    assert.match(run.log, /500 of 1000 steps have ended/);
    assert.match(run.log, /1000 of 1000 steps have ended/);
    const records = new Set(run.raw.match(/task\.logdetail id=[\w-]+/g));
    assert.equal(records.size, 1_000);
  });

  it('loses no step when a page fails, and shows none twice', async () => {
    const azure = fake();
    const steps = Array.from({ length: 20 }, (_, nth) => step(nth, 'Completed'));
    addRunningJob(azure, { reads: 4, jobType: 'Pipeline' });
    let nth = 0;
    azure.on(requests.CHILDREN, ({ url }) => {
      const page = Number(url.searchParams.get('$continuationtoken') ?? 0);
      if (page === 1 && ++nth <= 2) return { status: 500, body: {} };
      return {
        status: 200,
        body: { value: steps.slice(page * 10, page * 10 + 10), continuationToken: page < 1 ? '1' : null },
      };
    });
    const run = await runBuiltTask('stream-job', azure, { ...FOLLOW, logs: 'none' });
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.equal(run.log.match(/step 13 /g)?.length, 1, run.log);
  });
});

describe('a command job', () => {
  const fake = fakeAzurePerTest();

  it('whose code began runs of its own (nested runs of MLflow) shows its log, and they are not steps', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'the log\n');
    azure.children.set('train', [step(1, 'Completed')]);
    addRunningJob(azure);
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.match(run.log, /^\| the log$/m);
    assert.doesNotMatch(run.log, /step 1/);
  });
});

describe('a state', () => {
  const fake = fakeAzurePerTest();

  it('that is not an end never ends the following, whatever it is called', async () => {
    const azure = fake();
    const states = [
      'NotStarted',
      'Provisioning',
      'Paused',
      'NotResponding',
      'Unknown',
      'Hibernating',
      '',
      'Finalizing',
    ];
    const job = azure.addJob('train');
    let nth = 0;
    azure.on(requests.DETAILS, (_request, usual) => {
      setStatus(job, states[nth++] ?? 'Completed');
      return usual();
    });
    const run = await runBuiltTask('stream-job', azure, { ...FOLLOW, logs: 'none' });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    for (const state of ['Paused', 'NotResponding', 'Unknown'])
      assert.match(run.log, new RegExp(`Job is ${state}, which is not an end; the task keeps waiting`));
    assert.match(run.log, /Job is Hibernating/);
  });

  it('Finalizing may be followed by Failed, and then the job failed', async () => {
    const azure = fake();
    const job = azure.addJob('train', 'Finalizing');
    azure.on(
      requests.DETAILS,
      inTurn(asUsual, asUsual, (_request, usual) => {
        setStatus(job, 'Failed');
        return usual();
      }),
    );
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Failed', 'Failed'], run.raw);
  });

  it('Canceled is a failed step: the job did not complete, and nobody cancelled the run', async () => {
    const azure = fake();
    addRunningJob(azure, { reads: 2, status: 'Canceled' });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.outputs.status, run.exitCode], ['Canceled', 0], run.raw);
    assert.equal(run.result, 'Failed');
    assert.match(run.message, /cancel/i);
  });

  it('Completed with a warning of the job succeeds with issues', async () => {
    const azure = fake();
    const job = azure.addJob('train', 'Completed');
    job.warnings = [{ source: 'x', message: 'The data is old.' }];
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'SucceededWithIssues', run.raw);
    assert.deepEqual(
      run.issues.map(({ message }) => message),
      ['The job warns: The data is old.'],
    );
  });

  it('is measured by the service’s clock, however wrong the agent’s is', async () => {
    const azure = fake();
    const job = azure.addJob('train', 'Completed');
    job.startTimeUtc = new Date(Date.now() + 7_200_000).toISOString();
    job.endTimeUtc = new Date(Date.now() + 7_260_000).toISOString();
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.duration], ['Succeeded', '60'], run.raw);
    delete job.endTimeUtc;
    assert.equal((await runBuiltTask('stream-job', azure, FOLLOW)).outputs.duration, '0');
  });

  it('that is an odd answer of run history is not an end', async () => {
    const azure = fake();
    addRunningJob(azure, { reads: 4 });
    azure.on(requests.DETAILS, inTurn(answers(200, {}), answers(200, { status: null }), answers(200, []), asUsual), {
      times: 3,
    });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    assert.doesNotMatch(run.log, /undefined|null|defect/);
  });
});
