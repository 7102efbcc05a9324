import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge, type Verdict } from '../../../lib/gate/verdict.ts';
import { plainValues } from '../../../lib/rules/condition.ts';
import { NothingToCompare, ValueMissing } from '../../../lib/rules/left-out.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const verdict = (rule: string, value: number, baseline?: number): Verdict =>
  judge(
    parseRules(rule, GATE_VARIABLES),
    measured({ m: value }),
    baseline === undefined ? undefined : measured({ m: baseline }),
  ).verdict;

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const direction = fc.constantFrom('higher', 'lower');
const amount = fc.double({ min: 0, max: 10, noNaN: true }).map((number) => number.toFixed(6));
const option = fc.oneof(
  fc.constant(''),
  amount.map((number) => `, tolerance ${number}`),
  amount.map((number) => `, ${number} %`),
  amount.map((number) => `, by ${number}`),
  fc.constant(', strictly'),
);
const limit = fc.option(value.map((number) => number.toFixed(3)));

describe('rules of the short form', () => {
  it('never turn a pass into a fail when the metric gets better', () => {
    fc.assert(
      fc.property(direction, option, limit, value, value, value, (better, more, most, one, other, baseline) => {
        const limited = most === null ? '' : `, at ${better === 'higher' ? 'least' : 'most'} ${most}`;
        const rule = `m: ${better}${more}${limited}`;
        const [worse, best] = one < other === (better === 'higher') ? [one, other] : [other, one];
        if (verdict(rule, worse, baseline) === 'pass') assert.equal(verdict(rule, best, baseline), 'pass', rule);
        if (verdict(rule, worse) !== 'fail') assert.notEqual(verdict(rule, best), 'fail', rule);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never turn a pass into a fail when more is tolerated, unless a tolerance is beyond the baseline itself', () => {
    fc.assert(
      fc.property(direction, amount, amount, value, value, (better, one, other, candidate, baseline) => {
        const [less, more] = [one, other].sort((a, b) => Number(a) - Number(b)) as [string, string];
        fc.pre(Number(more) < Math.abs(baseline));
        if (verdict(`m: ${better}, tolerance ${less}`, candidate, baseline) === 'pass')
          assert.equal(verdict(`m: ${better}, tolerance ${more}`, candidate, baseline), 'pass');
      }),
    );
  });

  it('fail a worse model where the tolerance is beyond the baseline itself, and say so', () => {
    const judged = (rule: string, candidate: number, baseline: number) =>
      judge(parseRules(rule, GATE_VARIABLES), measured({ m: candidate }), measured({ m: baseline }));
    for (const [rule, candidate, baseline] of [
      ['m: higher, tolerance 5', 0.1, 0.9],
      ['m: higher, tolerance 5', 0.899, 0.9],
      ['m: higher, tolerance 0.9', 0.5, 0.9],
      ['m: lower, tolerance 5', 0.31, 0.3],
      ['m: higher, tolerance 2', -0.4, -0.3],
    ] as const) {
      const { verdict: found, rules } = judged(rule, candidate, baseline);
      assert.equal(found, 'fail', rule);
      assert.match(rules[0]!.conditions[0]!.reason!, /the metric is worse, and a tolerance of [\d.]+ is /);
    }
    assert.match(judged('m: lower, tolerance 5', 0.31, 0.3).rules[0]!.conditions[0]!.reason!, /'5 %' would be a share/);
    for (const [rule, candidate, baseline] of [
      ['m: higher, tolerance 5', 0.9, 0.9],
      ['m: higher, tolerance 5', 0.95, 0.9],
      ['m: lower, tolerance 5', 0.2, 0.3],
      ['m: lower, tolerance 0.01', 0.009, 0.002],
      ['m: lower, tolerance 2', 3, 1],
      ['m: lower, tolerance 5', 4, 0],
      ['m: higher, tolerance 0.02', -0.01, 0],
      ['m: lower, tolerance 5', 104, 100],
    ] as const)
      assert.equal(judged(rule, candidate, baseline).verdict, 'pass', `${rule}: ${candidate} against ${baseline}`);
  });

  it('pass at a tie, and fail at it when they are strict', () => {
    fc.assert(
      fc.property(direction, value, (better, same) => {
        assert.equal(verdict(`m: ${better}`, same, same), 'pass');
        assert.equal(verdict(`m: ${better}, strictly`, same, same), 'fail');
      }),
    );
  });

  it('compare in the direction that is written', () => {
    const cases: [rule: string, candidate: number, baseline: number, verdict: Verdict][] = [
      ['m: higher', 0.91, 0.9, 'pass'],
      ['m: higher', 0.89, 0.9, 'fail'],
      ['m: lower', 0.29, 0.3, 'pass'],
      ['m: lower', 0.31, 0.3, 'fail'],
      ['m: higher, tolerance 0.005', 0.895, 0.9, 'pass'],
      ['m: higher, tolerance 0.005', 0.8949, 0.9, 'fail'],
      ['m: lower, 1 %', 0.303, 0.3, 'pass'],
      ['m: lower, 1 %', 0.3031, 0.3, 'fail'],
      // A percentage is one of the size, also below zero.
      ['m: higher, 10 %', -11, -10, 'pass'],
      ['m: higher, 10 %', -11.1, -10, 'fail'],
      ['m: higher, by 0.01', 0.91, 0.9, 'pass'],
      ['m: higher, by 0.01', 0.9099, 0.9, 'fail'],
      ['m: lower, at most 0.2', 0.25, 0.3, 'fail'],
      ['m: higher, at least 0.9', 0.9, 0.8, 'pass'],
    ];
    for (const [rule, candidate, baseline, expected] of cases)
      assert.equal(verdict(rule, candidate, baseline), expected, `${rule}: ${candidate} against ${baseline}`);
  });

  it('without a baseline judge the limit alone', () => {
    assert.equal(verdict('m: higher', 0.1), 'noBaseline');
    assert.equal(verdict('m: higher, at least 0.9', 0.95), 'noBaseline');
    assert.equal(verdict('m: higher, at least 0.9', 0.1), 'fail');
  });
});

/** Conditions that read nothing. */
const { constant } = fc.letrec<{ constant: string }>((tie) => ({
  constant: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('true', 'false', '1 < 2', '0.9 >= 0.5', '"a" == "a"', '[1, 2].all(x, x > 0.0)', 'size([1]) == 1'),
    fc.tuple(tie('constant'), fc.constantFrom('&&', '||'), tie('constant')).map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('constant').map((inner) => `!(${inner})`),
  ),
}));

describe('a rule, or a part of one, that reads nothing', () => {
  it('is an error, and never passes', () => {
    fc.assert(
      fc.property(constant, fc.constantFrom('&&', '||'), fc.boolean(), (part, operator, isFirst) => {
        const metric = 'metrics.m > 0.5';
        for (const rule of [part, isFirst ? `${part} ${operator} ${metric}` : `${metric} ${operator} ${part}`])
          assert.throws(() => parseRules(rule, GATE_VARIABLES), /RuleInvalid|does not read a metric/, rule);
      }),
    );
  });

  it('does not pass by reading every metric of a model that has none', () => {
    for (const rule of ['metrics.all(k, metrics[k] > 0)', 'size(metrics) == 0'])
      assert.throws(
        () => judge(parseRules(rule, GATE_VARIABLES), measured({}), measured({})),
        /has no metrics, and the rule reads every metric/,
      );
  });
});

describe('a rule that every model passes', () => {
  for (const rule of [
    'metrics.all(k, true)',
    'metrics.exists(k, k != "")',
    'metrics.filter(k, metrics[k] > 0.9).size() >= 0',
    'metrics.map(k, 1.0).size() > 0',
    'metrics.map(k, 1.0).size() == 2',
    '[metrics.a].all(x, true)',
    '[metrics.a].all(x, x > 5 || true)',
    '[1, 2].all(x, x > 0 || x < 5) || metrics.a > 5',
    'size(metrics) >= 0',
    'size(metrics) > 0',
    'size(baseline) >= 0 || metrics.a > 5',
    'metrics != {}',
    'metrics != baseline',
    '[metrics.a] != [metrics.b]',
    'metrics.a != 5 || metrics.a == 5',
    'metrics.a in [metrics.a]',
    'metrics.a - metrics.a == 0',
    'metrics.a * 0 == 0',
    'metrics.a != metrics.a + 1',
    '[metrics.a].size() == 1',
    '[metrics.a, 5.0][1] == 5',
    'has(metrics.a) != !has(metrics.a)',
    'lowest(metrics.loss) <= metrics.loss',
    'highest(metrics.loss) >= at(metrics.loss, 5)',
    'lowest(metrics.loss) <= highest(metrics.loss)',
    'spread(metrics["*"]) >= 0',
    'ratio(metrics.slices["*"].recall) <= 1',
    'min(metrics.slices["*"].recall) <= metrics.slices.old.recall',
    'metrics.all(k, metrics[k] >= metrics[k] - 1)',
  ])
    it(`is an error: ${rule}`, () => {
      assert.throws(() => parseRules(rule, GATE_VARIABLES), /RuleInvalid|rule 1: /);
    });
});

describe('a rule that some model does not pass', () => {
  for (const rule of [
    'metrics.flag == 1',
    'metrics.flag != 1',
    'metrics.a in [1, 2]',
    '!(metrics.a in [1, 2])',
    'metrics.all(k, metrics[k] > 0)',
    'metrics.exists(k, metrics[k] != 5)',
    'metrics.filter(k, metrics[k] > 0.9).size() >= 3',
    'metrics.all(k, metrics[k] >= baseline[k])',
    '[metrics.a, metrics.b].all(x, x > 0.5)',
    '[metrics.a, metrics.b].all(x, x > 0.5 && x < 1)',
    'metrics.map(k, metrics[k]).exists(v, v > 0.5 || v < -1)',
    'size(metrics) == 2 && metrics.a > 5',
    'size(baseline) == 0 || metrics.a > baseline.a',
    'metrics.a != baseline.a',
    'metrics.a != baseline.a + 0.1',
    'metrics.a + metrics.b != 3',
    'metrics.a % 2 == 0',
    'metrics.loss <= lowest(metrics.loss)',
    'metrics.loss - lowest(metrics.loss) < 0.01',
    'spread(metrics.slices["*"].recall) > 0',
    'ratio(metrics.slices["*"].rate) >= 0.8',
    'has(metrics.a) == has(metrics.b) && metrics.a > 5',
  ])
    it(`is judged: ${rule}`, () => {
      assert.equal(parseRules(rule, GATE_VARIABLES).length, 1);
    });
});

describe('rules over other variables than the gate’s', () => {
  const holds = (rule: string, values: Record<string, Record<string, number> | undefined>): unknown => {
    const [condition] = parseRules(rule, ['candidate', 'live', 'answers'])[0]!.conditions;
    return condition!.evaluate(plainValues(condition!, values)).value;
  };

  it('compare the first with the second in the short form', () => {
    const live = { p95: 100 };
    assert.equal(holds('p95: lower, 20 %', { candidate: { p95: 120 }, live }), true);
    assert.equal(holds('p95: lower, 20 %', { candidate: { p95: 121 }, live }), false);
    assert.throws(() => holds('p95: lower', { candidate: { p95: 1 }, live: undefined }), NothingToCompare);
    assert.throws(() => holds('p96: lower', { candidate: { p95: 1 }, live }), ValueMissing);
    assert.equal(
      holds('candidate.p95 <= 50 || candidate.p95 <= live.p95', { candidate: { p95: 60 }, live: undefined }),
      false,
    );
    assert.throws(() => holds('lowest(candidate.p95) < 1', { candidate: { p95: 0 }, live }), ValueMissing);
  });
});
