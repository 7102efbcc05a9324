/** Consistency comes later: a job that was just created is unknown for a moment, one part knows sooner than the other. */
import assert from 'node:assert/strict';
import { answers } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import {
  addRunningJob,
  completesSubmittedJobs,
  FOLLOW,
  fakeAzurePerTest,
  jobFolder,
  SUBMIT_AND_FOLLOW,
} from './story.ts';

const unknown = answers(404, { error: { code: 'NotFound', message: 'There is none.' } });

describe('a job that was just created', () => {
  const fake = fakeAzurePerTest();

  for (const [what, patterns] of [
    ['Resource Manager', [requests.ARM_JOB]],
    ['run history', [requests.HISTORY]],
    ['both', [requests.ARM_JOB, requests.HISTORY]],
    ['the list of steps', [requests.CHILDREN]],
  ] as const)
    it(`is followed although it is not known to ${what} yet`, async () => {
      const azure = fake();
      addRunningJob(azure, { jobType: 'Pipeline' });
      for (const pattern of patterns) azure.on(pattern, unknown, { times: 2 });
      const run = await runBuiltTask('stream-job', azure, FOLLOW);
      assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    });

  it('is followed by the step that submitted it although nothing knows it yet', async () => {
    const azure = fake();
    completesSubmittedJobs(azure);
    azure.on(requests.JOB_PUT, (_request, usual) => {
      for (const pattern of [requests.ARM_JOB, requests.HISTORY]) azure.on(pattern, unknown, { times: 2 });
      return usual();
    });
    const { sources, jobFile } = jobFolder();
    const run = await runBuiltTask('submit-job', azure, { ...SUBMIT_AND_FOLLOW, jobFile }, { sources });
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });

  it('has steps that appear late, each shown once', async () => {
    const azure = fake();
    addRunningJob(azure, { reads: 6, jobType: 'Pipeline' });
    azure.children.set('train', [
      { name: 's1', runId: 's1', displayName: 'prepare', status: 'Completed', properties: {} },
    ]);
    azure.on(requests.CHILDREN, answers(200, { value: [] }), { times: 2 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.equal(run.result, 'Succeeded', run.raw);
    assert.equal(run.log.match(/prepare/g)?.length, 1, run.log);
  });

  it('that does not exist at all is an error that says so', async () => {
    const run = await runBuiltTask('stream-job', fake(), { ...FOLLOW, jobName: 'trian' });
    assert.match(run.message, /There is no job 'trian' .*\[JobNotFound\]/);
  });

  for (const [task, inputs] of [
    ['evaluate-model', { rules: 'metrics.loss <= 0.5' }],
    ['register-model', { modelName: 'm', outputName: 'model' }],
  ] as const)
    it(`counts as Completed for ${task} when run history says so and Resource Manager is behind`, async () => {
      const azure = fake();
      const job = azure.addJob('train', 'Completed', {
        outputs: { model: { jobOutputType: 'custom_model', uri: 'azureml://x' } },
      });
      job.properties.status = 'Finalizing';
      azure.metrics.set('train', [{ key: 'loss', value: 0.1, step: 0, timestamp: 1 }]);
      const run = await runBuiltTask(task, azure, { jobName: 'train', ...inputs });
      assert.equal(run.result, 'Succeeded', run.raw);
    });

  it('that vanishes is followed for minutes, and the task’s end says that it may be running', async () => {
    const azure = fake();
    addRunningJob(azure, { reads: 2, status: 'Running' });
    const gone = () => azure.received(requests.DETAILS).length > 2;
    for (const pattern of [requests.ARM_JOB, requests.HISTORY])
      azure.on(pattern, (_request, usual) => (gone() ? { status: 404, body: {} } : usual()));
    const run = await runBuiltTask('stream-job', azure, {
      ...FOLLOW,
      timeoutInMinutes: '0.1',
      cancelOnTimeout: 'false',
    });
    assert.match(run.log, /Azure ML did not answer this time; the task keeps following the job/);
    assert.match(run.message, /it timed out\. The job keeps running/, run.raw);
  });
});
