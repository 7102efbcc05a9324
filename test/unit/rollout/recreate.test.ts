import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rolloutTable } from '../../../lib/report/rollout-report.ts';
import { isReleased, planRollout } from '../../../lib/rollout/plan-rollout.ts';
import { isSameTraffic, type Traffic } from '../../../lib/rollout/traffic.ts';
import { attempt, DESIRED, endpointModel, stateOfModel } from './endpoint-model.ts';
import { killed } from './killed.ts';

const RECREATE = { ...DESIRED, strategy: 'recreate' as const, shares: [100] };

/** Shares of three deployments that add up to 100, or nobody serves. */
const anyTraffic = fc
  .tuple(fc.nat(100), fc.nat(100))
  .map(([a, b]) => [Math.min(a, b), Math.abs(a - b), 100 - Math.max(a, b)] as const)
  .map(([green, blue, amber]) => ({ green, blue, amber }));

describe('a deployment that is changed in place', () => {
  it('keeps exactly the requests that it had, and everybody else theirs; without any it gets all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(anyTraffic, fc.constant({ green: 0, blue: 0, amber: 0 })),
        fc.constantFrom('absent', 'same', 'differs'),
        fc.boolean(),
        async (traffic, present, healthy) => {
          const before = present === 'absent' ? { blue: 60, amber: 40, green: 0 } : traffic;
          const there: Record<string, string> = present === 'absent' ? {} : { green: present === 'same' ? 'v2' : 'v1' };
          const model = endpointModel(before, { blue: 'b', amber: 'a', ...there });
          await attempt(model, { desired: RECREATE, content: 'v2', healthy, now: 0 });
          const isKept = before.green > 0;
          // Unhealthy ones are watched at half of the requests and more only.
          const isBack = !healthy && (isKept ? before.green >= 50 : true);
          const expected = isKept || isBack ? before : { green: 100 };
          assert.ok(isSameTraffic(model.traffic, expected), JSON.stringify([before, model.traffic]));
          if (isBack && present === 'differs' && isKept) assert.equal(model.deployments.get('green')?.content, 'v1');
          assert.deepEqual(model.violations, []);
        },
      ),
    );
  });

  it('keeps them when the task is killed anywhere and the stage runs again', async () => {
    const traffics: Traffic[] = [{ green: 90, blue: 10 }, { green: 34, blue: 33, amber: 33 }, { green: 100 }];
    for (const traffic of traffics)
      for (let n = 0; ; n++) {
        const model = endpointModel(traffic, { green: 'v1', blue: 'b', amber: 'a' });
        const given = { desired: RECREATE, content: 'v2', healthy: true, now: 0 };
        const isKilled = await killed(model, n, given);
        assert.deepEqual((await attempt(model, given)).end, 'released');
        assert.ok(isSameTraffic(model.traffic, traffic), JSON.stringify([n, model.traffic]));
        if (!isKilled) break;
      }
  });

  it('is left as it is when it is the same, whatever its share', () => {
    const model = endpointModel({ green: 90, blue: 10 }, { green: 'v1', blue: 'b' });
    const state = stateOfModel(model);
    assert.ok(isReleased(planRollout(state, { ...RECREATE, present: 'same' }, 0), state));
    const canary = planRollout(state, { ...DESIRED, present: 'same' }, 0);
    assert.ok(!isReleased(canary, state), 'other strategies give it all requests');
  });

  it('shows a plan without a change of traffic', () => {
    const state = stateOfModel(endpointModel({ green: 90, blue: 10 }, { green: 'v1', blue: 'b' }));
    const plan = planRollout(state, { ...RECREATE, present: 'differs' }, 0);
    const { rows } = rolloutTable(plan, { smokeTests: 0, goldenRequests: 0, rules: [] });
    assert.deepEqual(
      rows.map(([, step]) => step),
      ['save the traffic', 'deploy green', 'test green', 'watch green'],
    );
    assert.ok(rows.every(([, , traffic]) => /^(?:green 90 %, blue 10 %|blue 10 %, green 90 %)$/.test(traffic!)));
  });

  it('can’t stop before it has requests', () => {
    const state = stateOfModel(endpointModel({ green: 90, blue: 10 }, { green: 'v1', blue: 'b' }));
    assert.throws(() => planRollout(state, { ...RECREATE, to: 0, present: 'differs' }, 0), {
      code: 'RolloutStepMismatch',
      message: /The input to is 0, but .*'green'.* has 90 % of the requests/,
    });
  });
});
