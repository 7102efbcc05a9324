/** The run is cancelled, at every moment: the job is cancelled too, or a warning names what may run. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers, type Behaviour, dropsConnection, hangs, later } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRun, type TaskRunOptions } from './run-built-task.ts';
import {
  asUsual,
  FOLLOW,
  fakeAzurePerTest,
  inTurn,
  jobFolder,
  STD_LOG,
  SUBMIT_AND_FOLLOW,
  setStatus,
} from './story.ts';

const WARNING = /could not be cancelled\. It may keep running and cost money: cancel it in Azure ML studio/;

/** It ended in the time that the agent gives, by itself, and as a cancelled step. */
function assertCancelled(run: TaskRun): void {
  assert.deepEqual([run.result, run.killedBy, run.exitCode], ['Canceled', null, 0], run.raw);
}

describe('a run that is cancelled while a job is followed', () => {
  const fake = fakeAzurePerTest();
  const stream = (cancel: TaskRunOptions['cancel'], inputs = {}) =>
    runBuiltTask('stream-job', fake(), { ...FOLLOW, ...inputs }, { cancel: cancel! });

  for (const [moment, pattern] of [
    ['signing in', requests.TOKEN],
    ['finding the workspace', requests.WORKSPACE],
    ['finding the job', requests.ARM_JOB],
    ['reading its state', requests.DETAILS],
    ['reading its log', requests.LOG],
  ] as const) {
    it(`cancels the job: ${moment} hangs`, async () => {
      const azure = fake();
      azure.logs.set(STD_LOG, 'line\n');
      azure.addJob('train');
      azure.on(pattern, hangs(), { times: 1 });
      const run = await stream({ request: pattern });
      assertCancelled(run);
      assert.equal(azure.jobs.get('train')!.status, 'Canceled', run.raw);
      assert.equal(run.outputs.status, 'CancelRequested');
      assert.match(run.log, /The job train is being cancelled/);
    });

    it(`cancels the job: ${moment} is to be tried again in five minutes`, async () => {
      const azure = fake();
      azure.logs.set(STD_LOG, 'line\n');
      azure.addJob('train');
      azure.on(pattern, answers(429, {}, { 'Retry-After': '300' }), { times: 1 });
      const run = await stream({ request: pattern });
      assertCancelled(run);
      assert.equal(azure.jobs.get('train')!.status, 'Canceled', run.raw);
    });
  }

  for (const [what, fault] of [
    ['500', answers(500, {})],
    ['429', answers(429, {}, { 'Retry-After': '30' })],
    ['nothing at all', dropsConnection()],
    ['404', answers(404, {})],
  ] as const)
    it(`tries again when the cancellation is answered ${what}`, async () => {
      const azure = fake();
      azure.addJob('train');
      azure.on(requests.CANCEL, fault, { times: 2 });
      assertCancelled(await stream({ log: /Job is Running/ }));
      assert.equal(azure.jobs.get('train')!.status, 'Canceled');
      assert.equal(azure.received(requests.CANCEL).length, 3);
    });

  for (const [what, fault] of [
    ['500 to the end', answers(500, {})],
    ['400 to the end', answers(400, { error: { code: 'UserError', message: 'Not in this state.' } })],
    ['403', answers(403, { error: { code: 'AuthorizationFailed', message: 'You may not.' } })],
    ['nothing, ever', hangs()],
  ] as const)
    it(`warns that the job may run when the cancellation is answered ${what}`, async () => {
      const azure = fake();
      azure.addJob('train');
      azure.on(requests.CANCEL, fault);
      const run = await stream({ log: /Job is Running/ });
      assertCancelled(run);
      assert.match(run.issues.map(({ message }) => message).join(), WARNING);
    });

  it('says that a job had ended, whose cancellation is refused', async () => {
    const azure = fake();
    const job = azure.addJob('train');
    azure.on(requests.CANCEL, () => {
      setStatus(job, 'Completed');
      return { status: 409, body: { error: { code: 'Conflict', message: 'It has ended.' } } };
    });
    const run = await stream({ log: /Job is Running/ });
    assertCancelled(run);
    assert.match(run.log, /The job train had ended before/);
    assert.deepEqual(run.issues, []);
  });

  it('leaves the job alone when cancelJob is false, and says so', async () => {
    const azure = fake();
    azure.addJob('train');
    const run = await stream({ log: /Job is Running/ }, { cancelJob: 'false' });
    assertCancelled(run);
    assert.deepEqual([azure.received(requests.CANCEL).length, run.outputs.status], [0, 'Running']);
    assert.match(run.log, /the job train keeps running, because cancelJob is false/);
  });
});

describe('a run that is cancelled while a job is submitted', () => {
  const fake = fakeAzurePerTest();
  const submit = (cancel: TaskRunOptions['cancel'], inputs = {}, folder = jobFolder()) =>
    runBuiltTask(
      'submit-job',
      fake(),
      { jobFile: folder.jobFile, ...inputs },
      { sources: folder.sources, cancel: cancel! },
    );
  const statuses = () => [...fake().jobs.values()].map(({ status }) => status);

  it('submits nothing when it is cancelled before the request', async () => {
    fake().on(requests.WORKSPACE, hangs());
    assertCancelled(await submit({ request: requests.WORKSPACE }));
    assert.deepEqual([statuses(), fake().received(requests.JOB_PUT).length], [[], 0]);
  });

  it('abandons an upload and submits nothing', async () => {
    const folder = jobFolder('code: ./src\n');
    writeFileSync(join(folder.sources, 'src'), 'x');
    const upload = /^POST .*startPendingUpload/;
    fake().on(upload, hangs());
    fake().on(/\/codes\//, hangs());
    const run = await submit({ request: /\/codes\// }, {}, folder);
    assertCancelled(run);
    assert.deepEqual([statuses(), fake().received(requests.JOB_PUT).length], [[], 0]);
  });

  for (const [what, behaviour] of [
    ['is answered some seconds later', later(3_000)],
    ['has made the job, but is never answered', ((_request, usual) => void usual()) as Behaviour],
    [
      'makes the job some seconds later and is never answered',
      later(2_500, (_request, usual) => void usual() as undefined),
    ],
  ] as const)
    it(`cancels the job whose request ${what}`, async () => {
      fake().on(requests.JOB_PUT, behaviour);
      const run = await submit({ request: requests.JOB_PUT });
      assertCancelled(run);
      assert.deepEqual(statuses(), ['Canceled'], run.raw);
      assert.ok(run.outputs.jobName);
    });

  it('warns, and names the job, when its request is never answered and the job is never found', async () => {
    fake().on(requests.JOB_PUT, hangs());
    const run = await submit({ request: requests.JOB_PUT });
    assertCancelled(run);
    assert.match(run.issues.map(({ message }) => message).join(), WARNING);
    assert.ok(run.issues[0]!.message.includes(run.outputs.jobName!));
  });

  it('cancels a job that is submitted and followed', async () => {
    fake().on(requests.DETAILS, asUsual);
    const run = await submit({ log: /Job is Running/ }, SUBMIT_AND_FOLLOW);
    assertCancelled(run);
    assert.deepEqual(statuses(), ['Canceled']);
  });

  it('cancels a job whose cancellation is refused while it is being created', async () => {
    const azure = fake();
    azure.on(requests.JOB_PUT, later(1_000));
    azure.on(requests.CANCEL, inTurn(answers(404, {}), answers(409, {}), asUsual));
    assertCancelled(await submit({ request: requests.JOB_PUT }));
    assert.deepEqual(statuses(), ['Canceled']);
  });

  it('warns that a schedule may have started a job which nobody named', async () => {
    const azure = fake();
    const trigger = /^POST .*\/schedules\/nightly\/trigger/;
    azure.on(/^GET .*\/schedules\/nightly\?/, answers(200, { name: 'nightly', properties: {} }));
    azure.on(trigger, hangs());
    const inputs = { source: 'schedule', scheduleName: 'nightly' };
    const run = await runBuiltTask('submit-job', azure, inputs, { cancel: { request: trigger } });
    assertCancelled(run);
    assert.match(run.log, /cancelled while a job was being started, and Azure ML did not say which/);
    assert.equal(azure.received(trigger).length, 1);
  });

  it('cancels the job that a schedule’s late answer names', async () => {
    const azure = fake();
    const trigger = /^POST .*\/schedules\/nightly\/trigger/;
    azure.on(/^GET .*\/schedules\/nightly\?/, answers(200, { name: 'nightly', properties: {} }));
    azure.on(
      trigger,
      later(3_000, () => {
        azure.addJob('nightly-1');
        return { status: 200, body: { submissionId: 'nightly-1' } };
      }),
    );
    const inputs = { source: 'schedule', scheduleName: 'nightly' };
    assertCancelled(await runBuiltTask('submit-job', azure, inputs, { cancel: { request: trigger } }));
    assert.deepEqual(statuses(), ['Canceled']);
  });

  it('keeps to its time when run history and Resource Manager say nothing more', async () => {
    const azure = fake();
    azure.on(requests.JOB_PUT, (_request, usual) => {
      const answer = usual();
      for (const pattern of [requests.ARM_JOB, requests.HISTORY, requests.CANCEL]) azure.on(pattern, hangs());
      return answer;
    });
    const run = await submit({ request: requests.JOB_PUT }, SUBMIT_AND_FOLLOW);
    assertCancelled(run);
    assert.match(run.issues.map(({ message }) => message).join(), WARNING);
  });
});
