import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readSaved, type SavedRollout, savedTags } from '../../../lib/rollout/saved-rollout.ts';
import { parsePercent, parseShares } from '../../../lib/rollout/shares.ts';
import {
  describeTraffic,
  isSameTraffic,
  liveDeployment,
  sumOf,
  type Traffic,
  withShare,
} from '../../../lib/rollout/traffic.ts';

const NAME = fc.constantFrom('blue', 'green', 'amber', 'red', 'v7');
/** A map that adds up to 100. */
const traffic: fc.Arbitrary<Traffic> = fc.uniqueArray(NAME, { minLength: 1, maxLength: 4 }).chain((names) =>
  fc.array(fc.integer({ min: 1, max: 100 }), { minLength: names.length, maxLength: names.length }).map((weights) => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => Math.floor((100 * weight) / total));
    shares[0]! += 100 - shares.reduce((sum, share) => sum + share, 0);
    return Object.fromEntries(names.map((name, i) => [name, shares[i]!]));
  }),
);

describe('traffic', () => {
  it('adds up to 100 whatever the share of one deployment is, and that share is exact', () =>
    fc.assert(
      fc.property(traffic, NAME, fc.nat(100), (before, name, percent) => {
        const after = withShare(before, name, percent);
        const others = Object.entries(before).some(([one, share]) => one !== name && share > 0);
        assert.ok(sumOf(after) === 100 || (percent === 0 && !others && sumOf(after) === 0));
        if (others) assert.equal(after[name] ?? 0, percent);
        assert.ok(Object.values(after).every((share) => Number.isInteger(share) && share > 0));
        assert.ok(
          Object.keys(after).every((one) => one === name || one in before),
          'nobody new gets requests',
        );
      }),
    ));

  it('keeps the proportions of the others', () => {
    assert.deepEqual(withShare({ blue: 70, amber: 30 }, 'green', 10), { blue: 63, amber: 27, green: 10 });
    assert.deepEqual(withShare({ blue: 34, amber: 33, red: 33 }, 'green', 50), {
      blue: 17,
      amber: 17,
      red: 16,
      green: 50,
    });
    assert.deepEqual(withShare({ blue: 99, amber: 1 }, 'green', 50), { amber: 1, blue: 49, green: 50 });
  });

  it('gives the first deployment all or nothing', () => {
    assert.deepEqual([withShare({}, 'green', 10), withShare({}, 'green', 0)], [{ green: 100 }, {}]);
  });

  it('knows who serves', () => {
    assert.equal(liveDeployment({ blue: 30, green: 70 }), 'green');
    assert.equal(liveDeployment({ blue: 0 }), undefined);
    assert.equal(describeTraffic({ blue: 90, green: 10, red: 0 }), 'blue 90 %, green 10 %');
    assert.equal(describeTraffic({}), 'none');
    assert.ok(isSameTraffic({ blue: 100, red: 0 }, { blue: 100 }) && !isSameTraffic({ blue: 100 }, { red: 100 }));
  });
});

describe('the record of a rollout in tags', () => {
  const saved: SavedRollout = {
    id: '0123456789abcdef',
    run: '20261127.3',
    to: 'green',
    before: { blue: 100 },
    mirror: { red: 20 },
    now: { blue: 90, green: 10 },
    phase: 'running',
    until: 1_795_000_000,
    earlier: { model: 'models/m/versions/7' },
  };

  it('comes back as it was written, beside the tags of others', () =>
    fc.assert(
      fc.property(traffic, traffic, (before, now) => {
        const tags = savedTags({ team: 'risk', 'rollout.old': 'x' }, { ...saved, before, now });
        const read = readSaved(tags)!;
        assert.ok(isSameTraffic(read.before, before) && isSameTraffic(read.now, now));
        assert.deepEqual({ ...read, before: {}, now: {} }, { ...saved, before: {}, now: {} });
        assert.equal(tags.team, 'risk');
        assert.ok(!('rollout.old' in tags));
        assert.ok(Object.values(tags).every((value) => value.length <= 256));
      }),
    ));

  it('is nothing when it is incomplete or was changed by hand', () => {
    const tags = savedTags({}, saved);
    assert.equal(readSaved(undefined), undefined);
    assert.equal(readSaved({}), undefined);
    for (const [name, value] of [
      ['rollout.phase', 'done'],
      ['rollout.before', 'blue:100'],
      ['rollout.now', ''],
      ['rollout.until', 'soon'],
      ['rollout.id', ''],
    ] as const)
      assert.equal(readSaved({ ...tags, [name]: value }), undefined, name);
  });
});

describe('shares', () => {
  it('rise to 100; the 0 at the beginning goes without saying', () => {
    assert.deepEqual(parseShares('0,10,50,100'), [10, 50, 100]);
    assert.deepEqual(parseShares(' 25 ; 100'), [25, 100]);
  });

  for (const text of ['50,20,100', '10,50', '10,10,100', '10%,100', '', '10,,100', '-5,100', '10.5,100', '100,150'])
    it(`are not '${text}'`, () => assert.throws(() => parseShares(text), { code: 'InputInvalid' }));

  it('of a mirror are limited', () => {
    assert.equal(parsePercent('50', 50), 50);
    assert.throws(() => parsePercent('51', 50), /'51' is not a whole number from 0 to 50/);
  });
});
