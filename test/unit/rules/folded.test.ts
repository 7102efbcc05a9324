import assert from 'node:assert/strict';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { parseRules } from '../../../lib/rules/rules.ts';
import { problemOf } from './problems.ts';

describe('a rule in one line whose comment has another rule', () => {
  for (const [rule, at] of [
    ['metrics.auc >= 0.9 # quality metrics.loss < 0.3', '# quality'],
    ['auc: higher # quality loss: lower', '# quality'],
    ['auc: higher // of steps "val/loss": lower, 1 % f1: higher', '// of'],
    ['metrics.auc >= 0.9 # 0.3 > metrics.loss', '#'],
    ['metrics.auc >= 0.9 # quality metrics["val/loss"] ≤ 0.3', '#'],
    ['metrics.auc >= 0.9 # quality lowest(metrics.loss) < baseline.loss', '#'],
    ['# quality metrics.auc >= 0.9 metrics.loss < 0.3', '#'],
    ['metrics.auc >= 0.9 # quality metrics.loss < 0.3\n', '#'],
  ] as const)
    it(`is two rules that YAML has folded: ${rule}`, () => {
      const problem = problemOf(rule);
      assert.match(problem.said, /^there are two rules on one line; .* write rules: \| in front of them/);
      assert.ok(problem.at.startsWith(at), problem.at);
    });

  for (const rules of [
    'metrics.auc >= 0.9 # the metrics.auc -> of the last step',
    'metrics.auc >= 0.9 # p < 0.05',
    'metrics.auc >= 0.9 # as metrics and baseline are agreed on',
    'auc: higher # auc: higher is better',
    'metrics.auc >= 0.9 # was metrics.auc >= 0.8\nmetrics.loss < 0.3',
    'metrics.auc >= 0.9\n# loss: lower',
  ])
    it(`is not ${rules}`, () => {
      parseRules(rules, GATE_VARIABLES);
    });
});
