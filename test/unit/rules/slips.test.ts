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
  ['metrics.auc >= 98% baseline.auc', 'metrics.auc >= 0.98 * baseline.auc', '98%'],
  ['metrics.auc >= 98 % of baseline.auc', 'metrics.auc >= 0.98 * baseline.auc', '98 %'],
  ['metrics.auc >= 98%(baseline.auc)', 'metrics.auc >= 0.98 * (baseline.auc)', '98%'],
  ['loss <= 105 % baseline.loss', 'metrics.loss <= 1.05 * baseline.loss', '105'],
  ['metrics.auc >= 90 percent', 'metrics.auc >= 0.9', '90 p'],
  ['metrics.f1% > 0.5', 'metrics["f1%"] > 0.5', 'f1%'],
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
  ['-0.5 < metrics.x', '(-0.5) < metrics.x', '-0.5'],
  ['- -0.5 < metrics.x', '(-0.5) < metrics.x', '- -'],
  ['-1e-3 < metrics.x && metrics.y > 1', '(-1e-3) < metrics.x && metrics.y > 1', '-1e'],
  ['metrics.count >= 1,000', 'metrics.count >= 1000', '1,000'],
  ['metrics.count >= 1,000,000', 'metrics.count >= 1000000', '1,000,000'],
  ['metrics.count >= 1.000.000', 'metrics.count >= 1000000', '1.000.000'],
  ['metrics.count >= 1_000', 'metrics.count >= 1000', '1_000'],
  ['metrics.count >= 1 000', 'metrics.count >= 1000', '1 000'],
  ['metrics.auc >= 0,900', 'metrics.auc >= 0.900', ',900'],
  ['count: higher, at least 1,000', 'count: higher, at least 1000', '1,000'],
  ['1. metrics.loss < 0.1', 'metrics.loss < 0.1', '1.'],
  ['2) metrics.loss < 0.1', 'metrics.loss < 0.1', '2)'],
  ['(a) metrics.loss < 0.1', 'metrics.loss < 0.1', '(a)'],
  ['[x] metrics.loss < 0.1', 'metrics.loss < 0.1', '[x]'],
  ['1: metrics.loss < 0.1', 'metrics.loss < 0.1', '1:'],
  ['1. auc: higher', 'auc: higher', '1.'],
  ['metrics.loss != NaN', '!isNaN(metrics.loss)', 'metrics.loss'],
  ['metrics.loss == null || metrics.loss < 1', '!has(metrics.loss) || metrics.loss < 1', 'metrics.loss'],
  [
    'metrics["val/loss"] == None || metrics["val/loss"] < 1',
    '!has(metrics["val/loss"]) || metrics["val/loss"] < 1',
    'me',
  ],
  ['metrics.flag == True', 'metrics.flag == 1', 'metrics.flag'],
  ['metrics.flag is False', 'metrics.flag == 0', 'is'],
  ['metrics.a == true', 'metrics.a == 1', 'metrics'],
  ['metrics.loss < inf', 'isFinite(metrics.loss)', 'metrics.loss'],
  ['auc higher, 1 %', 'auc: higher, 1 %', 'auc'],
  ['auc = higher', 'auc: higher', 'auc'],
  ['metrics["val/auc"]: higher', '"val/auc": higher', 'metrics'],
  ['lowest(loss): lower', 'loss: lower, best', 'lowest'],
  ['metrics.val loss < 1', 'metrics["val loss"] < 1', 'val loss'],
  ['metrics.val_acc% > 1', 'metrics["val_acc%"] > 1', 'val_acc%'],
  ['metrics.recall@10 > 0.5', 'metrics["recall@10"] > 0.5', 'recall@'],
  ['metrics.1st > 0.5', 'metrics["1st"] > 0.5', '1st'],
  ['metrics.in > 1', 'metrics["in"] > 1', 'in >'],
  ['metrics[auc] > 0.5', 'metrics["auc"] > 0.5', 'auc]'],
  ['min(metrics.slices.*.recall) > 0.5', 'min(metrics.slices["*"].recall) > 0.5', '.*'],
  ['metrics.auc between 0.5 and 1', 'metrics.auc >= 0.5 && metrics.auc <= 1', 'metrics.auc'],
  ['metrics.auc -gt 0.5', 'metrics.auc > 0.5', '-gt'],
  ['metrics.auc is at least 0.5', 'metrics.auc >= 0.5', 'is at'],
  ['metrics.auc greater than 0.5', 'metrics.auc > 0.5', 'greater'],
  ['if metrics.auc > 0.5', 'metrics.auc > 0.5', 'if'],
  ['assert metrics.auc > 0.5', 'metrics.auc > 0.5', 'assert'],
  ['&& metrics.auc > 0.5', 'metrics.auc > 0.5', '&&'],
  ['metrics.auc > 0.5, metrics.f1 > 0.5', 'metrics.auc > 0.5 && metrics.f1 > 0.5', ','],
  ['"metrics.auc > 0.5"', 'metrics.auc > 0.5', '"'],
  ["'auc: higher'", 'auc: higher', "'"],
  ["metrics.a > '0.5'", 'metrics.a > 0.5', 'metrics.a'],
  ['0.5 < metrics.a < 1', '0.5 < metrics.a && metrics.a < 1', '0.5'],
  ['metrics.auc > baseline', 'metrics.auc > baseline.auc', 'baseline'],
  ['auc > baseline', 'metrics.auc > baseline.auc', 'auc'],
  ['candidate.auc >= live.auc', 'metrics.auc >= baseline.auc', 'candidate'],
  ['math.abs(metrics.a) > 1', 'abs(metrics.a) > 1', 'math'],
  ['auc: > 0.9', 'metrics.auc > 0.9', '> 0.9'],
  ['"val/auc": >= 0.9', 'metrics["val/auc"] >= 0.9', '>='],
  ['rule one: metrics.auc > 0.5', 'metrics.auc > 0.5', 'metrics'],
  ['auc: higher is better', 'auc: higher', 'higher is'],
  ['auc: higher (tolerance: 0.1)', 'auc: higher, tolerance 0.1', 'higher ('],
  ['auc: higher,', 'auc: higher', ','],
  ['auc ≥ 90 % and loss =< 0,5', 'metrics.auc >= 0.9 && metrics.loss <= 0.5', '≥'],
];

/** Rules for which nothing can be guessed. */
const OTHERS: [rule: string, said: RegExp, at: string][] = [
  ['metrics.auc >= 90%1', /'90%' is a percentage, and '%' is the remainder of a division\.$/, '90%'],
  ['metrics.a > metrics.b / 98 % baseline.b', /'98 %' is a percentage/, '98'],
  ['metrics.auc >= (98) % baseline.auc', /'98' is divided for a remainder without reading a metric/, '98'],
  ['metrics.auc >= (90 + 8) % baseline.auc', /'90 \+ 8' is divided for a remainder/, '90'],
  ['metrics.auc >= 9.8e1 % baseline.auc', /is divided for a remainder/, '9.8e1'],
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
  ['auc: better', /'better' is not a direction\. Write auc: higher or auc: lower/, 'better'],
  ['loss: not greater', /Write loss: higher or loss: lower/, 'not'],
  ['loss: minimise', /Write loss: lower/, 'minimise'],
  ['auc: 0.9', /'0\.9' is not a direction\. Write auc: higher or auc: lower/, '0.9'],
  ['loss: lower, at least 0.3', /'at least' contradicts 'lower'\. Write at most 0\.3/, 'at least'],
  ['auc: higher, 100 %', /so nearly every model would pass; '5 %' allows 95 % of the baseline/, '100'],
  ['auc: higher, 95 %', /so 5 % of the baseline would pass/, '95'],
  ['auc: higher, tolerance 50 %', /so 50 % of the baseline would pass/, 'tol'],
  ['loss: lower, 105 %', /so 205 % of the baseline would pass; '5 %' allows 105 %/, '105'],
  ['loss: lower, tolerance 1e300', /the tolerance 1e\+300 is so large that every model would pass/, 'tol'],
  ['loss: lower, 1 %, 2 %', /repeats an earlier option/, '2 %'],
  ['auc: higher, tolerance=0.1', /'tolerance=0\.1' is not an option\. Write tolerance 0\.1\./, 'tolerance'],
  ['auc: higher, >= 90 %', /Write at least 0\.9\./, '>='],
  ['loss: lower, max 0.3', /Write at most 0\.3\./, 'max'],
  ['loss: lower, min 0.3', /'min 0\.3' is not an option\. There are/, 'min'],
  ['auc: higher, 1 percent', /Write 1 %\./, '1 p'],
  ['auc: higher, 1 % better', /Write by 1 %\./, '1 %'],
  ['auc, f1: higher', /'auc, f1' has a comma; write a rule for each metric/, 'auc'],
  ['metrics.auc ^ 2 > 0.5', /'\^' is not an operator of rules; a power is written as a multiplication/, '^'],
  ['metrics.loss > NaN', /'NaN' is not a value of rules; isNaN\(\.\.\.\) asks for it\.$/, 'metrics.loss'],
  ['metrics.auc > 0.5 &&', /it ends before it is complete; a rule is one line/, ''],
  ['has(f1) ? metrics.f1 > 1 : true', /has\(\.\.\.\) is used as in has\(metrics\.f1\)/, 'f1'],
  ['metrics.a > [1]', /does not compare numbers; write a comparison of numbers/, 'metrics'],
  ['metrics.a in metrics.b', /does not compare numbers/, 'metrics'],
  ['metrics.slices.age>60.recall > 0.5', /'recall' is a part of a number; a name with other characters/, 'recall'],
  ['metrics("auc") > 0.5', /'metrics' is not a function; a metric is written metrics\.auc/, 'metrics'],
  ['metrics.a.abs() > 1', /abs\(\.\.\.\) is written around the value/, 'metrics'],
  ['metrics.all(metrics[k] > 0)', /all\(\.\.\.\) is used as in metrics\.all\(k, metrics\[k\] > 0\)/, 'all'],
  [
    'metrics',
    /gives all values, not true or false; compare it with something, as in metrics\.accuracy >= 0\.9/,
    'metrics',
  ],
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
      parseRules(rules, VARIABLES);
    });
});

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
  ])
    it(rule, () => {
      assert.equal(parseRules(rule, VARIABLES).length, 1);
    });
});
