/** Requests that start another paid job with every try: they are sent once, unless the service has surely not begun. */
import assert from 'node:assert/strict';
import { answers, cutsAnswer, dropsConnection, type FakeAzure, losesAnswer } from './fake-azure.ts';
import { WORKSPACE } from './fake-service.ts';
import { runBuiltTask } from './run-built-task.ts';
import { fakeAzurePerTest } from './story.ts';

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

    it('is sent again when throttling is over, since nothing was started', async () => {
      fake().on(request, answers(429, {}, { 'Retry-After': '1' }), { times: 1 });
      const run = await start();
      assert.deepEqual([run.result, run.outputs.jobName], ['Succeeded', 'started-1'], run.raw);
      assert.equal(fake().received(request).length, 2);
    });
  });
