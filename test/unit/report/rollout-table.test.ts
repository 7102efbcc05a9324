import assert from 'node:assert/strict';
import { rolloutTable } from '../../../lib/report/rollout-report.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';

describe('the plan of a rollout', () => {
  it('that was released and then killed has nothing left but what is deleted', () => {
    const plan = {
      deployment: 'green',
      before: { blue: 100 },
      shares: [100],
      mirror: 0,
      bakeMs: 0,
      to: 100,
      remove: ['blue'],
      change: 'none',
      createEndpoint: false,
      planned: { saved: undefined, traffic: { green: 100 }, isBroken: false },
      earlierRollout: { how: 'resume', saved: { phase: 'released' } },
    } as unknown as RolloutPlan;
    const { rows } = rolloutTable(plan, { smokeTests: 0, goldenRequests: 0, rules: [] });
    assert.deepEqual(
      rows.map(([, step]) => step),
      ['delete blue'],
    );
  });
});
