/** Requests that start another paid job with every try: they are sent once, unless the service has surely not begun. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, cutsAnswer, dropsConnection, type FakeAzure, losesAnswer } from './fake-azure.ts';
import { WORKSPACE } from './fake-service.ts';
import * as requests from './requests.ts';
import { runBuiltTask } from './run-built-task.ts';
import { fakeAzurePerTest, setStatus } from './story.ts';

const PIPELINE = '11111111-2222-4333-8444-555555555555';

interface Source {
  inputs: Record<string, string>;
  /** The request that starts the job, and what it answers. */
  request: RegExp;
  answer: object;
  prepare(azure: FakeAzure): void;
}

const SOURCES: Record<string, Source> = {
  'a batch endpoint': {
    inputs: { source: 'batchEndpoint', endpointName: 'scores' },
    request: /^POST \/batch\/scores\/jobs/,
    answer: { name: 'started-1' },
    prepare(azure) {
      const properties = { scoringUri: `${azure.url}/batch/scores/jobs`, defaults: { deploymentName: 'blue' } };
      azure.on(/^GET .*\/batchEndpoints\/scores\?/, answers(200, { name: 'scores', properties }));
      azure.on(/^GET .*\/deployments\/blue\?/, answers(200, { name: 'blue', properties: {} }));
    },
  },
  'a published pipeline': {
    inputs: { source: 'publishedPipeline', pipelineId: PIPELINE, experimentName: 'nightly' },
    request: /^POST .*\/PipelineSubmit\//,
    answer: { Id: 'started-1' },
    prepare: () => undefined,
  },
  'a schedule': {
    inputs: { source: 'schedule', scheduleName: 'nightly' },
    request: /^POST .*\/schedules\/nightly\/trigger/,
    answer: { submissionId: 'started-1' },
    prepare: (azure) => azure.on(/^GET .*\/schedules\/nightly\?/, answers(200, { name: 'nightly', properties: {} })),
  },
};

for (const [source, { inputs, request, answer, prepare }] of Object.entries(SOURCES))
  describe(`the request that starts the job of ${source}`, () => {
    const fake = fakeAzurePerTest();
    beforeEach(() => {
      prepare(fake());
      fake().addJob('started-1');
      fake().on(request, answers(200, answer));
    });
    const start = () => runBuiltTask('submit-job', fake(), inputs);

    it('starts one job', async () => {
      const run = await start();
      assert.deepEqual([run.result, run.outputs.jobName], ['Succeeded', 'started-1'], run.raw);
      assert.equal(fake().received(request).length, 1);
      assert.equal(fake().received(new RegExp(`^GET ${WORKSPACE}\\?`)).length, 1);
    });

    for (const [what, behaviour] of [
      ['the connection is lost', dropsConnection()],
      ['the answer is lost', losesAnswer()],
      ['the answer is cut', cutsAnswer()],
      ['the answer is 500', answers(500, {})],
      ['the answer is 503', answers(503, {}, { 'Retry-After': '1' })],
    ] as const)
      it(`is not sent again when ${what}, and the message says to check first`, async () => {
        fake().on(request, behaviour);
        const run = await start();
        assert.equal(run.result, 'Failed', run.raw);
        assert.equal(fake().received(request).length, 1);
        assert.match(run.message, /check in Azure ML studio whether that job exists/);
      });

    describe('and is met by the agent’s retry', () => {
      const isRepeatSafe = source === 'a batch endpoint';
      let variables: Record<string, string>;
      beforeEach(() => {
        variables = { 'Agent.TempDirectory': mkdtempSync(join(tmpdir(), 'agent-temp-')) };
      });
      const tryIt = () => runBuiltTask('submit-job', fake(), inputs, { variables });
      const sent = () => fake().received(request).length;

      for (const status of ['Running', 'Completed'])
        it(`takes up its job that is ${status}`, async () => {
          await tryIt();
          setStatus(fake().jobs.get('started-1')!, status);
          const again = await tryIt();
          assert.deepEqual([again.result, sent()], ['Succeeded', 1], again.raw);
          assert.match(again.log, /This step submitted the job started-1 before/);
        });

      it('starts another job when that one failed', async () => {
        await tryIt();
        setStatus(fake().jobs.get('started-1')!, 'Failed');
        fake().addJob('started-2');
        fake().on(request, answers(200, JSON.parse(JSON.stringify(answer).replace('-1', '-2'))));
        const again = await tryIt();
        assert.deepEqual([again.result, again.outputs.jobName, sent()], ['Succeeded', 'started-2', 2], again.raw);
        const ids = fake()
          .received(request)
          .map(({ headers }) => headers['repeatability_request-id']);
        if (isRepeatSafe) assert.notEqual(ids[0], ids[1]);
      });

      it('takes up a run that Resource Manager does not know', async () => {
        await tryIt();
        fake().on(requests.ARM_JOB, answers(404, {}));
        const again = await tryIt();
        assert.deepEqual([again.result, sent()], ['Succeeded', 1], again.raw);
      });

      it('does not start another job when the answer was lost', async () => {
        fake().on(request, losesAnswer(), { times: 1 });
        assert.equal((await tryIt()).result, 'Failed');
        const again = await tryIt();
        if (isRepeatSafe) {
          const ids = fake()
            .received(request)
            .map(({ headers }) => headers['repeatability_request-id']);
          assert.deepEqual([again.result, new Set(ids).size, ids.length], ['Succeeded', 1, 2], again.raw);
        } else {
          assert.deepEqual([again.result, sent()], ['Failed', 1], again.raw);
          assert.match(again.message, /asked Azure ML to start a job and got no answer.*\[StartUnclear\]/);
        }
      });

      it('starts a job when the first request was refused', async () => {
        fake().on(request, answers(403, { error: { code: 'AuthorizationFailed', message: 'No.' } }), { times: 1 });
        assert.equal((await tryIt()).result, 'Failed');
        const again = await tryIt();
        assert.deepEqual([again.result, again.outputs.jobName, sent()], ['Succeeded', 'started-1', 2], again.raw);
      });
    });

    it('is sent again when throttling is over, since nothing was started', async () => {
      fake().on(request, answers(429, {}, { 'Retry-After': '1' }), { times: 1 });
      const run = await start();
      assert.deepEqual([run.result, run.outputs.jobName], ['Succeeded', 'started-1'], run.raw);
      assert.equal(fake().received(request).length, 2);
    });
  });
