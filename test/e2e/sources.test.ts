import assert from 'node:assert/strict';
import { pipelineEndpointId, publishedPipelineId } from '../../sandbox/azureml/arm/published-pipelines.ts';
import { findJobStatus } from '../../scripts/workspace-facts.ts';
import { type Fixture, startFixture, stream, submit, writes } from './fixture.ts';
import { start, startsIn } from './starts.ts';
import { put, seedBatchEndpoint, seedComponents, seedSchedules, shareComponent } from './workspace-seeds.ts';

describe('starting a job', function () {
  this.timeout(120_000);
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture();
    await seedComponents(fixture.sandbox);
    await seedBatchEndpoint(fixture.sandbox);
    await seedSchedules(fixture.sandbox);
    await put(fixture.sandbox, 'data/iris/versions/1', {
      properties: { dataType: 'uri_folder', dataUri: 'azureml://datastores/workspaceblobstore/paths/iris' },
    });
  });
  after(() => fixture.stop());
  afterEach(() => fixture.sandbox.faults.clear());

  const { completes, fails, sendsAsPlanned } = startsIn(() => fixture);

  describe('from a job file', () => {
    it('gives its inputs other values', async () => {
      const run = await fixture.run([submit('jobs/command.yml', { inputs: 'accuracy=0.5', whatIf: 'true' })]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.match(run.log, /"accuracy": \{\s+"jobInputType": "literal",\s+"value": "0\.5"/);
    });

    it('knows its inputs', async () => {
      const log = await fails(submit('jobs/command.yml', { inputs: 'acuracy=0.5' }));
      assert.match(log, /The job file does not have an input 'acuracy'\. Did you mean 'accuracy'\?/);
    });

    it('needs the file', async () => {
      await assert.rejects(fixture.run([start('jobFile', {})]), /jobFile/);
    });
  });

  describe('from a component', () => {
    const greeter = { component: 'greeter:1', defaultCompute: 'cpu-cluster', inputs: 'message=hello there\ncount=2' };

    it('runs it', async () => {
      const run = await completes(
        start('component', { ...greeter, tags: 'a=b' }),
        /Greet \| hello there\n.*\| hello there/,
      );
      const { sandbox } = fixture;
      const [job] = sandbox.requests.filter(({ method, url }) => method === 'PUT' && url.includes('/jobs/')).slice(-1);
      const { properties } = job!.body as any;
      assert.equal(properties.experimentName, 'greeter');
      assert.deepEqual(properties.tags, { a: 'b' });
      assert.deepEqual(properties.outputs, { report: { jobOutputType: 'uri_folder' } });
      assert.match(run.step('submit').outputs.jobName!, /^greeter-/);
    });

    it('takes the newest version, and the newest data', async () => {
      const { body } = await sendsAsPlanned('component', {
        component: 'azureml:greeter@latest',
        jobName: 'newest',
        inputs: 'message=hi\ndata=azureml:iris@latest',
      });
      const { componentId, inputs, settings } = (body as any).properties;
      assert.match(componentId, /\/workspaces\/sandbox-ws\/components\/greeter\/versions\/2$/);
      assert.equal(inputs.data.jobInputType, 'uri_folder');
      assert.match(inputs.data.uri, /\/workspaces\/sandbox-ws\/data\/iris\/versions\/1$/);
      assert.deepEqual(settings, {});
    });

    it('takes one of a registry', async () => {
      await shareComponent(fixture.sandbox);
      for (const version of ['versions/1', 'labels/latest']) {
        const component = `azureml://registries/azureml/components/shared/${version}`;
        const run = await fixture.run([start('component', { component, inputs: 'message=x', whatIf: 'true' })]);
        assert.equal(run.result, 'succeeded', run.log);
        assert.match(run.log, /"componentId": "azureml:\/\/registries\/azureml\/components\/shared\/versions\/1"/);
      }
    });

    it('starts one job although the answers to its request are lost', async () => {
      fixture.sandbox.faults.add({ match: 'PUT .*/jobs/', kind: 'truncate', times: 4 });
      const run = await fixture.run([start('component', greeter, { retryCountOnTaskFailure: 1 })]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.equal(new Set(writes(run.requests)).size, 1);
    });

    it('tells what is wrong with its inputs, all at once', async () => {
      const log = await fails(
        start('component', { component: 'greeter:2', inputs: 'mesage=x\ncount=many\ndata=./here' }),
      );
      assert.match(log, /The component 'greeter:2' does not have an input 'mesage'\. Did you mean 'message'\?/);
      assert.match(log, /The input 'message' \(string\) of the component 'greeter:2' has no value\./);
      assert.match(log, /The input 'count' is 'many', but it must be a number\./);
      assert.match(log, /The input 'data' is of type uri_folder, so '\.\/here' must be a reference/);
      assert.match(log, /##\[error\]The values of the inputs have 4 problems\./);
    });

    it('tells what is not there', async () => {
      const of = (component: string, more = {}): Promise<string> =>
        fails(start('component', { ...greeter, component, ...more }));
      assert.match(
        await of('greter:1'),
        /There is no component 'greter' in the workspace 'sandbox-ws'\. Did you mean 'greeter'\?/,
      );
      assert.match(
        await of('greeter:9'),
        /There is no version '9' of the component 'greeter' in the workspace 'sandbox-ws'\. There are '2' and '1'\./,
      );
      assert.match(
        await of('greeter'),
        /'greeter', which is not a reference to a version of a component\..*name@latest/,
      );
      assert.match(await of('greet:1'), /'greet:1' is of type command; only a pipeline component can run as a job/);
      assert.match(await of('azureml://registries/nowhere/components/a/versions/1'), /There is no registry 'nowhere'/);
      assert.match(
        await of('azureml://registries/azureml/components/a/labels/latest'),
        /There is no component 'a' in the registry 'azureml'\./,
      );
      assert.match(
        await of('greeter:1', { defaultCompute: 'cpu-clustr' }),
        /'defaultCompute' refers to the compute 'cpu-clustr'.*Did you mean 'cpu-cluster'\?/,
      );
      assert.match(
        await of('greeter:1', { inputs: 'message=x\ndata=azureml:irs:1' }),
        /'inputs\.data' refers to the data asset 'irs'.*Did you mean 'iris'\?/,
      );
    });
  });

  describe('from a batch endpoint', () => {
    const scoring = { endpointName: 'scoring', inputs: 'message=hello batch' };

    it('runs its default deployment', async () => {
      await completes(start('batchEndpoint', { ...scoring, experimentName: 'scores' }), /Greet \| hello batch/);
    });

    it('sends what it has planned', async () => {
      const inputs = 'message=x\ndata=azureml:iris:1';
      const { body, headers } = await sendsAsPlanned('batchEndpoint', { ...scoring, inputs, jobName: 'batch-1' });
      const { inputData, name } = (body as any).properties;
      assert.deepEqual(inputData.message, { jobInputType: 'Literal', value: 'x' });
      assert.equal(inputData.data.jobInputType, 'UriFolder');
      assert.match(inputData.data.uri, /\/data\/iris\/versions\/1$/);
      assert.equal(name, 'batch-1');
      assert.equal(headers['azureml-model-deployment'], 'greeter');
    });

    it('starts one job, however often it is retried', async () => {
      // The task does not repeat a request that starts a job; the agent's retry sends it with the same id.
      fixture.sandbox.faults.add({ match: 'POST .*/jobs', kind: 'truncate' });
      const run = await fixture.run([start('batchEndpoint', scoring, { retryCountOnTaskFailure: 1 }), stream()]);
      assert.equal(run.result, 'succeeded', run.log);
      const posts = run.requests.filter(({ method, url }) => method === 'POST' && /\/jobs$/.test(url));
      assert.equal(posts.length, 2);
      assert.equal(new Set(posts.map(({ headers }) => headers['repeatability_request-id'])).size, 1);
    });

    it('cancels the job when the run is cancelled while it starts', async () => {
      fixture.sandbox.faults.add({ match: 'POST .*/jobs', kind: 'slow', delayMs: 1500 });
      const cancel = new AbortController();
      const lines: string[] = [];
      const run = await fixture.run([start('batchEndpoint', scoring)], {
        signal: cancel.signal,
        write: (line) => {
          lines.push(line);
          if (line.includes('has the deployment greeter')) setTimeout(() => cancel.abort(), 500);
        },
      });
      assert.equal(run.result, 'canceled');
      const jobName = /cancelling the job (\S+) too/.exec(lines.join('\n'))?.[1];
      assert.ok(jobName, lines.join('\n'));
      // The job is short: it may have ended before it could be cancelled.
      assert.match(await findJobStatus(fixture.sandbox, jobName), /Cancel|Completed/);
    });

    it('tells what is wrong', async () => {
      const of = (more: Record<string, string>): Promise<string> =>
        fails(start('batchEndpoint', { ...scoring, ...more }));
      assert.match(
        await of({ endpointName: 'scorin' }),
        /There is no batch endpoint 'scorin'.*Did you mean 'scoring'\?/,
      );
      assert.match(
        await of({ deploymentName: 'x' }),
        /no deployment 'x' of the batch endpoint 'scoring'\. There are 'model' and 'greeter'\./,
      );
      assert.match(
        await of({ inputs: '' }),
        /The input 'message' \(string\) of the deployment 'greeter' of the batch endpoint 'scoring' has no value/,
      );
    });
  });

  describe('from a schedule', () => {
    it('runs its job now', async () => {
      await completes(start('schedule', { scheduleName: 'nightly' }), /Greet \| good night/);
    });

    it('sends what it has planned', async () => {
      await sendsAsPlanned('schedule', { scheduleName: 'nightly' }, (text) => text.replace(/\d{4}-[^"]*Z/, ''));
    });

    it('tells what is wrong', async () => {
      assert.match(
        await fails(start('schedule', { scheduleName: 'nightli' })),
        /There is no schedule 'nightli'.*Did you mean 'nightly'\?/,
      );
      assert.match(
        await fails(start('schedule', { scheduleName: 'nightly', inputs: 'a=b' })),
        /a schedule’s job runs with the schedule’s own values/,
      );
      const paused = await fixture.run([start('schedule', { scheduleName: 'paused' })]);
      assert.match(paused.log, /##\[error\]Azure ML refused the request: The schedule paused is disabled/);
    });

    it('says which inputs it does not use', async () => {
      const run = await fixture.run([start('schedule', { scheduleName: 'nightly', tags: 'a=b' })]);
      assert.equal(run.result, 'succeeded', run.log);
      assert.match(run.log, /##\[warning\]The input tags is not used for the source schedule\./);
    });
  });

  describe('from a published pipeline', () => {
    it('runs it, and says that it is legacy', async () => {
      const inputs = { pipelineId: publishedPipelineId, inputs: 'message=old friend' };
      const run = await completes(start('publishedPipeline', inputs), /Greet \| old friend/);
      assert.match(run.log, /##\[warning\]Published pipelines are legacy/);
    });

    it('sends what it has planned, to a pipeline endpoint too', async () => {
      const { body, url } = await sendsAsPlanned('publishedPipeline', {
        pipelineId: `endpoint:${pipelineEndpointId}`,
        experimentName: 'old',
        tags: 'a=b',
      });
      assert.match(url, /\/PipelineRuns\/PipelineEndpointSubmit\/Id\//);
      assert.deepEqual(body, { ExperimentName: 'old', Tags: { a: 'b' }, RunSource: 'API', ParameterAssignments: {} });
    });

    it('tells what is wrong', async () => {
      assert.match(
        await fails(start('publishedPipeline', { pipelineId: 'my-pipeline' })),
        /The input pipelineId is not valid: it is 'my-pipeline', which is not the id/,
      );
      const gone = publishedPipelineId.replace('c1', 'cf');
      const run = await fixture.run([start('publishedPipeline', { pipelineId: gone })]);
      assert.match(
        run.log,
        new RegExp(`##\\[error\\]Azure ML refused the request: The pipeline ${gone} was not found`),
      );
    });
  });

  it('knows its sources', async () => {
    assert.match(await fails(start('notebook', {})), /The input source is 'notebook'; allowed are 'jobFile'/);
  });
});
