import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Metrics, metricValue, recordedValue } from '../../../lib/azureml/metrics.ts';
import { english } from '../../../lib/core/message.ts';
import {
  GATE_VARIABLES,
  type ModelChoice,
  parseBaseline,
  requireBaselineFor,
} from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { type GateReport, judge } from '../../../lib/gate/verdict.ts';
import { gateMarkdown, verdictSentence } from '../../../lib/report/gate-report.ts';
import { parseRules as parse, type Rule } from '../../../lib/rules/rules.ts';

const parseRules = (text: string): Rule[] => parse(text, GATE_VARIABLES);
const gate = (rules: string, candidate: Metrics, baseline?: Metrics): GateReport =>
  judge(parseRules(rules), measured(candidate), baseline && measured(baseline));

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
    assert.equal(english(verdictSentence(report)), 'The model does not pass the gate. 1 of 2 conditions failed.');
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

  it('without a baseline does not pass by what was left out, under a negation and as a test', () => {
    for (const rule of [
      '!(metrics.loss > baseline.loss || metrics.loss > 0.5)',
      '(metrics.loss > 0.5 || metrics.loss >= baseline.loss) == false',
      '(metrics.loss > 0.5 || metrics.loss >= baseline.loss) ? metrics.loss > 9 : metrics.loss < 9',
    ]) {
      assert.equal(gate(rule, { loss: 0.4 }).verdict, 'noBaseline', rule);
      assert.equal(gate(rule, { loss: 0.6 }).verdict, 'fail', rule);
    }
  });

  it('an amount that is infinite is an error, and a margin that is never passes', () => {
    for (const option of ['tolerance 1e999', '1e400 %', 'tolerance 1e+999', 'by 1e999', 'at least -1e999'])
      assert.throws(() => parseRules(`auc: higher, ${option}`), /is not a number that rules can have/, option);
    assert.equal(gate('auc: higher, by 1e300 %', { auc: 0 }, { auc: 1e300 }).verdict, 'fail');
  });

  it('isNaN asks for NaN alone, and isFinite for the infinities as well', () => {
    assert.equal(gate('!isNaN(metrics.p) && metrics.p > 0.5', { p: Infinity }).verdict, 'fail');
    assert.equal(gate('isNaN(metrics.p) || metrics.p > 0.5', { p: Infinity }).verdict, 'fail');
    assert.throws(
      () => gate('isNaN(baseline.p) || metrics.p > baseline.p', { p: 1 }, { p: -Infinity }),
      /'p' of the baseline is -Infinity/,
    );
    assert.equal(gate('!isFinite(metrics.p) || metrics.p > 0.5', { p: Infinity }).verdict, 'pass');
  });

  it('counts with whole numbers and other characters in names', () => {
    assert.equal(gate('metrics.loss * 2 + 1 < 3 && abs(metrics.loss - 1.0) < 1.0', { loss: 0.5 }).verdict, 'pass');
    assert.equal(gate('metrics["val/acc"] > 0.5', { 'val/acc': 1 }).verdict, 'pass');
    assert.equal(gate('metrics.loss > 0\nhas(metrics.f1) ? metrics.f1 > 0.5 : true', { loss: 1 }).verdict, 'pass');
  });

  it('a misspelt metric is an error with a caret, never false', () => {
    assert.throws(
      () => gate('metrics.acuracy >= 0.9', { accuracy: 0.95, loss: 1 }),
      /the candidate has no metric 'acuracy'\. Did you mean 'accuracy'\? It has 'accuracy' and 'loss'\.\n {4}metrics\.acuracy >= 0\.9\n {12}\^$/,
    );
    assert.throws(() => gate('metrics.a < baseline.b', { a: 1 }, { a: 1 }), /the baseline has no metric 'b'/);
    assert.throws(() => gate('metrics.a > 0', {}), /It has no metrics/);
  });

  it('NaN and the infinities of the candidate make a condition fail, whichever way it is written', () => {
    for (const odd of [Number.NaN, Infinity, -Infinity])
      for (const rule of [
        'metrics.loss < 1',
        'metrics.loss > 1',
        '!(metrics.loss > 1)',
        'metrics.loss != 1',
        'metrics.loss > 1 || metrics.a >= 0',
        'metrics.all(k, !(metrics[k] == 5))',
        'loss: lower',
        'loss: higher',
      ]) {
        const { verdict, rules } = gate(rule, { a: 0, loss: odd }, { loss: 0.5 });
        assert.equal(verdict, 'fail', `${rule} with ${odd}`);
        assert.match(rules[0]!.conditions[0]!.reason!, /^loss is /);
      }
    assert.equal(gate('metrics.all(k, metrics[k] <= 1)', { a: 0, b: 1 }).verdict, 'pass');
  });

  it('a rule that asks for NaN or infinities decides itself', () => {
    assert.equal(gate('isNaN(metrics.p) || metrics.p > 0.5', { p: Number.NaN }).verdict, 'pass');
    assert.equal(gate('isFinite(metrics.p) && metrics.p > 0.5', { p: Infinity }).verdict, 'fail');
    assert.equal(gate('isFinite(metrics.p) ? metrics.p > 0.5 : true', { p: Infinity }).verdict, 'pass');
  });

  it('of the baseline they are errors, since no candidate could be compared', () => {
    for (const odd of [Number.NaN, Infinity])
      assert.throws(
        () => gate('metrics.a >= baseline.a', { a: 1 }, { a: odd }),
        /'a' of the baseline is (NaN|Infinity)/,
      );
  });

  it('a division by zero and a number that is too large never pass', () => {
    for (const rule of [
      'metrics.a / metrics.b > 1',
      '!(metrics.a / metrics.b > 1)',
      'metrics.b / metrics.b != 1',
      'metrics.a / baseline.b > 1',
      'metrics.a % metrics.b >= 0',
      'metrics.a * 1e300 * 1e300 > 1',
      'metrics.all(k, metrics[k] / metrics.b > 0)',
    ]) {
      const { verdict, rules } = gate(rule, { a: 1, b: 0 }, { b: 0 });
      assert.equal(verdict, 'fail', rule);
      assert.match(rules[0]!.conditions[0]!.reason!, / is (NaN|Infinity)$/);
    }
  });

  it('what is not a number is an error, never 0', () => {
    for (const odd of [null, '', ' ', [], [0.1], '0.1', 'low', {}, true, undefined]) {
      const value = metricValue(odd);
      for (const [rule, candidate, baseline] of [
        ['metrics.loss <= 0.5', { loss: value }, {}],
        ['metrics.loss >= 0 || metrics.loss < -1', { loss: value }, {}],
        ['has(metrics.loss) ? metrics.loss < 1 : true', { loss: value }, {}],
        ['metrics.all(k, metrics[k] < 1)', { a: 0, loss: value }, {}],
        ['metrics.a >= baseline.loss', { a: 1 }, { loss: value }],
        ['baseline.all(k, baseline[k] < metrics.a)', { a: 1 }, { loss: value }],
      ] as [string, Metrics, Metrics][])
        assert.throws(() => gate(rule, candidate, baseline), /rule 1: the metric 'loss' .*is /, `${rule} with ${odd}`);
    }
    assert.throws(
      () => gate('metrics.loss < 1', { loss: metricValue(null) }),
      /'loss' of the candidate is null; the rule needs/,
    );
    // A metric that no rule reads is shown as it is and decides nothing.
    const report = gate('metrics.a > 0', { a: 1, b: metricValue(null) });
    assert.equal(report.verdict, 'pass');
    assert.match(gateMarkdown(report, { candidate: 'j', candidateUrl: '', baseline: undefined }), /\| b \| null \|/);
  });

  it('values of properties are text, and only numbers in full count as numbers', () => {
    for (const [text, value] of [
      ['0.905', 0.905],
      ['1e-7', 1e-7],
      ['-3', -3],
      ['Infinity', Infinity],
    ] as const)
      assert.equal(recordedValue(text), value);
    for (const text of ['', ' ', 'null', 'None', '[1]', '0x10', '0,9', '1.2.3', '90 %', null])
      assert.equal(typeof recordedValue(text), 'object', String(text));
    for (const value of [0, 0.1 + 0.2, 1e21, 5e-324, Number.MAX_VALUE, -Infinity])
      assert.equal(recordedValue(String(value)), value);
  });

  it('rules that do not parse, or give no true or false, are errors', () => {
    assert.throws(() => parseRules('metrics.a >'), /rule 1: it ends before it is complete/);
    assert.throws(() => parseRules('metrix.a > 1'), /metrix/);
    assert.throws(() => parseRules('# nothing'), /there are no rules/);
    assert.throws(() => gate('metrics.a', { a: 1 }), /gives a number, not true or false/);
  });

  it('a condition that reads no metric is an error: it would pass or fail every model', () => {
    for (const rule of [
      'true',
      '0.9 > 0.5',
      '"metrics.loss" != "x"',
      'metrics.a > 0 && 1 < 2',
      '[0.5].all(x, x < 1.0)',
    ])
      assert.throws(() => parseRules(rule), /rule 1: '.*' does not read a metric/, rule);
    assert.throws(() => parseRules('metrics.a > 0 && 1 < 2'), /'1 < 2'.*\n {4}metrics\.a > 0 && 1 < 2\n {21}\^$/);
    assert.equal(gate('size(baseline) > 0 && metrics.a > 0', { a: 1 }, { a: 1 }).verdict, 'pass');
    for (const rule of ['size(baseline) > 0', 'baseline.a >= 0.9', 'baseline.a >= 0.9 && baseline.b > 1'])
      assert.throws(() => parseRules(rule), /it reads 'baseline' alone/, rule);
    assert.equal(gate('metrics.a > 0\nhas(metrics.b) ? metrics.b > 1 : true', { a: 1 }).verdict, 'pass');
  });

  it('judges the rule that was written, with its parentheses and digits', () => {
    const rule = 'metrics.accuracy - (baseline.accuracy + 0.01) >= 0.0';
    assert.equal(gate(rule, { accuracy: 0.9 }, { accuracy: 0.905 }).verdict, 'fail');
    assert.equal(gate(rule, { accuracy: 0.92 }, { accuracy: 0.905 }).verdict, 'pass');
    assert.equal(gate('metrics.p > 0.000000000049', { p: 0.00000000005 }).verdict, 'pass');
    assert.equal(gate('metrics.p > 0.000000000051', { p: 0.00000000005 }).verdict, 'fail');
    const [condition, other] = gate('( metrics.a > 1 && (metrics.b<2) )', { a: 2, b: 1 }).rules[0]!.conditions;
    assert.deepEqual([condition!.condition.text, other!.condition.text], ['metrics.a > 1', '(metrics.b<2)']);
    const text = `metrics["a && (b"] > 0 && (has(metrics.b) || metrics["\\"("] > 0) && metrics.a > 1`;
    assert.equal(gate(text, { 'a && (b': 1, a: 2, '"(': 1 }).rules[0]!.conditions.length, 3);
  });

  it('counts with whole numbers as with others: nothing is rounded', () => {
    for (const rule of [
      'metrics.flag * 9 / 10 == 9 / 10',
      'metrics.flag - 9 / 10 < 0.2',
      'metrics.flag == 1',
      'metrics.flag != 2',
      '1 == metrics.flag',
    ])
      assert.equal(gate(rule, { flag: 1 }).verdict, 'pass', rule);
    for (const rule of [
      'metrics.flag in [0, 1]',
      'metrics.flag % 2 == 1',
      'size(metrics) == 1 && metrics.flag == 1',
      '[4, 5][1] == metrics.flag + 4',
    ])
      assert.equal(gate(rule, { flag: 1 }).verdict, 'pass', rule);
    assert.equal(gate('metrics.accuracy >= 9 / 10', { accuracy: 0.1 }).verdict, 'fail');
    for (const rule of [
      'size(metrics) / 2 > 0',
      '[size(metrics), 1.5][0] / 2 > 0',
      'size(metrics) / size(baseline) > 0',
    ])
      assert.throws(
        () => gate(rule, { a: 1 }, { a: 1 }),
        /rule 1: a division of whole numbers drops the remainder/,
        rule,
      );
    assert.equal(gate('double(size(metrics)) / 2 == 0.5 && metrics.a == 1', { a: 1 }).verdict, 'pass');
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
    const model = (version: ModelChoice) => ({ kind: 'model', name: 'churn', version });
    assert.deepEqual(parseBaseline('model:churn'), model({ kind: 'latest' }));
    assert.deepEqual(parseBaseline('model:churn@latest'), model({ kind: 'latest' }));
    assert.deepEqual(parseBaseline('model:churn:7'), model({ kind: 'version', version: '7' }));
    const production = model({ kind: 'tag', tag: 'stage', value: 'Production' });
    assert.deepEqual(parseBaseline('model:churn@stage=Production'), production);
    assert.deepEqual(parseBaseline('endpoint:live'), { kind: 'endpoint', name: 'live' });
    assert.deepEqual(parseBaseline('job:train-1'), { kind: 'job', name: 'train-1' });
    assert.deepEqual(parseBaseline('build:previous'), { kind: 'build', id: 'previous' });
    assert.deepEqual(parseBaseline('build:42'), { kind: 'build', id: '42' });
    assert.deepEqual(parseBaseline('file:out/m.json'), { kind: 'file', path: 'out/m.json' });
  });

  it('has to be given when a rule reads it', () => {
    const rules = parseRules('metrics.a > 1\nmetrics.a > baseline.a');
    assert.throws(() => requireBaselineFor(rules, { kind: 'none' }), /Rule 2 reads 'baseline'/);
    requireBaselineFor(rules, { kind: 'job', name: 'j' });
    requireBaselineFor(parseRules('metrics.a > 1'), { kind: 'none' });
  });

  it('refuses the rest with what is allowed', () => {
    for (const wrong of ['churn', 'model:', 'model:a@stable', 'model:a:x', 'endpoint:', 'job:', 'build:last', 'file:'])
      assert.throws(() => parseBaseline(wrong), /allowed are 'none'/);
  });
});
