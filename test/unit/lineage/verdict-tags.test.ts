import assert from 'node:assert/strict';
import { pickVerdictTags, verdictOf, verdictTags, withVerdictTags } from '../../../lib/lineage/verdict-tags.ts';

const record = {
  verdict: 'fail' as const,
  failedRules: ['metrics.a > 1', 'metrics.b > 2'],
  baseline: 'model m version 1',
  judgedBy: 'https://dev.azure.example/org/p/_build/results?buildId=7',
  judgedAt: '2026-11-27T00:00:00.000Z',
};

describe('tags of a verdict', () => {
  it('say what failed, against what, and where it was judged', () => {
    assert.deepEqual(verdictTags(record), {
      'gate.verdict': 'fail',
      'gate.failedRules': 'metrics.a > 1; metrics.b > 2',
      'gate.baseline': 'model m version 1',
      'gate.judgedBy': 'https://dev.azure.example/org/p/_build/results?buildId=7',
      'gate.judgedAt': '2026-11-27T00:00:00.000Z',
    });
  });

  it('fit into the limits of tags', () => {
    const long = verdictTags({ ...record, failedRules: Array.from({ length: 40 }, (_, i) => `metrics.m${i} > 0.5`) });
    for (const value of Object.values(long)) assert.ok(value.length <= 256, value);
  });

  it('replace those of an earlier verdict, and leave others alone', () => {
    const before = { team: 'risk', 'gate.failedRules': 'metrics.old > 1', 'gate.verdict': 'fail' };
    const after = withVerdictTags(before, { ...record, verdict: 'pass', failedRules: [] });
    assert.equal(after.team, 'risk');
    assert.equal(after['gate.verdict'], 'pass');
    assert.ok(!('gate.failedRules' in after));
    assert.ok(!('team' in pickVerdictTags(after)));
    assert.deepEqual(pickVerdictTags(undefined), {});
  });

  it('are read as one of the three words, or as none', () => {
    assert.equal(verdictOf({ 'gate.verdict': 'noBaseline' }), 'noBaseline');
    const others: (Record<string, string> | undefined)[] = [
      undefined,
      {},
      { 'gate.verdict': 'ok' },
      { 'gate.verdict': '' },
    ];
    for (const tags of others) assert.equal(verdictOf(tags), undefined);
  });
});
