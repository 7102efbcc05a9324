/** The service accepted the job, but its answer was lost: the job is found, named and never paid for twice. */
import assert from 'node:assert/strict';
import { answers, type Behaviour, dropsConnection, losesAnswer } from './fake-azure.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { completesSubmittedJobs, fakeAzurePerTest, inTurn, jobFolder, SUBMIT_AND_FOLLOW } from './story.ts';

const conflict = answers(409, { error: { code: 'Conflict', message: 'A job with this name already exists.' } });
const refused = answers(400, { error: { code: 'UserError', message: 'A job can’t be changed.' } });

describe('a job whose answer was lost', () => {
  const fake = fakeAzurePerTest();
  const submit = (inputs: Record<string, string> = {}, folder = jobFolder()) =>
    runBuiltTask('submit-job', fake(), { jobFile: folder.jobFile, ...inputs }, { sources: folder.sources });

  for (const [what, then] of [
    ['409', conflict],
    ['400', refused],
  ] as const)
    it(`is found when the repeated request is answered ${what}`, async () => {
      fake().on(requests.JOB_PUT, inTurn(losesAnswer(), then));
      const run = await submit();
      assert.equal(run.result, 'Succeeded', run.raw);
      assert.deepEqual([...fake().jobs.keys()], [run.outputs.jobName]);
      assert.match(run.log, /answer to the request was lost, but the job \S+ was submitted/);
      assert.ok(run.outputs.studioUrl);
    });

  it('is followed to its end', async () => {
    completesSubmittedJobs(fake());
    fake().on(requests.JOB_PUT, inTurn(losesAnswer(), conflict));
    const run = await submit(SUBMIT_AND_FOLLOW);
    assert.deepEqual([run.result, run.outputs.status], ['Succeeded', 'Completed'], run.raw);
  });

  it('is never called refused: a job of that name that is another’s is', async () => {
    fake().on(requests.JOB_PUT, inTurn(dropsConnection(), conflict));
    const run = await submit();
    assert.equal(run.result, 'Failed');
    assert.match(run.message, /already exists/);
    assert.equal(fake().jobs.size, 0);
  });

  it('may run, says the task, when nothing can be found out; running the step again finds the job', async () => {
    const azure = fake();
    const folder = jobFolder();
    azure.on(requests.JOB_PUT, inTurn(losesAnswer(), refused));
    const unknown: Behaviour = (_request, usual) =>
      azure.received(requests.JOB_PUT).length > 0 ? { status: 403, body: { error: { message: 'Not now.' } } } : usual();
    azure.on(requests.ARM_JOB, unknown);
    const run = await submit({}, folder);
    assert.equal(run.result, 'Failed');
    assert.match(
      run.message,
      /It is unknown whether the job \S+ was submitted: .*It may be running.*\[SubmissionUnclear\]$/,
    );
    assert.deepEqual([...azure.jobs.keys()], [run.outputs.jobName]);
    assert.equal(run.outputs.status, 'Unknown');
    azure.on(requests.ARM_JOB, (_request, usual) => usual());
    const again = await submit({}, folder);
    assert.deepEqual([again.result, again.outputs.jobName], ['Succeeded', run.outputs.jobName], again.raw);
    assert.equal(azure.jobs.size, 1);
  });
});
