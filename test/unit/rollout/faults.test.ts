import assert from 'node:assert/strict';
import fc from 'fast-check';
import { requireAsPlanned } from '../../../lib/rollout/conflicts.ts';
import { planRestore } from '../../../lib/rollout/restore.ts';
import { readSaved, savedTags } from '../../../lib/rollout/saved-rollout.ts';
import { attempt, DESIRED, type EndpointModel, endpointModel, stateOfModel } from './endpoint-model.ts';
import { killed } from './killed.ts';

const LIVE = { blue: 100 };
const GIVEN = { desired: { ...DESIRED, keep: 3 }, content: 'v2', healthy: true, now: 0 };

/** What mode: rollback writes. @returns whether there was something to restore */
function rolledBack(model: EndpointModel): boolean {
  const state = stateOfModel(model);
  const plan = state.saved && planRestore(state);
  if (!plan) return false;
  model.traffic = plan.to;
  model.tags = savedTags(model.tags, { ...plan.saved, now: plan.to, from: plan.from, phase: 'rolledBack' });
  return true;
}

describe('a rollout whose service does not do as it should', () => {
  it('never gives traffic again after mode: rollback, whenever that comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(14), fc.boolean(), async (point, healthy) => {
        const model = endpointModel(LIVE, { blue: 'v1' });
        let [chances, isBack] = [0, false];
        const interrupt = (): void => {
          if (chances++ === point) isBack = rolledBack(model);
        };
        const { end, why } = await attempt(model, { ...GIVEN, healthy, interrupt });
        if (!isBack) return;
        assert.deepEqual(model.traffic, LIVE);
        // It was about to record the same end itself.
        if (!healthy && end === 'rolledBack') return;
        assert.equal(end, 'stopped');
        assert.match(why, /was ended by mode: rollback: its traffic is blue 100 %/);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the earlier traffic through operations that fail after their tags are written', async () => {
    const befores = fc.constantFrom({}, LIVE, { blue: 34, amber: 66 });
    const failing = fc.array(fc.nat(7), { maxLength: 4 });
    const runs = fc.array(fc.record({ failing, kill: fc.option(fc.nat(20)) }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(befores, fc.boolean(), runs, async (before, healthy, tries) => {
        const model = endpointModel(before, { blue: 'v1', amber: 'v1' });
        for (const { failing: which, kill } of tries) {
          const given = { ...GIVEN, healthy: false, fails: (change: number) => which.includes(change) };
          if (kill === null) await attempt(model, given);
          else await killed(model, kill, given);
        }
        const { end } = await attempt(model, { ...GIVEN, healthy });
        assert.equal(end, healthy ? 'released' : 'rolledBack');
        assert.deepEqual(model.traffic, healthy ? { green: 100 } : before);
        assert.deepEqual(model.violations, []);
      }),
      { numRuns: 1_000 },
    );
  });

  it('restores at once when an operation fails, and says why', async () => {
    for (const change of [0, 1, 2, 3]) {
      const model = endpointModel(LIVE, { blue: 'v1' });
      const { end, why } = await attempt(model, { ...GIVEN, fails: (one) => one === change });
      assert.deepEqual([end, why], ['rolledBack', 'An internal error occurred.'], `change ${change}`);
      assert.deepEqual([model.traffic, readSaved(model.tags)?.phase], [LIVE, 'rolledBack']);
    }
  });

  it('knows the earlier traffic after the undoing of another run has failed', async () => {
    const model = endpointModel(LIVE, { blue: 'v1' });
    const other = { ...GIVEN, desired: { ...DESIRED, deployment: 'amber' } };
    assert.ok(await killed(model, 5, other));
    assert.deepEqual(model.traffic, { blue: 90, amber: 10 });
    const own = { ...GIVEN, desired: { ...DESIRED, id: 'run-2', keep: 3 }, now: 999_999 };
    // The undoing itself, and every change that would put it right.
    const failed = await attempt(model, { ...own, fails: () => true });
    assert.equal(failed.end, 'stopped');
    assert.deepEqual(model.traffic, { blue: 90, amber: 10 });
    const { end } = await attempt(model, { ...own, healthy: false });
    assert.deepEqual([end, model.traffic], ['rolledBack', LIVE]);
  });

  it('does not take one stale reading for a change', async () => {
    for (let read = 2; read < 14; read++) {
      const model = endpointModel(LIVE, { blue: 'v1' });
      const old = { ...stateOfModel(model) };
      const shown = (n: number, now: EndpointModel) =>
        n === read ? { ...stateOfModel(now), traffic: old.traffic, saved: old.saved } : undefined;
      const { end } = await attempt(model, { ...GIVEN, shown });
      assert.deepEqual([end, model.traffic], ['released', { green: 100 }], `read ${read}`);
    }
  });

  it('is as planned whatever the order in which its facts were written', () => {
    const state = stateOfModel(endpointModel(LIVE, { blue: 'v1' }));
    const { id, run } = DESIRED;
    const written = { id, run, to: 'green', before: LIVE, mirror: {}, now: LIVE, until: 0, earlier: {} };
    const planned = { ...written, phase: 'stopped' as const, from: { green: 50, blue: 50 } };
    const saved = readSaved(savedTags({}, { ...planned, from: { blue: 50, green: 50 } }));
    requireAsPlanned({ ...state, saved }, { planned: { saved: planned, traffic: LIVE } });
    const other = { ...planned, from: LIVE };
    assert.throws(() => requireAsPlanned({ ...state, saved }, { planned: { saved: other, traffic: LIVE } }), {
      code: 'TrafficChanged',
    });
  });

  it('stops when somebody reduces its share by hand', async () => {
    for (const traffic of [LIVE, { blue: 90, green: 10 }]) {
      const model = endpointModel(LIVE, { blue: 'v1' });
      const interrupt = (): void => {
        if (readSaved(model.tags)?.now.green === 50) model.traffic = traffic;
      };
      const { end } = await attempt(model, { ...GIVEN, interrupt });
      assert.deepEqual([end, model.traffic], ['stopped', traffic]);
    }
  });
});
