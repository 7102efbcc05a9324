import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseBaseline, requireBaselineFor } from '../../lib/gate/baseline.ts';
import { parseRules } from '../../lib/gate/rules.ts';
import { type GateReport, judge } from '../../lib/gate/verdict.ts';
import { gateMarkdown, verdictSentence } from '../../lib/report/gate-report.ts';

const gate = (rules: string, candidate: Record<string, number>, baseline?: Record<string, number>): GateReport =>
  judge(parseRules(rules), candidate, baseline);

describe('the gate', () => {
  it('passes when all rules hold', () => {
    assert.equal(gate('metrics.auc > 0.5\n# a comment\nmetrics.loss < 1', { auc: 0.9, loss: 0.1 }).verdict, 'pass');
  });

  it('fails when one does not, and says which', () => {
    const report = gate('metrics.auc > 0.5\nmetrics.loss < 1', { auc: 0.9, loss: 2 });
    assert.equal(report.verdict, 'fail');
    assert.deepEqual(
      report.rules.map(({ result }) => result),
      ['pass', 'fail'],
    );
    assert.equal(verdictSentence(report), 'The model does not pass the gate. 1 of 2 conditions failed.');
  });

  it('lower can be better, equal can be within tolerance', () => {
    assert.equal(gate('metrics.loss <= baseline.loss', { loss: 0.2 }, { loss: 0.3 }).verdict, 'pass');
    assert.equal(gate('metrics.loss <= baseline.loss', { loss: 0.4 }, { loss: 0.3 }).verdict, 'fail');
    assert.equal(gate('metrics.acc >= baseline.acc - 0.005', { acc: 0.9 }, { acc: 0.9 }).verdict, 'pass');
  });

  it('without a baseline judges only what needs none', () => {
    const rule = 'metrics.accuracy >= 0.9 && metrics.accuracy >= baseline.accuracy - 0.005';
    assert.equal(gate(rule, { accuracy: 0.95 }).verdict, 'noBaseline');
    assert.equal(gate(rule, { accuracy: 0.5 }).verdict, 'fail');
    assert.equal(gate('metrics.accuracy >= 0.9', { accuracy: 0.95 }).verdict, 'pass');
  });

  it('counts with whole numbers and other characters in names', () => {
    assert.equal(gate('metrics.loss * 2 + 1 < 3 && abs(metrics.loss - 1.0) < 1.0', { loss: 0.5 }).verdict, 'pass');
    assert.equal(gate('metrics["val/acc"] > 0.5', { 'val/acc': 1 }).verdict, 'pass');
    assert.equal(gate('has(metrics.f1) ? metrics.f1 > 0.5 : true', { loss: 1 }).verdict, 'pass');
  });

  it('a misspelt metric is an error with a caret, never false', () => {
    assert.throws(
      () => gate('metrics.acuracy >= 0.9', { accuracy: 0.95, loss: 1 }),
      /the job has no metric 'acuracy'\. Did you mean 'accuracy'\? The job has 'accuracy' and 'loss'\.\n {4}metrics\.acuracy >= 0\.9\n {12}\^$/,
    );
    assert.throws(() => gate('metrics.a < baseline.b', { a: 1 }, { a: 1 }), /the baseline has no metric 'b'/);
    assert.throws(() => gate('metrics.a > 0', {}), /has no metrics/);
  });

  it('NaN is an error, since nothing can be said about it', () => {
    assert.throws(() => gate('!(metrics.loss > 1)', { loss: Number.NaN }), /'loss' of the job is NaN/);
    assert.throws(() => gate('metrics.all(k, !(metrics[k] > 1))', { a: 0, loss: Number.NaN }), /'loss' is NaN/);
    assert.equal(gate('metrics.all(k, metrics[k] <= 1)', { a: 0, b: 1 }).verdict, 'pass');
  });

  it('rules that do not parse, or give no true or false, are errors', () => {
    assert.throws(() => parseRules('metrics.a >'), /rule 1: Unexpected token/);
    assert.throws(() => parseRules('metrix.a > 1'), /metrix/);
    assert.throws(() => parseRules('# nothing'), /there is no rule/);
    assert.throws(() => gate('metrics.a', { a: 1 }), /gives 1, not true or false/);
  });

  it('splitting at && changes no verdict', () => {
    const value = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(value, value, value, value, (a, b, low, high) => {
        const conditions = [`metrics.a >= ${low.toFixed(3)}`, `metrics.b <= ${high.toFixed(3)}`];
        const expected = a >= Number(low.toFixed(3)) && b <= Number(high.toFixed(3));
        assert.equal(gate(conditions.join(' && '), { a, b }).verdict === 'pass', expected);
        assert.equal(gate(conditions.join('\n'), { a, b }).verdict === 'pass', expected);
      }),
    );
  });

  it('reports candidate, baseline, difference, rule and result as Markdown', () => {
    const report = gate('metrics.acc >= baseline.acc', { acc: 0.8, extra: 1 }, { acc: 0.9 });
    const markdown = gateMarkdown(report, { candidate: 'job a|b', candidateUrl: '', baseline: 'model m version 1' });
    assert.match(markdown, /^### ❌ The model does not pass the gate/);
    assert.match(markdown, /\| metrics\.acc &gt;= baseline\.acc \| ❌ fail \| acc 0\.8, baseline acc 0\.9 \|/);
    assert.match(markdown, /\| acc \| 0\.8 \| 0\.9 \| -0\.1 \|/);
    assert.match(markdown, /job a\\\|b/);
  });
});

describe('the baseline input', () => {
  it('names a model and a version, or none', () => {
    assert.deepEqual(parseBaseline('none'), { kind: 'none' });
    assert.deepEqual(parseBaseline(''), { kind: 'none' });
    assert.deepEqual(parseBaseline('model:churn'), { kind: 'model', name: 'churn', version: '@latest' });
    assert.deepEqual(parseBaseline('model:churn@latest'), { kind: 'model', name: 'churn', version: '@latest' });
    assert.deepEqual(parseBaseline('model:churn:7'), { kind: 'model', name: 'churn', version: '7' });
  });

  it('has to be given when a rule reads it', () => {
    const rules = parseRules('metrics.a > 1\nmetrics.a > baseline.a');
    assert.throws(() => requireBaselineFor(rules, { kind: 'none' }), /Rule 2 reads 'baseline'/);
    requireBaselineFor(rules, { kind: 'model', name: 'm', version: '1' });
    requireBaselineFor(parseRules('metrics.a > 1'), { kind: 'none' });
  });

  it('refuses the rest with what is allowed', () => {
    for (const wrong of ['churn', 'model:', 'model:a@stable', 'endpoint:x'])
      assert.throws(() => parseBaseline(wrong), /allowed are 'none'/);
  });
});
