import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { armClient, uploadBlob } from '../../sandbox/test/http.ts';
import { type Run, type Step, task, useFixture } from './fixture.ts';

/** A step that deploys to the batch endpoint, under the name of the step's outputs. */
const deploy = (inputs: Record<string, string> = {}, more: Step = {}): Step =>
  task(
    'AzureMLDeployModel',
    'deploy',
    {
      endpointType: 'batch',
      endpointFile: 'batch/endpoint.yml',
      deploymentFile: 'batch/pipeline.yml',
      trialInputs: 'rows=3',
      ...inputs,
    },
    more,
  );

describe('deploying to a batch endpoint', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const arm = async (path: string): Promise<any> => (await (await armClient(fixture.sandbox)).call('GET', path)).body;
  const live = async (): Promise<string | null> =>
    (await arm('batchEndpoints/nightly')).properties.defaults.deploymentName;
  const deployments = async (): Promise<string[]> =>
    (await arm('batchEndpoints/nightly/deployments')).value.map(({ name }: { name: string }) => name).sort();
  const ends = async (result: string, inputs: Record<string, string> = {}): Promise<Run> => {
    const run = await fixture.run([deploy(inputs)]);
    assert.equal(run.result, result, run.log);
    assert.doesNotMatch(run.log, /\n\s+at .*:\d+:\d+\)?$/m, 'no stack');
    return run;
  };
  /** Requests that make something a default deployment. */
  const switches = (run: Run): (string | null)[] =>
    run.requests
      .filter(({ method, url }) => method === 'PUT' && /batchEndpoints\/nightly\?/.test(url))
      .map(({ body }) => (body as any).properties.defaults?.deploymentName ?? null);

  it('shows the plan and changes nothing when that is asked for', async () => {
    const run = await ends('succeeded', { whatIf: 'true' });
    assert.match(run.log, /create the endpoint nightly/);
    assert.equal(run.requests.filter(({ method }) => method === 'PUT' || method === 'DELETE').length, 0);
  });

  it('makes a deployment the default one after its trial has written its outputs', async () => {
    const run = await ends('succeeded');
    const { result, deploymentName, endpointName, traffic, previousTraffic, releaseFile } = run.step('deploy').outputs;
    assert.deepEqual([result, deploymentName, endpointName], ['released', 'blue', 'nightly']);
    assert.deepEqual([traffic, previousTraffic], ['blue=100', 'none']);
    assert.equal(await live(), 'blue');
    assert.match(run.step('deploy').outputs.report!, /^The trial job \S+ completed and wrote its outputs\.$/);
    assert.match(run.log, /Score \| scoring 3 rows/);
    const invoked = run.requests.findIndex(({ method, url }) => method === 'POST' && /batch-inference/.test(url));
    const switched = run.requests.findIndex(({ body }) => (body as any)?.properties?.defaults?.deploymentName);
    assert.ok(invoked >= 0 && switched > invoked, 'first the trial, then the switch');
    const { tags } = await arm('batchEndpoints/nightly/deployments/blue');
    assert.match(tags['lineage.pipelineRun'], /^build\/\d+$/);
    assert.equal((await arm('batchEndpoints/nightly')).tags.team, 'risk');
    assert.equal(JSON.parse(readFileSync(releaseFile!, 'utf8')).endpoint.name, 'nightly');
  });

  it('changes nothing when the default deployment is the same', async () => {
    const run = await ends('succeeded', { deploymentName: 'blue' });
    assert.equal(run.step('deploy').outputs.result, 'unchanged');
    assert.deepEqual(
      run.requests.filter(({ method }) => method === 'PUT').map(({ url }) => url),
      [],
    );
  });

  it('leaves the default as it was when the trial fails', async () => {
    const run = await ends('failed', { trialInputs: 'rows=3\nbehaviour=fails' });
    assert.equal(await live(), 'blue');
    assert.ok(!switches(run).includes('green'), 'green was never the default');
    assert.equal(run.step('deploy').outputs.result, 'rolledBack');
    assert.match(run.log, /no such column: age/);
    assert.match(
      run.log,
      /##\[error\].*The deployment green was not released.*The default deployment of nightly is as before: blue/s,
    );
  });

  it('leaves the default as it was when the trial writes nothing', async () => {
    const run = await ends('failed', { trialInputs: 'behaviour=silent' });
    assert.equal(await live(), 'blue');
    assert.match(run.log, /The trial job \S+ completed, but wrote nothing to scores/);
  });

  it('says what is wrong with the trial’s inputs', async () => {
    const run = await ends('failed', { trialInputs: 'lines=3' });
    assert.equal(await live(), 'blue');
    assert.match(run.log, /##\[error\].*lines/);
  });

  it('goes back to the default before', async () => {
    await ends('succeeded');
    assert.equal(await live(), 'green');
    const run = await ends('succeeded', { mode: 'rollback' });
    assert.equal(await live(), 'blue');
    assert.match(run.log, /blue/);
    assert.match((await ends('succeeded', { mode: 'rollback' })).log, /Nothing was changed/);
    assert.deepEqual(await deployments(), ['blue', 'green']);
  });

  describe('of a model', () => {
    const model = { deploymentFile: 'batch/model.yml', trialInputs: 'customers=uri_folder:azureml:customers:1' };
    before(async () => {
      const { call } = await armClient(fixture.sandbox);
      const pending = await call('POST', 'data/customers/versions/1/startPendingUpload', {
        pendingUploadType: 'TemporaryBlobReference',
      });
      const { credential, blobUri } = pending.body.blobReferenceForConsumption;
      for (const [name, content] of Object.entries({ 'a.txt': 'one', 'b.txt': 'three' }))
        assert.equal(await uploadBlob(fixture.sandbox, credential.sasUri, name, content), 201);
      const properties = { dataType: 'uri_folder', dataUri: blobUri };
      assert.equal((await call('PUT', 'data/customers/versions/1', { properties })).status, 201);
    });

    it('makes it the default one after its trial has written scores', async () => {
      const run = await ends('succeeded', model);
      assert.equal(await live(), 'green');
      assert.match(run.log, /2 files were scored, 0 failed/);
      assert.equal(run.step('deploy').outputs.modelName, 'scorer');
      const { tags } = await arm('batchEndpoints/nightly/deployments/green');
      assert.match(tags['lineage.model'], /scorer/);
    });

    it('leaves the default as it was when no score was written', async () => {
      const run = await ends('failed', { ...model, overrides: 'settings.environment_variables.BEHAVIOUR=raises' });
      assert.equal(await live(), 'green');
      assert.match(run.log, /The trial job batchjob-\S+ completed, but wrote nothing to score\./);
    });

    it('leaves the default as it was when the model does not load', async () => {
      const run = await ends('failed', { ...model, overrides: 'settings.environment_variables.BEHAVIOUR=crash' });
      assert.equal(await live(), 'green');
      assert.match(run.log, /##\[error\].*No module named 'xgboost'/s);
    });
  });
});
