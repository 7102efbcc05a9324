import assert from 'node:assert/strict';
import { UserError } from '../../../lib/core/errors.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const VARIABLES = ['metrics', 'baseline'];

/** What is wrong with a rule: the sentence, and the character that the caret is below. */
function problemOf(rule: string): { said: string; at: string } {
  try {
    parseRules(rule, VARIABLES);
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'RuleInvalid');
    const [said, shown, caret] = error.message.split('\n');
    return { said: said!.replace(/^.*?rule 1: /, ''), at: shown!.slice(caret!.indexOf('^')) };
  }
  throw new Error(`no error: ${rule}`);
}

/** Rules that another language would understand: what they were probably meant to be, and where the slip is. */
const SLIPS: [rule: string, meant: string, at: string][] = [
  ['- metrics.loss < 0.1', 'metrics.loss < 0.1', '- m'],
  ['-metrics.loss < 0.1', 'metrics.loss < 0.1', '-m'],
  ['* metrics.loss < 0.1', 'metrics.loss < 0.1', '* m'],
  ['– metrics.loss < 0.1', 'metrics.loss < 0.1', '– m'],
  ['-\tmetrics.loss < 0.1', 'metrics.loss < 0.1', '-\tm'],
  ['- auc: higher', 'auc: higher', '- auc'],
  ['metrics.flag = 1', 'metrics.flag == 1', '= 1'],
  ['metrics.flag === 1', 'metrics.flag == 1', '==='],
  ['metrics.auc => 0.9', 'metrics.auc >= 0.9', '=> 0.9'],
  ['metrics.auc =< 0.9', 'metrics.auc <= 0.9', '=< 0.9'],
  ['metrics.auc > = 0.9', 'metrics.auc >= 0.9', '> ='],
  ['metrics.flag <> 1', 'metrics.flag != 1', '<> 1'],
  ['metrics.auc > 0.9 and metrics.loss < 1', 'metrics.auc > 0.9 && metrics.loss < 1', 'and'],
  ['metrics.auc > 0.9 OR metrics.loss < 1', 'metrics.auc > 0.9 || metrics.loss < 1', 'OR'],
  ['metrics.auc > 0.9 & metrics.loss < 1', 'metrics.auc > 0.9 && metrics.loss < 1', '& m'],
  ['metrics.auc > 0.9 | metrics.loss < 1', 'metrics.auc > 0.9 || metrics.loss < 1', '| m'],
  ['not (metrics.auc < 0.9)', '! (metrics.auc < 0.9)', 'not'],
  ['metrics.auc >= 90%', 'metrics.auc >= 0.9', '90%'],
  ['metrics.auc >= 99.5 %', 'metrics.auc >= 0.995', '99.5'],
  ['metrics.auc >= 0,9', 'metrics.auc >= 0.9', ',9'],
  ['auc: higher, tolerance 0,005', 'auc: higher, tolerance 0.005', ',005'],
  ['metrics.auc ≥ 0.9', 'metrics.auc >= 0.9', '≥'],
  ['metrics.loss ≤ baseline.loss × 1.02', 'metrics.loss <= baseline.loss * 1.02', '≤'],
  ['metrics["a"] > 0.9 && metrics[“b”] > 1', 'metrics["a"] > 0.9 && metrics["b"] > 1', '“'],
  ['metrics.auc >= .9', 'metrics.auc >= 0.9', '.9'],
  ['metrics.auc >= 1.', 'metrics.auc >= 1.0', '.'],
  ['metrics.auc >= 0.9;', 'metrics.auc >= 0.9', ';'],
  ['auc >= 0.9', 'metrics.auc >= 0.9', 'auc'],
  ['metric.auc >= 0.9', 'metrics.auc >= 0.9', 'metric.'],
  ['metrics.auc >= basline.auc', 'metrics.auc >= baseline.auc', 'basline'],
  ['metrics.val-loss < 1', 'metrics["val-loss"] < 1', '-loss'],
  ['val/loss < 1', 'metrics["val/loss"] < 1', 'val'],
  ['auc: higher tolerance 0.1', 'auc: higher, tolerance 0.1', 'higher tol'],
  ['metrics.auc: higher, 1 %', 'auc: higher, 1 %', 'metrics'],
  ['auc ≥ 90 % and loss =< 0,5', 'metrics.auc >= 0.9 && metrics.loss <= 0.5', '≥'],
];

/** Rules for which nothing can be guessed. */
const OTHERS: [rule: string, said: RegExp, at: string][] = [
  ['metrics.auc >= $(threshold)', /the variable 'threshold' has no value/, '$('],
  ['auc: higher, at least $(threshold)', /the variable 'threshold' has no value/, '$('],
  ['has(metrics["$(m)"]) ? metrics["$(m)"] > 0.5 : true', /the variable 'm' has no value/, '$(m)'],
  ['"$(m)": higher, optional', /the variable 'm' has no value/, '$(m)'],
  [`"\${{ parameters.m }}": higher, optional`, /the variable in '\$\{\{ parameters\.m \}\}' was not replaced/, '${{'],
  [`metrics.a > \${threshold}`, /'\$\{threshold\}' was not replaced/, '${'],
  ['"$threshold": higher, optional', /'\$threshold' was not replaced/, '$t'],
  ['metrics.a > %threshold%', /'%threshold%' was not replaced/, '%t'],
  ['"{{threshold}}": higher, optional', /'\{\{threshold\}\}' was not replaced/, '{{'],
  ['string(metrics.a) >= "0.9"', /rules compare numbers, so they do not have string\(\.\.\.\)/, 'string'],
  ['metrics.b > 0 && dyn(metrics.a) >= dyn("0.9")', /do not have dyn\(\.\.\.\)/, 'dyn'],
  ['type(metrics.a) == double', /do not have type\(\.\.\.\)/, 'type'],
  [
    'accuracy',
    /'accuracy' is not 'metrics' or 'baseline'\. Write a comparison, as in metrics\.accuracy >= 0\.9/,
    'acc',
  ],
  ['metrics.accuracy', /gives a number, not true or false; compare it with something/, 'metrics'],
  ['!metrics.accuracy', /uses a number as true or false/, '!'],
  ['true', /does not read a metric, so its result is always the same/, 'true'],
  ['metrics.a > 0.9 || true', /'true' does not read a metric/, 'true'],
  ['(metrics.a > 0.9 || 1 < 2) && metrics.b > 1', /'1 < 2' does not read a metric/, '1 < 2'],
  ['metrics.a > 0.9 && true', /'true' does not read a metric/, 'true'],
  ['metrics.a > 0 ? true : metrics.b > 0', /'true' does not read a metric/, 'true'],
  ['has(metrics.a) ? true : true', /'true' does not read a metric/, 'true'],
  ['metrics.a >= metrics.a', /compares 'metrics\.a' with itself/, 'metrics.a'],
  ['metrics.a >= metrics.a - 0.005', /holds whatever the metrics are/, 'metrics'],
  ['metrics.a > 0 || metrics.a <= 0', /holds whatever the metrics are/, 'metrics'],
  ['metrics.a >= "0.9"', /compares a number with text; write numbers without quotes/, 'metrics'],
  ['metrics.a == true', /compares a number with true or false/, 'metrics'],
  ['metrics > 1', /uses all values together; name one of them/, 'metrics'],
  ['0.5 < metrics.a < 1', /compares twice/, '0.5'],
  ['metrics.a >= 1e999', /'1e999' is not a number/, '1e999'],
  ['(metrics.a >= 1', /a '\)' is missing/, ''],
  ['metrics.a >=', /it ends before it is complete/, ''],
  ['highst(metrics.a) > 1', /there is no function 'highst'\. Did you mean 'highest'\?/, 'highst'],
  ['lowest(0.5) > metrics.a', /lowest\(\.\.\.\) is used as in lowest\(metrics\.loss\)/, 'lowest'],
  ['min(metrics.a) > 1', /min\(\.\.\.\) is used as in min\(metrics\.slices\["\*"\]\.recall\)/, 'min'],
  ['metrics.slices["*"].recall > 1', /a name with '\*' has many values/, 'recall'],
  ['metrics.a > 0.9 metrics.b > 1', /two rules on one line/, 'metrics.b'],
  ['auc: higher loss: lower', /two rules on one line/, 'higher loss'],
  ['auc: up', /'up' is not a direction\. Write auc: higher/, 'up'],
  ['auc: 0.9', /'0\.9' is not a direction\. Write auc: higher or auc: lower/, '0.9'],
  ['loss: lower, at least 0.3', /'at least' contradicts 'lower'\. Write at most 0\.3/, 'at least'],
  ['loss: lower, 1 %, 2 %', /says again what is said before/, '2 %'],
  ['loss: lower, tolerrance 1', /'tolerrance 1' is not an option/, 'tolerrance'],
];

describe('a rule that is not meant as it is written', () => {
  for (const [rule, meant, at] of SLIPS)
    it(`is an error with the place and what was meant: ${rule}`, () => {
      const problem = problemOf(rule);
      assert.ok(problem.said.endsWith(`. Write ${meant}`), problem.said);
      assert.ok(problem.at.startsWith(at), `the caret is below '${problem.at}'`);
      parseRules(meant, VARIABLES);
    });

  for (const [rule, said, at] of OTHERS)
    it(`is an error that says what is wrong: ${rule}`, () => {
      const problem = problemOf(rule);
      assert.match(problem.said, said);
      assert.ok(problem.at.startsWith(at), `the caret is below '${problem.at}'`);
    });
});

describe('a rule that looks like a slip but is none', () => {
  for (const rule of [
    '(-metrics.loss) > -0.5',
    'metrics.flag % 2 == 1',
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
  ])
    it(rule, () => {
      assert.equal(parseRules(rule, VARIABLES).length, 1);
    });
});
