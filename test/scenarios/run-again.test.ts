/** A step that runs again, by the agent or by a person, finds its job: nobody pays twice. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask, type TaskRun } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, jobFolder, STD_LOG, setStatus } from './story.ts';

describe('a submit step that runs again', () => {
  const fake = fakeAzurePerTest();
  let folder: ReturnType<typeof jobFolder>;
  beforeEach(() => {
    folder = jobFolder();
  });
  const submit = (attempt: number, inputs: Record<string, string> = {}, jobAttempt = 1): Promise<TaskRun> =>
    runBuiltTask(
      'submit-job',
      fake(),
      { jobFile: folder.jobFile, ...inputs },
      {
        sources: folder.sources,
        variables: { 'System.StageAttempt': String(attempt), 'System.JobAttempt': String(jobAttempt) },
      },
    );
  const names = () => [...fake().jobs.keys()];

  for (const [what, attempt, jobAttempt] of [
    ['the agent retries the task', 1, 1],
    ['the stage is run again', 2, 1],
    ['its failed jobs are run again', 1, 2],
  ] as const)
    for (const status of ['Running', 'Completed'])
      it(`takes up its job that is ${status}: ${what}`, async () => {
        const first = await submit(1);
        setStatus(fake().jobs.get(first.outputs.jobName!)!, status);
        const again = await submit(attempt, {}, jobAttempt);
        assert.deepEqual([again.result, again.outputs.jobName], ['Succeeded', first.outputs.jobName], again.raw);
        assert.equal(names().length, 1);
        assert.match(again.log, /This step submitted the job \S+ before; it is \w+\. No other job is started/);
      });

  for (const [what, attempt, jobAttempt] of [
    ['the stage is run again', 2, 1],
    ['its failed jobs are run again', 1, 2],
  ] as const) {
    it(`submits a successor of a job that failed: ${what}`, async () => {
      const first = await submit(1);
      setStatus(fake().jobs.get(first.outputs.jobName!)!, 'Failed');
      const again = await submit(attempt, {}, jobAttempt);
      assert.deepEqual(names(), [first.outputs.jobName, again.outputs.jobName], again.raw);
      assert.equal(again.outputs.jobName, `${first.outputs.jobName}-r2`);
    });

    it(`submits another job for onExisting: new, and takes that one up when the agent retries: ${what}`, async () => {
      await submit(1);
      const again = await submit(attempt, { onExisting: 'new' }, jobAttempt);
      const retried = await submit(attempt, { onExisting: 'new' }, jobAttempt);
      assert.deepEqual([names().length, retried.outputs.jobName], [2, again.outputs.jobName], retried.raw);
    });
  }

  it('fails for onExisting: fail, and names the job', async () => {
    const first = await submit(1);
    const again = await submit(2, { onExisting: 'fail' });
    assert.equal(again.result, 'Failed');
    assert.match(
      again.message,
      new RegExp(`'${first.outputs.jobName}' in an earlier attempt; it is Running.*\\[JobExists\\]`),
    );
    assert.equal(names().length, 1);
  });

  it('finds its job also by a fixed name', async () => {
    await submit(1, { jobName: 'train-7' });
    const again = await submit(2, { jobName: 'train-7' });
    assert.deepEqual([again.result, names()], ['Succeeded', ['train-7']], again.raw);
  });

  it('never takes up another step’s job of a fixed name', async () => {
    fake().addJob('train-7');
    const run = await submit(1, { jobName: 'train-7' });
    assert.match(run.message, /already exists.*\[JobNameTaken\]/);
  });

  it('does not share a job with another run that submits the same fixed name at the same time', async () => {
    const azure = fake();
    const others = { 'pipelines.step': 'another-step', 'pipelines.attempt': '1' };
    // The service takes the PUT of a name that exists for a change of that job.
    azure.on(requests.JOB_PUT, () => ({
      status: 200,
      body: azure.addJob('train-7', 'Running', { properties: others }),
    }));
    const run = await submit(1, { jobName: 'train-7', wait: 'true', pollInterval: '0.5' });
    assert.equal(run.result, 'Failed', run.raw);
    assert.match(run.message, /'train-7' already exists.*\[JobNameTaken\]/);
    assert.equal(azure.received(requests.CANCEL).length, 0);
  });

  it('does not share a job with another run', async () => {
    await submit(1);
    const variables = { 'Build.BuildId': '8', 'Build.BuildNumber': '8' };
    await runBuiltTask('submit-job', fake(), { jobFile: folder.jobFile }, { sources: folder.sources, variables });
    assert.equal(names().length, 2);
  });

  it('finds the job of a request that failed to the end', async () => {
    const azure = fake();
    azure.on(/^PUT [^?]*\/jobs\//, (_request, usual) => {
      usual();
      return answers(400, { error: { code: 'Odd', message: 'It is odd.' } })(_request, usual, undefined as never);
    });
    const first = await submit(1);
    assert.deepEqual([first.result, names().length], ['Succeeded', 1], first.raw);
    const again = await submit(2);
    assert.deepEqual([again.outputs.jobName, names().length], [first.outputs.jobName, 1]);
  });
});

describe('a stream step that the agent runs again', () => {
  const fake = fakeAzurePerTest();

  it('goes on with the log where it stopped, and sets no output twice', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'first\n');
    azure.addJob('train');
    const temp = mkdtempSync(join(tmpdir(), 'agent-temp-'));
    const variables = { 'Agent.TempDirectory': temp };
    const lost = await runBuiltTask('stream-job', azure, FOLLOW, {
      variables,
      cancel: { log: /\| first/ },
    });
    assert.match(lost.log, /\| first/);
    addRunningJob(azure, { reads: 1, change: () => azure.logs.set(STD_LOG, 'first\nlast\n') });
    const again = await runBuiltTask('stream-job', azure, FOLLOW, { variables });
    assert.equal(again.result, 'Succeeded', again.raw);
    assert.deepEqual(again.log.match(/\| \w+/g), ['| last']);
    const third = await runBuiltTask('stream-job', azure, FOLLOW, { variables });
    assert.deepEqual([third.result, Object.keys(third.outputs)], ['Succeeded', []], third.raw);
    assert.ok(azure.received(requests.DETAILS).length > 0);
  });
});

describe('a stream step whose agent can keep nothing', () => {
  const fake = fakeAzurePerTest();

  it('follows its job all the same: the folder is not one', async () => {
    fake().logs.set(STD_LOG, 'line\n');
    addRunningJob(fake());
    const temp = mkdtempSync(join(tmpdir(), 'agent-temp-'));
    writeFileSync(join(temp, 'model-bridge'), 'a file is in its place');
    const run = await runBuiltTask('stream-job', fake(), FOLLOW, { variables: { 'Agent.TempDirectory': temp } });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });

  it('sets its outputs anew when what an earlier try kept was cut off', async () => {
    fake().addJob('train', 'Completed');
    const temp = mkdtempSync(join(tmpdir(), 'agent-temp-'));
    mkdirSync(join(temp, 'model-bridge'));
    writeFileSync(join(temp, 'model-bridge/outputs-step-1.json'), '[["status","Comp');
    const run = await runBuiltTask('stream-job', fake(), FOLLOW, { variables: { 'Agent.TempDirectory': temp } });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });
});

describe('a register step that runs again', () => {
  const fake = fakeAzurePerTest();
  const train = (): void => {
    fake().addJob('train', 'Completed', { outputs: { model: { jobOutputType: 'custom_model', uri: 'azureml://x' } } });
    fake().metrics.set('train', [{ key: 'loss', value: 0.1, step: 0, timestamp: 1 }]);
  };
  const judge = (most: number): Promise<TaskRun> =>
    runBuiltTask('evaluate-model', fake(), { jobName: 'train', rules: `metrics.loss <= ${most}`, onFail: 'skip' });
  const register = (inputs: Record<string, string> = {}): Promise<TaskRun> =>
    runBuiltTask('register-model', fake(), { jobName: 'train', modelName: 'm', outputName: 'model', ...inputs });
  const verdicts = (): string[] =>
    (fake().models.get('m') ?? []).map(({ properties }) => properties.tags['gate.verdict']);

  it('brings the version that it registered the verdict that the job got since', async () => {
    train();
    await judge(0.5);
    assert.equal((await register()).result, 'Succeeded');
    assert.deepEqual(verdicts(), ['pass']);
    await judge(0.05);
    const shown = await register({ whatIf: 'true' });
    assert.match(shown.log, /model m version 1 would get the newer verdict 'fail'/);
    assert.deepEqual(verdicts(), ['pass']);
    const again = await register();
    assert.match(again.message, /registered the model m version 1 before/);
    assert.match(again.log, /model m version 1 has the verdict 'fail' now/);
    assert.deepEqual(verdicts(), ['fail']);
  });

  it('leaves a version its own verdict when that is the newer one, and fails when a newer one can not be written', async () => {
    train();
    await judge(0.5);
    await register();
    await runBuiltTask('evaluate-model', fake(), { model: 'm:1', rules: 'metrics.loss <= 0', onFail: 'skip' });
    assert.equal((await register()).result, 'Succeeded');
    assert.deepEqual(verdicts(), ['fail']);
    await judge(0.5);
    fake().on(/^PUT [^?]*\/models\//, answers(403, { error: { code: 'AuthorizationFailed', message: 'No.' } }));
    const refused = await register();
    assert.equal(refused.result, 'Failed', refused.log);
  });
});
