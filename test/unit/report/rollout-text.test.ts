import assert from 'node:assert/strict';
import { type Found, rolloutText } from '../../../lib/report/rollout-text.ts';

describe('what a rollout has found, as text', () => {
  const nothing: Found = { smoke: [], golden: undefined, baked: [], trial: undefined };
  const result = (name: string, problems: string[]) => ({ test: { name }, problems }) as never;

  it('is one line, whatever the tests are called', () => {
    const smoke = [result('good', []), result('bad\none', ['status 500'])];
    assert.equal(rolloutText({ ...nothing, smoke }), "1 of 2 smoke tests passed. Failed: 'bad one'.");
  });

  it('names few of many failed tests', () => {
    const smoke = Array.from({ length: 30 }, (_, i) => result(`t${i}`, ['x']));
    assert.match(rolloutText({ ...nothing, smoke }), /^0 of 30 .* Failed: 't0', 't1', 't2', 't3', 't4' and 25 more\.$/);
  });

  it('says health beside that of the live deployment, when there is one', () => {
    const health = (errorRate: number, p95: number) => ({ requests: 20, errorRate, p50: 1, p95, p99: 9 });
    const measured = { candidate: health(0.05, 12.4), answers: { differing: undefined, failed: 0 } };
    const baked = [
      { percent: 10, measured: { ...measured, live: health(0, 11) } },
      { percent: 100, measured: { ...measured, live: undefined } },
    ];
    assert.equal(
      rolloutText({ ...nothing, baked }),
      'At 10 %: 5.0 % errors, p95 12 ms (before: 0.0 %, 11 ms). At 100 %: 5.0 % errors, p95 12 ms.',
    );
  });

  it('says when nothing was tested', () => {
    assert.equal(rolloutText(nothing), 'Nothing was tested.');
  });
});
