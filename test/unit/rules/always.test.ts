import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES, KNOWN_VALUES } from '../../../lib/gate/baseline-choice.ts';
import { parseHealthRules } from '../../../lib/rollout/health.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const parse = (rule: string) => parseRules(rule, GATE_VARIABLES, KNOWN_VALUES);
const REFUSED = /holds whatever the metrics are|does not compare the value|with itself|does not read|passes whenever/;

describe('a rule that is sensible', () => {
  for (const rule of [
    // The name decides for which metrics the comparison is.
    'metrics.all(k, k == "loss" || metrics[k] > 0.5)',
    'metrics.all(k, k != "auc" || metrics[k] > 0.5)',
    'metrics.exists(k, k in ["auc", "f1"] && metrics[k] > 0.8)',
    'metrics.all(k, !(k in ["auc", "f1"]) || metrics[k] > 0.8)',
    'metrics.all(k, k.startsWith("loss") ? metrics[k] < 0.5 : metrics[k] > 0.5)',
    'metrics.all(k, k.startsWith("val/") ? metrics[k] > 0.5 : true)',
    'metrics.all(k, !k.endsWith("loss") || metrics[k] < 0.5)',
    'metrics.all(k, !k.matches("^val_.*loss$") || metrics[k] < 1)',
    'metrics.all(k, !k.matches("(train|val)/[a-z]+[0-9]{2}") || metrics[k] < 1)',
    'metrics.all(k, !k.matches("^(?:a(?=b)){3}x") || metrics[k] < 1)',
    'metrics.all(k, k in baseline ? metrics[k] >= baseline[k] : true)',
    'metrics.all(k, !(k in baseline) || metrics[k] >= baseline[k])',
    'metrics.filter(k, k.startsWith("val/")).all(k, metrics[k] > 0.5)',
    'metrics.filter(k, k != "loss").exists(k, metrics[k] > 0.5)',
    'metrics.filter(k, metrics[k] > 5).all(k, metrics[k] < 9)',
    'metrics.filter(k, metrics[k] > 5).all(k, k != "loss")',
    'metrics.filter(k, k != "loss").filter(k, metrics[k] > 5).all(k, k != "auc")',
    'baseline.filter(k, k in metrics).all(k, metrics[k] >= baseline[k])',
    // How many there are.
    'size(metrics.filter(k, metrics[k] < 0.1)) < 3',
    'size(metrics.filter(k, metrics[k] > 5)) <= 5',
    'metrics.filter(k, metrics[k] > 5).size() < 20',
    'size(metrics.filter(k, metrics[k] < 0.1)) <= 250',
    'size(metrics) >= size(baseline) && metrics.a > 1',
    'size(metrics) <= size(baseline) && metrics.a > 1',
    'size(metrics) == size(baseline) && metrics.a > 1',
    'size(metrics) <= 100 && metrics.a > 1',
    // Numbers that are seldom met together.
    '!(metrics.drift == 1 && metrics.fallback == 0 && metrics.x == 1)',
    'metrics.errors != 3 || metrics.warnings != 7',
    'metrics.a != 3 || metrics.b != 7 || metrics.c != 11 || metrics.d != 13 || metrics.e != 17',
    '!(metrics.a in [11, 12] && metrics.b in [13, 14] && metrics.c in [15, 16] && metrics.d in [17, 18])',
    '!(metrics.a == 2 * baseline.a && metrics.b == 3 * baseline.b && metrics.c == 4 * baseline.c)',
    '!(abs(metrics.a - 0.123) < 0.001 && abs(metrics.b - 0.456) < 0.001 && abs(metrics.c - 0.789) < 0.001)',
    '!(metrics.a > 0.41 && metrics.a < 0.42 && metrics.b > 0.51 && metrics.b < 0.52)',
    '!(lowest(metrics.loss) == 3 && highest(metrics.loss) == 77)',
    '!(spread(metrics.slices["*"].recall) == 0.37)',
    '!(ratio(metrics.slices["*"].rate) == 0.37)',
    '!(has(metrics.a) && has(metrics.b) && metrics.a == 31 && metrics.b == 37)',
    // Nobody knows that it is not below 0.
    'metrics.n >= 0',
    'metrics.p_value <= 1',
    'lowest(metrics.loss) >= 0',
    // What is asked of the paired test.
    'paired.accuracy.low >= -0.01',
    'paired.accuracy.high >= 0',
    'paired.accuracy.difference > 0.02 || paired.accuracy.low > 0',
    'paired.absolute_error.high <= 5',
    'paired.examples >= 1000 && paired.accuracy.low > 0',
    'paired.accuracy.low <= paired.squared_error.low',
  ])
    it(`is judged: ${rule}`, () => {
      assert.equal(parse(rule).length, 1);
    });

  it('is judged, however many metrics have to have a number of their own', () => {
    const number = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 8 }), fc.boolean(), (numbers, isNegated) => {
        const equal = numbers.map((value, index) => `metrics.m${index} ${isNegated ? '==' : '!='} (${value})`);
        parse(isNegated ? `!(${equal.join(' && ')})` : `(${equal.join(' || ')})`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a rule that cannot fail', () => {
  for (const rule of [
    'paired.accuracy.low <= paired.accuracy.high',
    'paired.accuracy.low <= paired.accuracy.difference',
    '!(paired.accuracy.low > paired.accuracy.high)',
    'paired.squared_error.high - paired.squared_error.low >= 0',
    'paired.accuracy.low <= 1',
    'paired.accuracy.difference >= -1',
    'paired.examples >= 1',
    'paired.examples > 0',
    'metrics.all(k, k != "" || metrics[k] > 0.5)',
    'metrics.all(k, k.startsWith("") || metrics[k] > 0.5)',
    'metrics.all(k, k.size() > 0 || metrics[k] > 0.5)',
    'metrics.all(k, k.matches(".*") || metrics[k] > 0.5)',
    'metrics.all(k, k == k || metrics[k] > 0.5)',
    'metrics.all(k, k in metrics || metrics[k] > 0.5)',
    'metrics.exists(k, k == "auc" || metrics[k] > 0.5)',
    'size(metrics.filter(k, metrics[k] < 0.1)) >= 0',
    'size(metrics.filter(k, metrics[k] < 0.1)) <= size(metrics)',
    'metrics.a * metrics.a >= 0',
    'abs(metrics.a) >= 0',
    'abs(metrics.a - baseline.a) >= 0 || metrics.a > 1',
    'metrics.a > 3 || metrics.a != 5',
    '!(metrics.a == 3 && metrics.a == 4)',
    'metrics.a == 3 ? metrics.a > 2 : metrics.a != 3',
    'metrics.a >= baseline.a || metrics.a <= baseline.a',
    'metrics.a >= baseline.a || metrics.a < baseline.a + 1',
    'metrics.a - baseline.a >= 0 || baseline.a - metrics.a >= 0',
    'metrics.a > -1e308',
    'metrics.filter(k, k != "a").all(k, k != "b")',
    'metrics.filter(k, k != "a").all(k, true)',
    'size(metrics.filter(k, k != "a")) >= 0',
    'metrics.filter(k, metrics[k] > 5).all(k, metrics[k] > 5)',
    'metrics.a < 1e308',
    'metrics.a >= baseline.a - 1e300',
    'metrics.a > metrics["a"] - 1',
    'metrics.a > metrics.b || metrics.b > metrics.c || metrics.c >= metrics.a',
    '(metrics.a > 1 ? 1 : 2) > 0',
    '(metrics.a > 1) != (metrics.a <= 1)',
    '[metrics.a, 1].exists(x, x == 1)',
    'metrics.filter(k, metrics[k] > 0).all(k, metrics[k] > -1)',
    'metrics.map(k, metrics[k]).size() == size(metrics)',
  ])
    it(`is an error: ${rule}`, () => {
      assert.throws(() => parse(rule), REFUSED);
    });

  for (const rule of [
    'candidate.p50 <= candidate.p95',
    'candidate.errorRate <= 1',
    'candidate.p95 >= 0',
    'answers.failed <= 1',
    'live.p50 <= live.p99 || candidate.p50 < 1',
  ])
    it(`is an error of a rollout: ${rule}`, () => {
      assert.throws(() => parseHealthRules(rule), REFUSED);
    });

  for (const rule of ['candidate.errorRate < 1', 'candidate.p95 <= 2 * candidate.p50', 'candidate.p95 <= live.p95'])
    it(`is not one of a rollout: ${rule}`, () => {
      assert.equal(parseHealthRules(rule).length, 1);
    });
});
