import assert from 'node:assert/strict';
import fc from 'fast-check';
import { followLongJob } from '../../../bench/soak/long-job.ts';
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
    assert.equal(paceAfter(3_600_000, { least: 5_000 }).logs, 5_000);
    assert.equal(paceAfter(0, { least: 500, readsLeft: 10 }).status, 84_000);
    assert.equal(paceAfter(0, { readsLeft: 10 }).status, 84_000);
    assert.equal(paceAfter(0, { readsLeft: 200 }).status, 3_000);
  });

  /**
   * Requests of azure-ai-ml 1.35.2 `jobs.stream` for a command job with one log (`_job_ops_helper.py`): six before the loop; in it
   * the run, two lists of log files and the log, 0.6 s together, after a wait that grows to a minute.
   */
  function requestsOfStream(seconds: number): number {
    let requests = 6;
    for (let at = 0; at < seconds; requests += 4)
      at += Math.max(2, Math.trunc(60 / (1 + 100 * Math.exp(-at / 20)))) + 0.6;
    return requests;
  }

  for (const hours of [1, 2, 12])
    it(`makes no more requests than azure-ai-ml for a job of ${hours === 1 ? 'an hour' : `${hours} hours`}`, async () => {
      const followed = await followLongJob({ hours, faultShare: 0, steps: false });
      const { requests, noticedAfter, shown, written } = followed;
      const before = 5; // the workspace, its addresses and the job; steps and metrics at the end
      assert.ok(requests + before <= requestsOfStream(hours * 3600), `${requests}, ${requestsOfStream(hours * 3600)}`);
      assert.ok(noticedAfter <= 20_000, `${noticedAfter} ms`);
      assert.equal(shown, written);
    });

  /**
   * A pipeline has no `default` output (recorded), so that `jobs.stream` reads its run and its `executionlogs.txt`, once a
   * minute, and shows nothing of its steps: 169 requests in the first hour. Noticing the end within 2 % and 20 s takes
   * 256 polls by itself. The steps and their logs are what is left to be saved on.
   */
  it('reads the status of a pipeline as often as its end has to be noticed, and steps and logs rarely', async () => {
    const hour = await followLongJob({ hours: 1, faultShare: 0, pipelineSteps: 1 });
    assert.ok(hour.requests <= 420, `${hour.requests} requests in the first hour`);
    assert.ok(hour.noticedAfter <= 20_000, `${hour.noticedAfter} ms`);
    assert.ok(hour.inOrder && hour.shown === hour.written, `${hour.shown} of ${hour.written}`);
    const longer = await followLongJob({ hours: 12, faultShare: 0, pipelineSteps: 1 });
    assert.ok(longer.requestsPerHour <= 300, `${longer.requestsPerHour} requests per hour`);
  });

  it('notices the end as early while the logs of twelve steps are read', async () => {
    for (const seed of [1, 2, 3]) {
      const { noticedAfter, requestsPerHour } = await followLongJob({
        hours: 1,
        faultShare: 0,
        pipelineSteps: 12,
        seed,
      });
      assert.ok(noticedAfter <= 20_000, `${noticedAfter} ms`);
      assert.ok(requestsPerHour <= 1_400, `${requestsPerHour}`);
    }
  });

  it('reads the logs of many steps more rarely', () => {
    assert.equal(paceAfter(0, { running: 1 }).logs, 3_000);
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
