import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attempt, DESIRED, endpointModel } from './endpoint-model.ts';
import { killed } from './killed.ts';

const LIVE = { blue: 100 };

describe('a rollout among others, killed at any moment', () => {
  it('ends consistent, however often it is killed', async () => {
    const kills = fc.array(fc.nat(30), { maxLength: 4 });
    const befores = fc.constantFrom({}, LIVE, { blue: 34, amber: 33, red: 33 }, { blue: 1, amber: 99 });
    await fc.assert(
      fc.asyncProperty(kills, befores, fc.boolean(), fc.nat(30), async (points, before, healthy, mirror) => {
        const there = Object.fromEntries(['blue', 'amber', 'red'].map((name) => [name, 'v1']));
        const model = endpointModel(before, there);
        const given = { desired: { ...DESIRED, mirror, keep: 3 }, content: 'v2', healthy, now: 0 };
        for (const point of points) await killed(model, point, given);
        const { end } = await attempt(model, given);
        assert.deepEqual(model.violations, []);
        // A run that was killed after its rollback starts over, and rolls back again.
        assert.equal(end, healthy ? 'released' : 'rolledBack');
        assert.deepEqual(model.traffic, healthy ? { green: 100 } : before);
        assert.deepEqual(model.mirror, {});
      }),
      { numRuns: 2_000 },
    );
  });

  it('that changes a deployment in place ends with one of its two definitions, however often it is killed', async () => {
    const desired = { ...DESIRED, strategy: 'recreate' as const, shares: [100] };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(12), { maxLength: 3 }), fc.boolean(), async (points, healthy) => {
        const model = endpointModel({ green: 100 }, { green: 'v1' });
        for (const point of points) await killed(model, point, { desired, content: 'v2', healthy, now: 0 });
        const { end } = await attempt(model, { desired, content: 'v2', healthy, now: 0 });
        assert.equal(end, healthy ? 'released' : 'rolledBack');
        assert.equal(model.deployments.get('green')?.content, healthy ? 'v2' : 'v1');
        assert.deepEqual([model.traffic, model.violations], [{ green: 100 }, []]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never loses a change when two runs roll out together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.boolean(), async (point, healthy) => {
        const model = endpointModel(LIVE, { blue: 'v1' });
        const other = { ...DESIRED, id: 'run-2', deployment: 'amber', keep: 5 };
        let second: Promise<unknown> | undefined;
        let count = 0;
        const interrupt = (): void => {
          // The other run begins in the middle of this one's write.
          if (count++ === point)
            second = attempt(model, { desired: other, content: 'v3', healthy: true, now: 1 }).catch((error) => error);
        };
        const one = await attempt(model, {
          desired: { ...DESIRED, keep: 5 },
          content: 'v2',
          healthy,
          now: 0,
          interrupt,
        });
        const two = (await second) as { end?: string; code?: string } | undefined;
        assert.deepEqual(model.violations, []);
        const released = [one.end === 'released' && 'green', two?.end === 'released' && 'amber'].filter(Boolean);
        // The second may begin when the first has ended, and then releases after it.
        if (released.length === 2) assert.deepEqual(model.traffic, { amber: 100 });
        if (released.length === 1) assert.deepEqual(model.traffic, { [released[0] as string]: 100 });
        if (released.length === 0 && one.end === 'rolledBack') assert.deepEqual(model.traffic, LIVE);
      }),
      { numRuns: 500 },
    );
  });
});
