/** A deploying task that is killed anywhere: whoever runs next finds the saved state, and finishes or undoes. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Step, useFixture } from '../e2e/fixture.ts';
import { arm, behaving, deploy, endpoint, killTask, releaseFirst, writesOf } from './rollout.ts';

describe('a deploying task that is killed', function () {
  this.timeout(240_000);
  const fixture = useFixture();
  before(() => releaseFirst(fixture));

  /** Kills the task when it has made so many changes. @param delay milliseconds after the change, for the middle of a step */
  const killAfter = async (changes: number, delay: number, done: AbortSignal): Promise<boolean> => {
    const first = fixture.sandbox.requests.length;
    while (!done.aborted) {
      if (writesOf(fixture, first).length >= changes) {
        await sleep(delay);
        return killTask();
      }
      await sleep(3);
    }
    return false;
  };
  /** A rollout whose first try is killed. */
  const killed = async (inputs: Record<string, string>, changes: number, delay: number, more = {}) => {
    const done = new AbortController();
    const kill = killAfter(changes, delay, done.signal);
    const run = await fixture.run([deploy(inputs, more)]);
    done.abort();
    return { run, wasKilled: await kill };
  };
  let behaviour = 0;

  // Claim, deployment, 10 %, 50 %, 100 %, end: killed as each is sent, and a while after.
  for (const changes of [1, 2, 3, 4, 5])
    for (const delay of changes % 2 === 0 ? [0] : [250])
      it(`${delay} ms after its change ${changes}: the agent's retry finishes the rollout`, async () => {
        const { traffic: before } = await endpoint(fixture);
        const inputs = { strategy: 'canary', deploymentName: 'colour', ...behaving(`try${behaviour++}`) };
        const { run, wasKilled } = await killed(inputs, changes, delay, { retryCountOnTaskFailure: 1 });
        assert.ok(wasKilled, run.log);
        assert.equal(run.result, 'succeeded', run.log);
        const { traffic, phase } = await endpoint(fixture);
        assert.equal(phase, 'released');
        const live = Object.keys(before)[0] === 'blue' ? 'green' : 'blue';
        assert.deepEqual(traffic, { [live]: 100 });
        assert.equal(
          (await arm(fixture, 'onlineEndpoints/churn')).tags['rollout.before'],
          `${Object.keys(before)[0]}=100`,
        );
      });

  it('in the middle of its steps: another run is refused, and mode: rollback restores the traffic', async () => {
    const { traffic: before } = await endpoint(fixture);
    const inputs = { strategy: 'canary', deploymentName: 'colour' };
    const { wasKilled } = await killed({ ...inputs, ...behaving('lost') }, 3, 400);
    assert.ok(wasKilled);
    assert.notDeepEqual((await endpoint(fixture)).traffic, before);
    const other = await fixture.run([deploy({ deploymentName: 'amber', ...behaving('other') })]);
    assert.equal(other.result, 'failed');
    assert.match(
      other.log,
      /is rolling out the deployment '\w+' of the endpoint 'churn'.*mode: rollback.*\[RolloutInProgress\]/,
    );
    const back = await fixture.run([deploy({ mode: 'rollback' })]);
    assert.equal(back.result, 'succeeded', back.log);
    assert.deepEqual(await endpoint(fixture), { traffic: before, phase: 'rolledBack' });
  });

  /** Cancels the run a while after the rollout has sent its so many-eth change. @param slowMs its operations take longer by it */
  const cancelled = async (changes: number, delay: number, slowMs: number, later: Step[] = [], inputs = {}) => {
    const cancel = new AbortController();
    const first = fixture.sandbox.requests.length;
    let isOver = false;
    const watch = (async () => {
      while (!isOver && writesOf(fixture, first).length < changes - 1) await sleep(10);
      const end = fixture.sandbox.online.misbehave({ kind: 'slowOperation', endpoint: 'churn', delayMs: slowMs });
      while (!isOver && writesOf(fixture, first).length < changes) await sleep(10);
      await sleep(delay);
      // What comes after is as fast as ever.
      end();
      cancel.abort();
    })();
    const canary = {
      strategy: 'canary',
      deploymentName: 'colour',
      bakeMinutes: '5',
      ...behaving(`cancelled${behaviour++}`),
    };
    const run = await fixture.run([deploy({ ...canary, ...inputs }), ...later], { signal: cancel.signal });
    isOver = true;
    await watch;
    assert.equal(run.result, 'canceled', run.log);
    return run;
  };

  it('by a cancelled run: the earlier traffic is restored', async () => {
    const { traffic: before } = await endpoint(fixture);
    const run = await cancelled(3, 2_500, 0);
    assert.match(run.log, /The run was cancelled; ending the rollout of churn/);
    assert.match(run.log, /The earlier traffic of churn is being restored: \w+ 100 %\. Azure ML has accepted it/);
    assert.equal(run.step('deploy').outputs.result, 'rolledBack');
    await sleep(1_000);
    assert.deepEqual(await endpoint(fixture), { traffic: before, phase: 'rolledBack' });
  });

  it('by a run that is cancelled while its traffic changes: it is restored as soon as Azure takes it', async () => {
    const { traffic: before } = await endpoint(fixture);
    const run = await cancelled(3, 400, 4_000);
    assert.match(run.log, /The earlier traffic of churn is being restored: \w+ 100 %\. Azure ML has accepted it/);
    await sleep(1_000);
    assert.deepEqual(await endpoint(fixture), { traffic: before, phase: 'rolledBack' });
  });

  it('by a run that is cancelled while its traffic changes for longer: a later step of the job restores it', async () => {
    const { traffic: before } = await endpoint(fixture);
    const condition = "and(canceled(), eq(variables['deploy.result'], 'stopped'))";
    const back = {
      ...deploy({ mode: 'rollback', endpointFile: '', deploymentFile: '', smokeTests: '' }),
      name: 'back',
      condition,
    };
    const run = await cancelled(3, 400, 14_000, [back]);
    const [live] = Object.keys(before);
    assert.match(
      run.log,
      new RegExp(
        `##\\[warning\\]The earlier traffic of churn could not be restored within 8 s: .*another operation.* Its traffic is .*before the rollout it was ${live} 100 %\\. To restore it, run this task with mode: rollback and endpointName: churn, which waits until the endpoint takes changes\\.`,
      ),
    );
    assert.equal(run.step('deploy').outputs.result, 'stopped');
    assert.equal(run.step('back').result, 'Succeeded', run.log);
    assert.deepEqual(await endpoint(fixture), { traffic: before, phase: 'rolledBack' });
  });

  it('by a run that is cancelled and is to leave everything as it is: says what to do', async () => {
    const { traffic: before } = await endpoint(fixture);
    const run = await cancelled(3, 2_500, 0, [], { onFailure: 'stop' });
    assert.match(run.log, /The traffic of churn stays \w+ 90 %, \w+ 10 %, as the input onFailure says.*mode: rollback/);
    await sleep(1_000);
    assert.equal((await endpoint(fixture)).phase, 'stopped');
    const back = await fixture.run([deploy({ mode: 'rollback' })]);
    assert.equal(back.result, 'succeeded', back.log);
    assert.deepEqual(await endpoint(fixture), { traffic: before, phase: 'rolledBack' });
  });
});
