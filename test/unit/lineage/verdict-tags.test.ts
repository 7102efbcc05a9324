import assert from 'node:assert/strict';
import {
  judgedParts,
  modelPart,
  outweighs,
  pickVerdictTags,
  prevailing,
  type VerdictRecord,
  verdictOf,
  verdictTags,
  withoutVerdictTags,
  withVerdictTags,
} from '../../../lib/lineage/verdict-tags.ts';

const record = {
  verdict: 'fail' as const,
  failedRules: ['metrics.a > 1', 'metrics.b > 2'],
  step: 'Evaluate',
  baseline: 'model m version 1',
  judgedBy: 'https://dev.azure.example/org/p/_build/results?buildId=7',
  judgedStep: 'Train/Train/Job/gate',
  judgedAt: '2026-11-27T00:00:00.000Z',
};

describe('tags of a verdict', () => {
  it('say what failed, against what, and where it was judged', () => {
    assert.deepEqual(verdictTags(record), {
      'gate.verdict': 'fail',
      'gate.failedRules': 'metrics.a > 1; metrics.b > 2',
      'gate.step': 'Evaluate',
      'gate.baseline': 'model m version 1',
      'gate.judgedBy': 'https://dev.azure.example/org/p/_build/results?buildId=7',
      'gate.judgedStep': 'Train/Train/Job/gate',
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

  it('on parts of a job are kept apart', () => {
    const passed = { ...record, verdict: 'pass' as const, failedRules: [] };
    const tags = withVerdictTags(withVerdictTags({ team: 'risk' }, record, 'run-a'), passed, 'run-b');
    const all = withVerdictTags(tags, passed, modelPart('m.x', '3'));
    assert.deepEqual(judgedParts(all).sort(), ['model.m.x.3', 'run-a', 'run-b']);
    assert.equal(verdictOf(all), undefined, 'the job as a whole was not judged');
    assert.deepEqual(pickVerdictTags(all, 'run-a'), verdictTags(record));
    assert.deepEqual(judgedParts(withoutVerdictTags(all, 'run-a')).sort(), ['model.m.x.3', 'run-b']);
    assert.deepEqual(judgedParts(withVerdictTags(all, passed)).sort(), ['', 'model.m.x.3', 'run-a', 'run-b']);
  });

  const judged = (more: Partial<VerdictRecord>) => verdictTags({ ...record, ...more });

  it('of one pipeline run count together: a later step does not hide a worse verdict', () => {
    const failed = judged({});
    const passes = { verdict: 'pass', failedRules: [] } as const;
    const steps: [what: string, later: Partial<VerdictRecord>, isKept: boolean][] = [
      ['another step passes', { ...passes, judgedStep: 's/other' }, true],
      ['another step finds no baseline', { ...passes, verdict: 'noBaseline', judgedStep: 's/other' }, true],
      ['another step fails too', { judgedStep: 's/other' }, false],
      ['the same step passes when it runs again', passes, false],
      ['another run passes', { ...passes, judgedStep: 's/other', judgedBy: 'https://other' }, false],
    ];
    for (const [what, later, isKept] of steps) assert.equal(outweighs(failed, judged(later)), isKept, what);
    assert.equal(outweighs(judged(passes), judged({ judgedStep: 's/other' })), false, 'a fail replaces a pass');
    assert.equal(outweighs({ 'gate.verdict': 'fail' }, judged(passes)), false, 'nobody knows who gave it');
  });

  it('on one model: the latest counts that no other of its run outweighs', () => {
    const at = (judgedAt: string, more: Partial<VerdictRecord>) => judged({ judgedAt, ...more });
    const early = at('2026-01-01', { judgedStep: 'a' });
    const late = at('2026-01-02', { judgedStep: 'b', verdict: 'pass' });
    const latest = at('2026-01-03', { judgedBy: 'https://other', verdict: 'noBaseline' });
    assert.equal(verdictOf(prevailing([late, early])), 'fail');
    assert.equal(verdictOf(prevailing([latest, late, early])), 'noBaseline');
    assert.equal(prevailing([]), undefined);
  });
});
