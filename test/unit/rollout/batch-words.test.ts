import assert from 'node:assert/strict';
import { trafficChanged } from '../../../lib/rollout/conflicts.ts';
import type { EndpointState } from '../../../lib/rollout/endpoint-state.ts';
import { planRollout } from '../../../lib/rollout/plan-rollout.ts';
import { planRestore } from '../../../lib/rollout/restore.ts';
import type { SavedRollout } from '../../../lib/rollout/saved-rollout.ts';
import { DESIRED, endpointModel, stateOfModel } from './endpoint-model.ts';

describe('errors of a batch endpoint', () => {
  const saved: SavedRollout = {
    ...{ id: 'run-0', run: '20261127.9', to: 'amber', before: { blue: 100 }, mirror: {}, now: { amber: 100 } },
    ...{ phase: 'stopped', until: 0, earlier: {} },
  };
  const state = (more: Partial<EndpointState> = {}): EndpointState => ({
    ...stateOfModel(endpointModel({ green: 100 }, { green: 'v1' })),
    isBatch: true,
    ...more,
  });
  const differs = { ...DESIRED, strategy: 'blueGreen' as const, present: 'differs' as const };
  const amber = { traffic: { amber: 100 }, saved };
  const errors: [what: string, fail: () => unknown, said: RegExp][] = [
    ['a live deployment', () => planRollout(state(), differs, 0), /its default deployment is green.*not changed/],
    ['another rollout', () => planRollout(state(amber), DESIRED, 0), /unfinished: its default deployment is amber/],
    [
      'a rollback',
      () => planRestore(state(amber)),
      /before the rollout its default deployment was blue, and blue can't/,
    ],
    [
      'a change by others',
      () => {
        throw trafficChanged(state(), { blue: 100 });
      },
      /its default deployment is green; as this rollout left it, its default deployment was blue/,
    ],
  ];
  for (const [what, fail, said] of errors)
    it(`say what its default deployment is, and nothing of traffic: ${what}`, () => {
      assert.throws(fail, (error: { message: string; fix: string }) => {
        assert.match(error.message, said);
        assert.doesNotMatch(error.message, /traffic|%/);
        assert.doesNotMatch(error.fix, /recreate|traffic/);
        return true;
      });
    });
});
