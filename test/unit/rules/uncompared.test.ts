import assert from 'node:assert/strict';
import { parseRules } from '../../../lib/rules/rules.ts';

const VARIABLES = ['metrics', 'baseline'];

describe('a rule that can pass without comparing a metric', () => {
  const refused: [rule: string, said: RegExp][] = [
    ['has(metrics.f1)', /passes whenever metrics\.f1 is there.*Write has\(metrics\.f1\) && metrics\.f1 >= 0\.9/],
    [
      'has(metrics.f1) || metrics.auc > 0.9',
      /whenever metrics\.f1 is there.*Write has\(metrics\.f1\) && metrics\.auc > 0\.9/,
    ],
    [
      'has(metrics.f1) || metrics.f1 > 0.5',
      /Write has\(metrics\.f1\) && metrics\.f1 > 0\.5, or !has\(metrics\.f1\) \|\| metrics\.f1 > 0\.5 where it may be missing/,
    ],
    ['metrics.auc > 0.9 || has(metrics.f1)', /Write metrics\.auc > 0\.9 && has\(metrics\.f1\)/],
    [
      '(metrics.auc > 0.9 || has(metrics["val/f1"])) && metrics.b > 1 || has(metrics.f1)',
      /whenever metrics\.f1 is there/,
    ],
    ['has(baseline.auc) || metrics.auc > 0.9', /whenever baseline\.auc is there/],
    ['has(metrics.a) && has(metrics.b)', /whenever metrics\.a is there/],
    ['has(metrics.b) ? has(metrics.a) : metrics.a > 1', /whenever metrics\.b is there/],
    ['has(metrics.a) == has(metrics.b)', /whenever metrics\.a is there/],
    ['isFinite(metrics.loss) || metrics.loss < 1', /passes whenever metrics\.loss is a finite number/],
    ['!isNaN(metrics.loss) || metrics.loss < 1', /passes whenever metrics\.loss is a finite number/],
    ['isFinite(metrics.loss) ? !isNaN(metrics.loss) : metrics.loss < 1', /is a finite number/],
    ['size(metrics) >= 2', /does not compare the value of a metric/],
    ['metrics.size() == 2 || metrics.auc > 0.9', /does not compare the value of a metric/],
    ['size(baseline) > 0 || metrics.auc > 0.9', /does not compare the value of a metric/],
    ['"f1" in metrics', /does not compare the value of a metric/],
  ];
  for (const [rule, said] of refused)
    it(`is an error: ${rule}`, () => {
      assert.throws(() => parseRules(rule, VARIABLES), said);
    });

  for (const rule of [
    'has(metrics.f1) && metrics.f1 > 0.5',
    'has(metrics.f1) && metrics.auc > 0.9',
    '!has(metrics.f1) || metrics.f1 > 0.5',
    'has(metrics.f1) ? metrics.f1 > 0.5 : true',
    'has(metrics.f1) ? metrics.f1 > 0.5 : metrics.auc > 0.9',
    'has(baseline.auc) ? metrics.auc >= baseline.auc : metrics.auc >= 0.9',
    '!has(baseline.auc) || metrics.auc >= baseline.auc',
    'isNaN(metrics.p) || metrics.p > 0.5',
    'isNaN(metrics.p) ? true : metrics.p > 0.5',
    '!isFinite(metrics.p) || metrics.p > 0.5',
    // What kind of number it is may be all that is asked.
    'isFinite(metrics.loss)',
    '!isNaN(metrics.loss) && isFinite(metrics.f1)',
    'size(metrics) >= 2 && metrics.auc > 0.9',
    'size(baseline) == 0 || metrics.auc >= baseline.auc',
    'metrics.all(k, metrics[k] > 0)',
  ])
    it(`is not ${rule}`, () => {
      assert.equal(parseRules(rule, VARIABLES).length, 1);
    });
});
