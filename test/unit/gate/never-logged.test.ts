import assert from 'node:assert/strict';
import type { Metrics } from '../../../lib/azureml/metrics.ts';
import { english } from '../../../lib/core/message.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { gateMarkdown } from '../../../lib/report/gate-report.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const gate = (rules: string, candidate: Metrics, baseline?: Metrics) =>
  judge(
    // The last rule compares a value, as some rule has to.
    parseRules(`${rules}\nmetrics.other > 0`, GATE_VARIABLES),
    measured({ ...candidate, other: 1 }),
    baseline && measured(baseline),
  );
const warnings = (rules: string, candidate: Metrics, baseline?: Metrics): string[] =>
  gate(rules, candidate, baseline)
    .warnings.map(english)
    .filter((one) => one.includes('If you meant'));

describe('a metric that may be missing and was never logged', () => {
  it('is reported when another one is spelt like it', () => {
    const logged = { f1_score: 0.2, auc: 0.9 };
    assert.deepEqual(warnings('has(metrics.f1_scor) ? metrics.f1_scor > 0.5 : true', logged), [
      "Rule 1 does not need the metric 'f1_scor', and neither the candidate nor the baseline has it. If you meant 'f1_score', correct the rule.",
    ]);
    assert.match(
      warnings('metrics.auc > 0\n"F1-score": higher, optional', logged, logged).join(),
      /^Rule 2 .*'f1_score'/,
    );
    assert.match(
      warnings('!has(metrics.accuracy) || metrics.accuracy > 1', { 'val/accuracy': 0 }).join(),
      /'val\/accuracy'/,
    );
    assert.match(
      warnings('has(baseline.acu) ? metrics.auc >= baseline.acu : metrics.auc >= 0.5', logged).join(),
      /'auc'/,
    );
    const markdown = gateMarkdown(gate('f1_scor: higher, optional', logged, logged), {
      candidate: 'job j',
      candidateUrl: '',
      baseline: undefined,
    });
    assert.match(markdown, /⚠️ Rule 1 does not need the metric/);
  });

  it('is not, when either has it, nothing is like it, or only a number in it differs', () => {
    const rule = (name: string): string => `"${name}": higher, optional`;
    assert.deepEqual(warnings(rule('f1_scor'), { f1_score: 1 }, { f1_scor: 1 }), []);
    assert.deepEqual(warnings(rule('precision'), { f1: 1 }, { f1: 1 }), []);
    assert.deepEqual(warnings(rule('recall_at_5'), { recall_at_10: 1 }, { recall_at_10: 1 }), []);
    assert.deepEqual(warnings(rule('f1'), { f2: 1 }, { f2: 1 }), []);
    assert.deepEqual(warnings('has(metrics.f1) ? metrics.f1 > 0 : true', { f1: 1 }), []);
  });
});
