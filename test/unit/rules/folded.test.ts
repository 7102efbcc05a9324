import assert from 'node:assert/strict';
import { parse } from 'yaml';
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

describe('rules that YAML has folded up to a blank line', () => {
  const rules = (yaml: string): string => parse(yaml).rules as string;
  for (const [lines, said, at] of [
    [['metrics.auc >= 0.9 # quality', 'metrics.loss < 0.3', '', 'auc: higher'], /the comment has a rule in it/, '# q'],
    [['auc: higher # quality', 'loss: lower', '', 'f1: higher'], /the comment has a rule in it/, '# q'],
    [['# quality', 'metrics.auc >= 0.9', '', 'f1: higher'], /the comment has a rule in it/, '# q'],
    [['# quality', 'auc: higher, 1 %', '', 'f1: higher'], /the comment has a rule in it/, '# q'],
    [['# quality', 'lowest(metrics["val/loss"]) <= 0.4', '', 'f1: higher'], /the comment has a rule in it/, '# q'],
    [['# a', 'metrics.auc > 0 && metrics.loss < 1', '', 'f1: higher'], /the comment has a rule in it/, '# a'],
    [['# a', 'metrics.auc >= 0.9', 'metrics.loss < 1', '', 'f1: higher'], /the comment has a rule in it/, '# a'],
    [['auc: higher, 1 %', 'loss: lower', '', 'f1: higher'], /two rules on one line/, 'loss'],
    [['auc: higher, optional', '"val/loss": lower', '', 'f1: higher'], /two rules on one line/, '"val'],
    [['auc: higher, tolerance 0.01', 'metrics.loss < 0.3', '', 'f1: higher'], /two rules on one line/, 'metrics.l'],
    [['metrics.loss < 0.3', 'auc: higher', '', 'f1: higher'], /two rules on one line/, 'auc'],
    [['metrics.loss < 0.3', 'metrics.auc > 0.3', '', 'f1: higher'], /two rules on one line/, 'metrics.auc'],
    [['- metrics.auc >= 0.9', '- metrics.loss < 0.3', '', 'f1: higher'], /two rules on one line/, '- m'],
  ] as const)
    it(`are an error that says so: ${lines.join('; ')}`, () => {
      const problem = problemOf(
        rules(`rules: >\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`),
      );
      assert.match(problem.said, said);
      assert.match(problem.said, /rules: > joins lines/);
      assert.ok(problem.at.startsWith(at), problem.at);
    });

  it('are right where each is a paragraph of its own, or goes on in the next line', () => {
    const folded = rules('rules: >\n  metrics.auc >= 0.9 &&\n  metrics.f1 > 0.5\n\n  loss: lower\n');
    assert.deepEqual(
      parseRules(folded, GATE_VARIABLES).map(({ text }) => text),
      ['metrics.auc >= 0.9 && metrics.f1 > 0.5', 'loss: lower'],
    );
  });

  for (const lines of [
    '# metrics.f1 >= 0.8\nauc: higher',
    '# f1: higher, 1 %\nauc: higher',
    '# metrics.f1 >= 0.8 && metrics.loss < 1\nauc: higher',
    '# not yet metrics.f1 >= 0.8\nauc: higher',
    '# - metrics.f1 >= 0.8\nauc: higher',
    '# Commented out for now: metrics.f1 >= 0.8\nauc: higher',
    '# removed metrics.f1 >= 0.8\nauc: higher',
    '# quality: metrics.auc >= 0.9\nauc: higher, at least 0.9',
    'auc: higher # was auc: higher, 1 %\nf1: higher',
    'auc: higher # a point is enough, see metrics.md\nf1: higher',
  ])
    it(`are not ${JSON.stringify(lines)}`, () => {
      assert.ok(parseRules(lines, GATE_VARIABLES).length > 0);
    });
});
