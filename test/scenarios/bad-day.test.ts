/** The service and the network on a bad day: a job that goes on is followed on, and its end is reported as it is. */
import assert from 'node:assert/strict';
import { answers, cutsAnswer, dropsConnection, losesAnswer } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { addRunningJob, FOLLOW, fakeAzurePerTest, jobFolder, STD_LOG } from './story.ts';

const HTML = answers(200, '<html>busy</html>', { 'Content-Type': 'text/html' });
const FAULTS = [
  ['500', answers(500, {})],
  ['502', answers(502, '<html>bad gateway</html>')],
  ['503', answers(503, {})],
  ['504', answers(504, '')],
  ['a connection that is lost before the request is done', dropsConnection()],
  ['a connection that is lost after the request is done', losesAnswer()],
  ['an answer that is cut', cutsAnswer()],
  ['a body that is not JSON', HTML],
  ['JSON that is cut', answers(200, '{"status": "Run')],
] as const;

describe('a bad day of the service', () => {
  const fake = fakeAzurePerTest();

  for (const [what, fault] of FAULTS)
    it(`does not end the following: ${what}`, async () => {
      const azure = fake();
      azure.logs.set(STD_LOG, 'first\n');
      addRunningJob(azure, { jobType: 'Pipeline', change: () => azure.logs.set(STD_LOG, 'first\nlast\n') });
      for (const request of [requests.DETAILS, requests.CHILDREN]) azure.on(request, fault, { times: 1 });
      // Of a log JSON would be content.
      if (what !== 'JSON that is cut') azure.on(requests.LOG, fault, { times: 1 });
      const run = await runBuiltTask('stream-job', azure, FOLLOW);
      assert.deepEqual([run.result, run.outputs.status, run.killedBy], ['Succeeded', 'Completed', null], run.raw);
      assert.deepEqual(run.log.match(/\| \w+/g), ['| first', '| last']);
      assert.deepEqual(run.issues, []);
    });

  for (const [what, fault] of FAULTS)
    it(`does not submit a job twice: ${what}`, async () => {
      const azure = fake();
      azure.on(requests.JOB_PUT, fault, { times: 1 });
      const { sources, jobFile } = jobFolder();
      const run = await runBuiltTask('submit-job', azure, { jobFile }, { sources });
      assert.equal(run.result, 'Succeeded', run.raw);
      assert.deepEqual([...azure.jobs.keys()], [run.outputs.jobName]);
      const names = azure.received(requests.JOB_PUT).map(({ path }) => path.split('/').at(-1));
      assert.deepEqual([...new Set(names)], [run.outputs.jobName]);
    });

  it('of several polls is reported once each and outlasted', async () => {
    const azure = fake();
    addRunningJob(azure);
    azure.on(requests.ARM_JOB, answers(503, {}));
    azure.on(requests.ARM_JOB, (_request, usual) => usual(), { times: 1 });
    azure.on(requests.HISTORY, answers(503, {}), { times: 4 });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    assert.match(run.log, /Azure ML did not answer this time; the task keeps following the job/);
  });
});

describe('half a service', () => {
  const fake = fakeAzurePerTest();

  it('is enough: run history is down, Resource Manager tells the status', async () => {
    const azure = fake();
    const job = azure.addJob('train');
    azure.metrics.set('train', [{ key: 'loss', value: 0.5, step: 0, timestamp: 1 }]);
    // It is back when the metrics are read.
    azure.on(requests.HISTORY, (_request, usual) =>
      azure.received(requests.DETAILS).length > 8 ? usual() : { status: 503, body: {} },
    );
    azure.on(requests.ARM_JOB, (_request, usual) => {
      if (azure.received(requests.DETAILS).length > 4) job.properties.status = 'Completed';
      return usual();
    });
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    assert.equal(run.outputs['metrics.loss'], '0.5');
  });

  it('is enough: Resource Manager does not answer about the job, run history does', async () => {
    const azure = fake();
    azure.logs.set(STD_LOG, 'the log\n');
    addRunningJob(azure);
    azure.on(requests.ARM_JOB, answers(503, {}));
    const run = await runBuiltTask('stream-job', azure, FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
    assert.match(run.log, /\| the log/);
  });
});
