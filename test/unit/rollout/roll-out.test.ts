import assert from 'node:assert/strict';
import { rolloutTable } from '../../../lib/report/rollout-report.ts';
import { planRollout } from '../../../lib/rollout/plan-rollout.ts';
import { readSaved } from '../../../lib/rollout/saved-rollout.ts';
import { attempt, DESIRED, type EndpointModel, endpointModel, stateOfModel } from './endpoint-model.ts';
import { killed } from './killed.ts';

const LIVE = { blue: 100 };
const phase = (model: EndpointModel) => readSaved(model.tags)?.phase;

describe('a rollout', () => {
  it('releases a healthy deployment and keeps the one before', async () => {
    const model = endpointModel(LIVE, { old: 'v0', blue: 'v1' });
    const { end, traffic } = await attempt(model, { desired: DESIRED, content: 'v2', healthy: true, now: 0 });
    assert.equal(end, 'released');
    assert.deepEqual(traffic, { green: 100 });
    assert.deepEqual([...model.deployments.keys()], ['blue', 'green'], 'the oldest goes');
    assert.equal(model.tags.team, 'risk', 'tags of others stay');
  });

  it('restores exactly the earlier traffic when a deployment is unhealthy', async () => {
    const before = { blue: 70, amber: 30 };
    const model = endpointModel(before, { blue: 'v1', amber: 'v1b' });
    const { end, why } = await attempt(model, { desired: DESIRED, content: 'v2', healthy: false, now: 0 });
    assert.deepEqual([end, why, model.traffic, phase(model)], ['rolledBack', 'errors', before, 'rolledBack']);
  });

  it('leaves everything as it is when that is asked for', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    const desired = { ...DESIRED, onFailure: 'stop' as const };
    const { end } = await attempt(model, { desired, content: 'v2', healthy: false, now: 0 });
    assert.deepEqual([end, model.traffic, phase(model)], ['stopped', { blue: 50, green: 50 }, 'stopped']);
  });

  it('waits at a share, and goes on from there in another stage of the run', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    const first = await attempt(model, { desired: { ...DESIRED, to: 10 }, content: 'v2', healthy: true, now: 0 });
    assert.deepEqual([first.end, first.traffic], ['waiting', { blue: 90, green: 10 }]);
    const desired = { ...DESIRED, from: 10, to: 100 };
    const second = await attempt(model, { desired, content: 'v2', healthy: true, now: 9_999_999 });
    assert.deepEqual([second.end, second.traffic], ['released', { green: 100 }]);
  });

  it('shows in the plan of that stage what is left to do', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    await attempt(model, { desired: { ...DESIRED, to: 10 }, content: 'v2', healthy: true, now: 0 });
    const state = stateOfModel(model);
    const plan = planRollout(state, { ...DESIRED, from: 10, mirror: 5, present: 'same' }, 0);
    const { rows } = rolloutTable(plan, { smokeTests: 1, goldenRequests: 0, rules: [] });
    assert.deepEqual(
      rows.map(([, step, traffic]) => `${step}: ${traffic}`),
      [
        'save the traffic: blue 90 %, green 10 %',
        'deploy green: blue 90 %, green 10 %',
        'test green: blue 90 %, green 10 %',
        'give green 50 %: blue 50 %, green 50 %',
        'watch green: blue 50 %, green 50 %',
        'give green 100 %: green 100 %',
        'watch green: green 100 %',
      ],
    );
  });

  it('refuses to go on from a share that the deployment does not have', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    await assert.rejects(attempt(model, { desired: { ...DESIRED, from: 10 }, content: 'v2', healthy: true, now: 0 }), {
      code: 'RolloutStepMismatch',
    });
  });

  it('gives the first deployment all requests', async () => {
    const model = endpointModel({}, {});
    model.exists = false;
    const { end, traffic } = await attempt(model, { desired: DESIRED, content: 'v1', healthy: true, now: 0 });
    assert.deepEqual([end, traffic], ['released', { green: 100 }]);
  });

  it('gives nobody any requests when the first deployment is unhealthy', async () => {
    const model = endpointModel({}, {});
    const { end } = await attempt(model, { desired: DESIRED, content: 'v1', healthy: false, now: 0 });
    assert.deepEqual([end, model.traffic], ['rolledBack', {}]);
  });

  it('does not change a deployment that serves', async () => {
    const model = endpointModel({ green: 100 }, { green: 'v1' });
    await assert.rejects(attempt(model, { desired: DESIRED, content: 'v2', healthy: true, now: 0 }), {
      code: 'DeploymentIsLive',
    });
  });

  it('changes it in place when that is the strategy, and puts the earlier definition back', async () => {
    const desired = { ...DESIRED, strategy: 'recreate' as const, shares: [100] };
    const model = endpointModel({ green: 100 }, { green: 'v1' });
    const bad = await attempt(model, { desired, content: 'v2', healthy: false, now: 0 });
    assert.deepEqual([bad.end, model.deployments.get('green')?.content], ['rolledBack', 'v1']);
    const good = await attempt(model, { desired: { ...desired, id: 'run-2' }, content: 'v3', healthy: true, now: 0 });
    assert.deepEqual([good.end, model.deployments.get('green')?.content], ['released', 'v3']);
  });

  it('begins anew when the same run changes a released deployment in place', async () => {
    const desired = { ...DESIRED, strategy: 'recreate' as const, shares: [100] };
    const model = endpointModel({ green: 100 }, { green: 'v1' });
    await attempt(model, { desired, content: 'v2', healthy: true, now: 0 });
    const { end } = await attempt(model, { desired, content: 'v3', healthy: false, now: 0 });
    assert.deepEqual([end, model.deployments.get('green')?.content], ['rolledBack', 'v2']);
  });

  it('stands when a deployment that is left over can’t be deleted', async () => {
    const model = endpointModel(LIVE, { old: 'v0', blue: 'v1' });
    const kept: string[] = [];
    const given = {
      desired: DESIRED,
      content: 'v2',
      healthy: true,
      now: 0,
      locked: 'old',
      onKept: (name: string) => kept.push(name),
    };
    const { end, traffic } = await attempt(model, given);
    assert.deepEqual([end, traffic, kept, phase(model)], ['released', { green: 100 }, ['old'], 'released']);
  });

  it('that waits for an approval is not taken over by another run, whatever it deploys', async () => {
    for (const to of [0, 10]) {
      const model = endpointModel(LIVE, { blue: 'v1' });
      await attempt(model, { desired: { ...DESIRED, to }, content: 'v2', healthy: true, now: 0 });
      for (const content of ['v2', 'v3'])
        for (const deployment of ['green', 'amber'])
          await assert.rejects(
            attempt(model, {
              desired: { ...DESIRED, id: 'run-2', deployment },
              content,
              healthy: true,
              now: 9_999_999,
            }),
            { code: /RolloutInProgress|DeploymentIsLive/ },
          );
    }
  });

  it('of another run that was cut off is undone, under the same name too', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    assert.ok(await killed(model, 5, { desired: DESIRED, content: 'v2', healthy: true, now: 0 }));
    assert.deepEqual(model.traffic, { blue: 90, green: 10 });
    const { end } = await attempt(model, {
      desired: { ...DESIRED, id: 'run-2' },
      content: 'v3',
      healthy: false,
      now: 999_999,
    });
    assert.deepEqual([end, model.traffic, model.deployments.get('green')?.content], ['rolledBack', LIVE, 'v3']);
  });

  it('of another run that was cut off while it changed a deployment in place is left for a rollback', async () => {
    const model = endpointModel({ green: 100 }, { green: 'v1' });
    const desired = { ...DESIRED, strategy: 'recreate' as const, shares: [100] };
    assert.ok(await killed(model, 4, { desired, content: 'v2', healthy: true, now: 0 }));
    const other = { ...DESIRED, id: 'run-2', deployment: 'blue' };
    await assert.rejects(attempt(model, { desired: other, content: 'v3', healthy: true, now: 999_999 }), {
      code: 'RolloutInProgress',
    });
  });

  it('is taken up by a stage that began at another share', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    await attempt(model, { desired: { ...DESIRED, to: 10 }, content: 'v2', healthy: true, now: 0 });
    const desired = { ...DESIRED, from: 10 };
    assert.ok(await killed(model, 4, { desired, content: 'v2', healthy: true, now: 0 }));
    assert.deepEqual(model.traffic, { blue: 50, green: 50 });
    for (const _ of ['after a kill', 'after its release']) {
      const { end } = await attempt(model, { desired, content: 'v2', healthy: true, now: 0 });
      assert.deepEqual([end, model.traffic], ['released', { green: 100 }]);
    }
  });

  it('leaves requests that somebody mirrors as they are', async () => {
    for (const healthy of [true, false]) {
      const model = endpointModel(LIVE, { blue: 'v1', shadow: 'v1' });
      model.mirror = { shadow: 20 };
      await attempt(model, { desired: { ...DESIRED, mirror: 10, keep: 5 }, content: 'v2', healthy, now: 0 });
      assert.deepEqual(model.mirror, { shadow: 20 });
    }
  });

  it('does not give a deployment requests that could not be made', async () => {
    const model = endpointModel(LIVE, { blue: 'v1', green: 'v2' });
    model.broken.add('green');
    const { end } = await attempt(model, { desired: DESIRED, content: 'v2', healthy: true, now: 0 });
    assert.equal(end, 'released');
    assert.deepEqual(model.replaced, ['green'], 'it is made anew');
  });

  it('goes back when the endpoint can’t be read for a while, and says so when it can’t go back', async () => {
    for (const [unreadable, end] of [
      [1, 'rolledBack'],
      [Number.POSITIVE_INFINITY, 'stopped'],
    ] as const) {
      const model = endpointModel(LIVE, { blue: 'v1' });
      const found = await attempt(model, {
        desired: DESIRED,
        content: 'v2',
        healthy: true,
        now: 0,
        unreadable: { from: 8, times: unreadable },
      });
      assert.equal(found.end, end);
      if (end === 'rolledBack') assert.deepEqual(model.traffic, LIVE);
      else assert.match(found.error?.message ?? '', /The earlier state could not be restored/);
    }
  });

  it('stops before it overwrites what somebody else has set, and says who', async () => {
    const model = endpointModel(LIVE, { blue: 'v1', amber: 'v1' });
    let writes = 0;
    const interrupt = (): void => {
      if (++writes === 6) model.traffic = { amber: 100 };
    };
    const { end, why } = await attempt(model, { desired: DESIRED, content: 'v2', healthy: true, now: 0, interrupt });
    assert.equal(end, 'stopped');
    assert.match(why, /Somebody else changed .* by ada@example\.com: its traffic is amber 100 %/);
    assert.deepEqual(model.traffic, { amber: 100 });
  });

  it('refuses to start while another run is at it, and undoes that run when it is dead', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    assert.ok(
      await killed(model, 5, { desired: { ...DESIRED, deployment: 'amber' }, content: 'v2', healthy: true, now: 0 }),
    );
    const desired = { ...DESIRED, id: 'run-2' };
    await assert.rejects(attempt(model, { desired, content: 'v3', healthy: true, now: 60 }), {
      code: 'RolloutInProgress',
    });
    const { end } = await attempt(model, { desired, content: 'v3', healthy: false, now: 999_999 });
    assert.deepEqual([end, model.traffic], ['rolledBack', LIVE]);
  });
});
