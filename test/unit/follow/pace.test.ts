import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jittered, paceAfter } from '../../../lib/follow/pace.ts';
import { hasEnded, isUnclear } from '../../../lib/follow/states.ts';

describe('the pace of polls', () => {
  it('notices the end of short jobs within 5 s, of long ones within 2 percent, and within 20 s always', () => {
    const elapsedTimes = fc.integer({ min: 0, max: 48 * 3_600_000 });
    fc.assert(
      fc.property(elapsedTimes, fc.double({ min: 0, max: 1, noNaN: true }), (elapsed, random) => {
        const wait = jittered(paceAfter(elapsed).status, random);
        assert.ok(wait <= Math.min(20_000, Math.max(5_000, elapsed * 0.02)));
        assert.ok(wait >= 1_800);
      }),
    );
  });

  it('is the user’s own where that is set, and slow when the subscription has few reads left', () => {
    assert.equal(paceAfter(0, { least: 500 }).status, 500);
    assert.equal(paceAfter(3_600_000, { least: 500 }).status, 500);
    assert.equal(paceAfter(0, { readsLeft: 10 }).status, 60_000);
    assert.equal(paceAfter(0, { readsLeft: 200 }).status, 2_000);
  });

  it('reads the logs of many steps more rarely', () => {
    assert.equal(paceAfter(0, { running: 1 }).logs, 2_000);
    assert.equal(paceAfter(0, { running: 100 }).logs, 25_000);
  });
});

describe('job states', () => {
  it('end in exactly three; three others only look like an end', () => {
    const waiting = 'NotStarted Starting Provisioning Preparing Queued Running Finalizing CancelRequested';
    const all = `${waiting} Completed Failed Canceled NotResponding Paused Unknown`.split(' ');
    assert.deepEqual(all.filter(hasEnded), ['Completed', 'Failed', 'Canceled']);
    assert.deepEqual(all.filter(isUnclear), ['NotResponding', 'Paused', 'Unknown']);
    assert.equal(hasEnded('Expired'), false);
  });
});
