import assert from 'node:assert/strict';
import type { Clock } from '../../../lib/core/clock.ts';
import { healthTable, rolloutMarkdown, rolloutTable } from '../../../lib/report/rollout-report.ts';
import { bake } from '../../../lib/rollout/bake.ts';
import { DEFAULT_HEALTH, HEALTH_VARIABLES, healthOf, unhealthy } from '../../../lib/rollout/health.ts';
import type { RolloutPlan } from '../../../lib/rollout/plan-rollout.ts';
import type { Scorer } from '../../../lib/rollout/scoring.ts';
import { parseRules } from '../../../lib/rules/rules.ts';
import { TEST } from './smoke-request.ts';

const rules = (text: string) => parseRules(text, HEALTH_VARIABLES);

describe('health', () => {
  const none = { differing: 0, failed: 0 };

  it('is made of error rate and nearest-rank percentiles', () => {
    const many = Array.from({ length: 100 }, (_, i) => ({ isError: i < 3, milliseconds: i + 1 }));
    assert.deepEqual(healthOf(many), { requests: 100, errorRate: 0.03, p50: 50, p95: 95, p99: 99 });
    assert.deepEqual(healthOf([]), { requests: 0, errorRate: 0, p50: 0, p95: 0, p99: 0 });
    assert.deepEqual(healthOf(many, 2), { requests: 100, errorRate: 0.01, p50: 49, p95: 94, p99: 98 });
  });

  it('names the conditions that do not hold, with their values', () => {
    const candidate = { requests: 20, errorRate: 0.25, p50: 1, p95: 300, p99: 300 };
    const live = { ...candidate, errorRate: 0, p95: 100 };
    assert.deepEqual(unhealthy(rules(DEFAULT_HEALTH), { candidate, live, answers: none }), [
      'candidate.errorRate <= 0.01 does not hold (candidate.errorRate 0.25)',
    ]);
    assert.deepEqual(unhealthy(rules('candidate.p95 <= 1.5 * live.p95'), { candidate, live, answers: none }), [
      'candidate.p95 <= 1.5 * live.p95 does not hold (candidate.p95 300, live.p95 100)',
    ]);
  });

  it('does not compare with nobody, and does not make up values', () => {
    const candidate = { requests: 20, errorRate: 0, p50: 1, p95: 300, p99: 300 };
    const alone = { candidate, live: undefined, answers: { differing: undefined, failed: 0.5 } };
    assert.deepEqual(unhealthy(rules('candidate.p95 <= live.p95'), alone), []);
    assert.deepEqual(unhealthy(rules('answers.differing <= 0.1'), alone), []);
    assert.deepEqual(unhealthy(rules('answers.differing > 0.1'), alone), [], 'nothing is 0');
    assert.equal(unhealthy(rules('answers.differing <= 0.1 && answers.failed == 0.0'), alone).length, 1);
    assert.equal(unhealthy(rules('answers.differing <= 0.1 || answers.failed == 0.0'), alone).length, 1);
    const table = healthTable(alone);
    assert.equal(table.rows[0]?.at(-1), '', 'the table does not say 0.0 %');
  });
});

describe('the plan of a rollout that waits', () => {
  const waitsAt = (before: Record<string, number>, shares: number[], to: number) => {
    const plan = { endpoint: 'churn', deployment: 'green', before, shares, mirror: 0, bakeMs: 0, to, remove: [] };
    const checks = { smokeTests: 0, goldenRequests: 0, rules: [] };
    const { rows } = rolloutTable(
      { ...plan, change: 'create', createEndpoint: false, planned: {} } as unknown as RolloutPlan,
      checks,
    );
    return rows.find(([, step]) => step === 'wait')?.[2];
  };

  it('shows the traffic that it waits at', () => {
    assert.equal(waitsAt({ blue: 100 }, [10, 50, 100], 10), 'blue 90 %, green 10 %');
    assert.equal(waitsAt({ blue: 100 }, [10, 50, 100], 0), 'blue 100 %');
    assert.equal(waitsAt({}, [100], 10), 'none', 'the first deployment gets all requests or none');
  });
});

describe('the summary of a rollout', () => {
  const plan = { endpoint: 'churn', deployment: 'green', before: {} } as RolloutPlan;
  const rest = { plan, traffic: {}, smoke: [], golden: undefined, baked: [] };

  it('escapes what services say, and gives the reason once', () => {
    const why = 'a: <img src=x>\n# [b](http://c)';
    const text = rolloutMarkdown({ ...rest, title: `It was not released. ${why} The end.`, why });
    assert.equal(text.split('\n')[0], '### It was not released. a: &lt;img src=x&gt; # \\[b\\](http://c) The end.');
    assert.equal(text.match(/img/g)?.length, 1);
    assert.match(rolloutMarkdown({ ...rest, title: 'Stopped.', why: 'Because.' }), /\nBecause\.\n/);
  });
});

describe('baking', () => {
  /** Time passes only while somebody sleeps. */
  const virtual = (): Clock => {
    let now = 0;
    return {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
      },
    };
  };
  const scorer = (statusAt: (n: number) => number, slowAt: (n: number) => boolean = () => false) => {
    let n = 0;
    const one: Scorer & { count: () => number } = {
      score: async () => {
        const milliseconds = slowAt(n) ? 1_000 : 10;
        return { status: statusAt(n++), milliseconds, answer: { a: 1 }, problem: '' };
      },
      count: () => n,
    };
    return one;
  };
  const baked = (
    one: Scorer | undefined,
    milliseconds: number,
    { samples = [TEST], text = DEFAULT_HEALTH, live = undefined as string | undefined } = {},
  ) => {
    const baking = { scorer: one, candidate: 'green', live, samples, milliseconds, tolerance: 0, rules: rules(text) };
    return bake(baking, { clock: virtual(), signal: new AbortController().signal, tell: () => undefined });
  };

  it('sends a sample every second for as long as it is asked to', async () => {
    const one = scorer(() => 200);
    assert.deepEqual((await baked(one, 60_000)).failed, []);
    assert.ok(one.count() >= 60 && one.count() <= 62, String(one.count()));
  });

  it('ends as soon as a rule is clearly broken', async () => {
    const one = scorer((n) => (n < 30 ? 200 : 503));
    const { failed } = await baked(one, 3_600_000);
    assert.equal(failed.length, 1);
    assert.equal(one.count(), 33, 'the third failure');
  });

  it('does not end because one or two requests were lost or slow', async () => {
    const lost = scorer((n) => (n === 5 || n === 25 ? 0 : 200));
    assert.deepEqual((await baked(lost, 300_000)).failed, []);
    const slow = scorer(
      () => 200,
      (n) => n === 3 || n === 9,
    );
    assert.deepEqual((await baked(slow, 300_000, { text: 'candidate.p99 <= 100' })).failed, []);
  });

  it('judges exactly at the end', async () => {
    const one = scorer((n) => (n === 5 ? 0 : 200));
    assert.deepEqual((await baked(one, 50_000)).failed.length, 1);
    assert.equal(one.count() > 45, true, 'not before the end');
  });

  it('judges how many requests there were at the end only', async () => {
    assert.deepEqual(
      (
        await baked(
          scorer(() => 200),
          60_000,
          { text: 'candidate.requests >= 50' },
        )
      ).failed,
      [],
    );
    const few = await baked(
      scorer(() => 200),
      30_000,
      { text: 'candidate.requests >= 50' },
    );
    assert.equal(few.failed.length, 1);
  });

  it('counts errors by what the test expects', async () => {
    const samples = [{ ...TEST, status: 400 }];
    const text = 'candidate.errorRate == 0.0\nlive.errorRate == 0.0 || candidate.p50 < 0\nanswers.differing == 0.0';
    assert.deepEqual(
      (
        await baked(
          scorer(() => 400),
          0,
          { samples, text, live: 'blue' },
        )
      ).failed,
      [],
    );
    const { measured } = await baked(
      scorer(() => 200),
      0,
      { samples },
    );
    assert.equal(measured?.candidate.errorRate, 1);
  });

  it('counts answers without success on either side as differing', async () => {
    const { measured } = await baked(
      scorer(() => 401),
      0,
      { live: 'blue' },
    );
    assert.equal(measured?.answers.differing, 1);
  });

  it('measures twenty requests even when it takes no time', async () => {
    const { measured } = await baked(
      scorer(() => 200),
      0,
    );
    assert.equal(measured?.candidate.requests, 20);
    assert.equal(measured?.answers.differing, undefined, 'there is nobody to compare with');
  });

  it('only waits when there is nothing to send', async () =>
    assert.deepEqual(await baked(undefined, 60_000, { samples: [] }), { measured: undefined, failed: [] }));
});
