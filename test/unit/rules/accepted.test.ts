import assert from 'node:assert/strict';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

describe('a rule that looks like a slip but is none', () => {
  for (const rule of [
    '(-metrics.loss) > -0.5',
    'metrics.flag % 2 == 1',
    'metrics.f1 % 2 == 1',
    'metrics["a"] % 2 == 1',
    '(metrics.a + 1) % 2 == 0',
    'metrics.flag in [0, 1]',
    'metrics.flag == 1',
    'metrics["a = b"] > 1',
    'metrics["not, 90% and more"] > 1',
    'metrics["a#b"] > 0.9 # a comment',
    'metrics.auc > 0.9 // a comment: and = 90%',
    'at(metrics.loss, 100) < 0.5',
    'has(metrics.f1) ? metrics.f1 > 0.5 : true',
    '!has(metrics.f1) || metrics.f1 > 0.5',
    'metrics.order >= 0.9',
    '"val/loss": lower, 1 %',
    'precision and recall: higher',
    '"auc" : higher',
    'auc : higher, 1 %',
    'auc: higher, 49.9 %',
    'auc: higher, by 60 %',
    'metrics.y > 1 && -0.5 < metrics.x',
    'metrics.gt > 0.5',
    'metrics.is >= 0.5',
    'metrics.is_better == 1',
    'metrics.a in [1, 2, 100]',
    'metrics.a in [100,200]',
    '1 : higher',
    'where: higher',
    'has(metrics.a) == true && metrics.a > 1',
    'metrics["1,000"] > 0.5',
    'metrics["__pf__.lines.completed"] > 3',
  ])
    it(rule, () => {
      assert.equal(parseRules(rule, GATE_VARIABLES).length, 1);
    });
});
