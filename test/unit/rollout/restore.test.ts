import assert from 'node:assert/strict';
import { planRestore } from '../../../lib/rollout/restore.ts';
import { endpointModel, stateOfModel } from './endpoint-model.ts';

describe('a rollback of a deployment that was changed in place', () => {
  const changed = (provisioningState: string, earlier: Record<string, string>) => {
    const state = stateOfModel(endpointModel({ main: 100 }, { main: 'v2' }));
    const saved = {
      ...{ id: 'x', run: '7', to: 'main', before: { main: 100 }, mirror: {}, now: { main: 100 } },
      ...{ phase: 'running' as const, until: 0, earlier },
    };
    return { ...state, saved, deployments: state.deployments.map((one) => ({ ...one, provisioningState })) };
  };

  it('puts its definition back, although the change of it failed or is under way', () => {
    for (const state of ['Failed', 'Updating', 'Succeeded', 'Canceled'])
      assert.equal(planRestore(changed(state, { 0: 'packed' }))?.redeploys, true, state);
  });

  it('restores traffic to deployments that are being scaled, and not to those that failed', () => {
    const others = (state: string) => {
      const planned = changed(state, {});
      const saved = { ...planned.saved, to: 'green', now: { green: 100 } };
      return planRestore({ ...planned, saved, traffic: { green: 100 } });
    };
    assert.deepEqual(others('Updating')?.to, { main: 100 });
    for (const state of ['Failed', 'Deleting', 'Creating', 'Canceled'])
      assert.throws(() => others(state), { code: 'NothingToRollBack' }, state);
  });

  it('takes a deployment with requests as one that serves, although a later update of it failed', () => {
    const state = stateOfModel(endpointModel({ main: 90, green: 10 }, { main: 'v1', green: 'v2' }));
    const failed = state.deployments.map((one) => ({ ...one, provisioningState: 'Failed' }));
    const saved = { ...changed('Failed', {}).saved, to: 'green', now: { main: 90, green: 10 } };
    assert.deepEqual(planRestore({ ...state, saved, deployments: failed })?.to, { main: 100 });
    const back = { ...state, traffic: { main: 100 }, saved: { ...saved, now: { main: 100 } }, deployments: failed };
    assert.deepEqual(planRestore(back)?.to, { main: 100 });
  });
});
