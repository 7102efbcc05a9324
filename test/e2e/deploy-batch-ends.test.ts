import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { armClient } from '../../sandbox/test/http.ts';
import { killTask } from '../scenarios/rollout.ts';
import { type Run, type Step, task, useFixture } from './fixture.ts';

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

describe('a rollout to a batch endpoint', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  const call = async (method: string, path: string, body?: object) =>
    (await armClient(fixture.sandbox)).call(method, path, body);
  const endpoint = async (): Promise<any> => (await call('GET', 'batchEndpoints/nightly')).body;
  const live = async (): Promise<string | null> => (await endpoint()).properties.defaults.deploymentName;
  const ends = async (result: string, inputs: Record<string, string> = {}, more: Step = {}): Promise<Run> => {
    const run = await fixture.run([deploy(inputs, more)]);
    assert.equal(run.result, result, run.log);
    return run;
  };
  const trials = ({ requests }: Run): number =>
    requests.filter(({ method, url }) => method === 'POST' && /batch-inference/.test(url)).length;

  it('does not use the default deployment that the file of the endpoint names', async () => {
    const run = await ends('succeeded', { endpointOverrides: 'defaults.deployment_name=ghost' });
    assert.equal(await live(), 'blue');
    assert.equal(run.step('deploy').outputs.previousTraffic, 'none');
  });

  it('that is killed while its trial runs is taken up: tried again, and only then the default one', async () => {
    const first = fixture.sandbox.requests.length;
    let isOver = false;
    const kill = (async () => {
      const isInvoked = () => fixture.sandbox.requests.slice(first).some(({ url }) => /batch-inference/.test(url));
      while (!isOver && !isInvoked()) await sleep(20);
      await sleep(300);
      return !isOver && killTask();
    })();
    const run = await ends('succeeded', {}, { retryCountOnTaskFailure: 1 });
    isOver = true;
    assert.ok(await kill, run.log);
    assert.equal(trials(run), 2);
    const { deploymentName, previousTraffic } = run.step('deploy').outputs;
    assert.deepEqual([await live(), deploymentName, previousTraffic], ['green', 'green', 'blue=100']);
    const lastTrial = run.requests.findLastIndex(({ url }) => /batch-inference/.test(url));
    const firstSwitch = run.requests.findIndex(
      ({ body }) => (body as any)?.properties?.defaults?.deploymentName === 'green',
    );
    assert.ok(lastTrial < firstSwitch);
    assert.equal((await endpoint()).tags['rollout.phase'], 'released');
  });

  it('that stops at a failure is in the way of other runs until it is rolled back', async () => {
    const stopped = await ends('failed', { onFailure: 'stop', trialInputs: 'behaviour=silent' });
    assert.match(stopped.log, /\[RolloutStopped\]/);
    assert.deepEqual([await live(), (await endpoint()).tags['rollout.phase']], ['green', 'stopped']);
    assert.match((await ends('failed')).log, /\[RolloutInProgress\]/);
    await ends('succeeded', { mode: 'rollback' });
    assert.deepEqual([await live(), (await endpoint()).tags['rollout.phase']], ['green', 'rolledBack']);
  });

  it('deletes the deployment before when none is kept, so that nothing can be rolled back', async () => {
    const run = await ends('succeeded', { keep: '0' });
    assert.equal(await live(), 'blue');
    assert.match(run.log, /Deleting the deployment green, which is not the default one/);
    const names = (await call('GET', 'batchEndpoints/nightly/deployments')).body.value.map(
      ({ name }: { name: string }) => name,
    );
    assert.deepEqual(names, ['blue']);
    assert.match((await ends('failed', { mode: 'rollback' })).log, /green can't serve any more.*\[NothingToRollBack\]/);
  });

  it('makes the new deployment the default one when somebody has deleted that before', async () => {
    const { properties, location } = await endpoint();
    const cleared = { location, properties: { authMode: properties.authMode, defaults: { deploymentName: null } } };
    assert.ok((await call('PUT', 'batchEndpoints/nightly', cleared)).status < 300);
    await sleep(1_500);
    assert.ok((await call('DELETE', 'batchEndpoints/nightly/deployments/blue')).status < 300);
    await sleep(1_500);
    const run = await ends('succeeded', { deploymentName: 'amber' });
    assert.deepEqual([await live(), run.step('deploy').outputs.previousTraffic], ['amber', 'none']);
  });
});
