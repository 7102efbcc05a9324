import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { parseRules } from '../../../lib/rules/rules.ts';
import { problemOf } from './problems.ts';

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
    [
      'has(metrics.a) || has(metrics.b)',
      /Write has\(metrics\.a\) && metrics\.a >= 0\.9 \|\| has\(metrics\.b\) && metrics\.b >= 0\.9$/m,
    ],
    ['!has(metrics.a) || has(metrics.b)', /Write !has\(metrics\.a\) \|\| has\(metrics\.b\) && metrics\.b >= 0\.9$/m],
    ['"f1" in metrics || metrics.auc > 0.9', /Write "f1" in metrics && metrics\.auc > 0\.9$/m],
    [
      '"f1" in metrics || metrics.f1 > 0.9',
      /, or !\("f1" in metrics\) \|\| metrics\.f1 > 0\.9 where it may be missing$/m,
    ],
    ['metrics.exists(k, k in baseline ? metrics[k] > baseline[k] : true)', /does not compare the value of a metric/],
    ['metrics.exists(k, k.startsWith("val/") || metrics[k] > 1)', /does not compare the value of a metric/],
    ['!metrics.all(k, k != "auc" && metrics[k] < 1)', /does not compare the value of a metric/],
    ['has(baseline.auc) || metrics.auc > 0.9', /whenever baseline\.auc is there/],
    ['has(metrics.a) && has(metrics.b)', /whenever metrics\.a is there/],
    ['has(metrics.b) ? has(metrics.a) : metrics.a > 1', /whenever metrics\.b is there/],
    ['has(metrics.a) == has(metrics.b)', /whenever metrics\.a is there/],
    ['isFinite(metrics.loss) || metrics.loss < 1', /passes whenever metrics\.loss is a finite number/],
    ['!isNaN(metrics.loss) || metrics.loss < 1', /passes whenever metrics\.loss is a finite number/],
    ['isFinite(metrics.loss) ? !isNaN(metrics.loss) : metrics.loss < 1', /is a finite number/],
    ['metrics.a > 0.5 ? has(metrics.a) : has(metrics.b)', /whenever metrics\.a is there|as soon as all of them exist/],
    ['has(metrics.a) ? metrics.a > 0.5 || metrics.a <= 0.5 : metrics.b > 1', /as soon as all of them exist/],
    ['size(metrics) >= 2', /does not compare the value of a metric/],
    ['metrics.size() == 2 || metrics.auc > 0.9', /does not compare the value of a metric/],
    ['size(baseline) > 0 || metrics.auc > 0.9', /does not compare the value of a metric/],
    ['"f1" in metrics', /whenever metrics\.f1 is there.*Write "f1" in metrics && metrics\.f1 >= 0\.9/],
  ];
  for (const [rule, said] of refused)
    it(`is an error: ${rule}`, () => {
      assert.match(problemOf(rule).said, said);
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
    '"f1" in metrics ? metrics.f1 > 0.5 : true',
    '"f1" in metrics ? metrics.f1 > 0.5 : metrics.auc > 0.9',
    '!("val/f1" in metrics) || metrics["val/f1"] > 0.5',
    '!("auc" in baseline) || metrics.auc >= baseline.auc',
    'metrics.exists(k, k == "auc" && metrics[k] > 0.8)',
    '!metrics.all(k, k != "auc" || metrics[k] < 1)',
  ])
    it(`is not ${rule}`, () => {
      assert.equal(parseRules(rule, VARIABLES).length, 1);
    });
});

/** Conditions of guards and comparisons. */
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('has(metrics.a)', 'has(metrics.b)', 'has(baseline.a)', 'size(metrics) == 2', 'size(baseline) == 2'),
    fc.constantFrom('isFinite(metrics.a)', 'isNaN(metrics.b)', '"a" in metrics'),
    fc.constantFrom('metrics.exists(k, k == "a" && metrics[k] > 0)', 'metrics.exists(k, k == "b" || metrics[k] > 0)'),
    fc.constantFrom(
      'metrics.all(k, k != "a" || metrics[k] < 0)',
      'metrics.all(k, k in baseline ? metrics[k] > 0 : true)',
    ),
    fc.constantFrom('metrics.a > 0.5', 'metrics.b < 0.2', 'metrics.a >= baseline.a', 'metrics.b - baseline.b < 0.1'),
    tie('condition').map((inner) => `!(${inner})`),
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(([a, by, b]) => `(${a} ${by} ${b})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
  ),
}));

describe('a rule of guards and comparisons that is accepted', () => {
  // Rules say both `< 0` and `> 0`, so one may be false for 0 alone.
  const numbers = [-2, 0, 0.1, 0.3, 0.6, 2];
  const limits = [-3, 0.3, 3];
  /** Every pair, with a third metric and without. */
  const pairs = (values: readonly number[]): Record<string, number>[] =>
    values.flatMap((a) =>
      values.flatMap((b): Record<string, number>[] => [
        { a, b },
        { a, b, c: 0 },
      ]),
    );
  const [worlds, baselines] = [pairs(numbers), pairs(limits).map((one) => measured(one))];

  it('does not pass every model that has all of its metrics', function () {
    this.timeout(120_000);
    let accepted = 0;
    fc.assert(
      fc.property(condition, (rule) => {
        let rules: ReturnType<typeof parseRules>;
        try {
          rules = parseRules(`(${rule})`, GATE_VARIABLES);
        } catch {
          return;
        }
        // Rules that ask only what kind of number it is pass every finite one.
        if (!/[<>]=? ?(?:0|baseline)/.test(rule)) return;
        accepted++;
        const passing = worlds.every((metrics) =>
          baselines.every((baseline) => judge(rules, measured(metrics), baseline).verdict === 'pass'),
        );
        assert.ok(!passing, rule);
      }),
      { numRuns: 600 },
    );
    assert.ok(accepted > 30, String(accepted));
  });
});
