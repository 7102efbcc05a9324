import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { measured } from '../../../lib/gate/measured.ts';
import { judge, type Verdict } from '../../../lib/gate/verdict.ts';
import { parseRules, type Rule } from '../../../lib/rules/rules.ts';

/** Of `auc` more is better, of `loss` less. */
interface Model {
  auc: number;
  loss: number;
}

const number = fc.double({ min: -100, max: 100, noNaN: true }).map((value) => Number(value.toFixed(3)));
const positive = fc.double({ min: 0.001, max: 10, noNaN: true }).map((value) => value.toFixed(3));
const text = (value: number): string => (value < 0 ? `(${value.toFixed(3)})` : value.toFixed(3));
const model: fc.Arbitrary<Model> = fc.record({ auc: number, loss: number });

/** Calculations that are never less for a better model. */
const { rising } = fc.letrec<{ rising: string }>((tie) => ({
  rising: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom('metrics.auc', '(-metrics.loss)', '(1.0 - metrics["loss"])', '(metrics.auc - baseline.auc)'),
    fc.tuple(tie('rising'), positive).map(([sum, by]) => `${sum} * ${by}`),
    fc.tuple(tie('rising'), positive).map(([sum, by]) => `${sum} / ${by}`),
    fc.tuple(tie('rising'), tie('rising')).map(([a, b]) => `(${a} + ${b})`),
    fc.tuple(tie('rising'), positive).map(([a, b]) => `(${a} - ${b})`),
    fc.tuple(tie('rising'), tie('rising')).map(([a, b]) => `(${a} - (0 - ${b}))`),
  ),
}));

/** Conditions that a better model passes as well as a worse one, and conditions that it fails as well. */
const { wanted, unwanted } = fc.letrec<{ wanted: string; unwanted: string }>((tie) => {
  const sides = fc.tuple(
    rising,
    fc.oneof(number.map(text), fc.constantFrom('baseline.auc', '(0 - baseline.loss)')),
    fc.boolean(),
  );
  const compared = (more: [string, string], less: [string, string]) =>
    fc.tuple(sides, fc.boolean()).map(([[sum, limit, isTurned], isStrict]) => {
      const [straight, turned] = [more[Number(isStrict)]!, less[Number(isStrict)]!];
      return isTurned ? `${limit} ${turned} ${sum}` : `${sum} ${straight} ${limit}`;
    });
  const joined = (of: 'wanted' | 'unwanted') =>
    fc.tuple(tie(of), fc.constantFrom('&&', '||'), tie(of)).map(([a, by, b]) => `(${a} ${by} ${b})`);
  return {
    wanted: fc.oneof(
      { maxDepth: 4 },
      compared(['>=', '>'], ['<=', '<']),
      joined('wanted'),
      tie('unwanted').map((inner) => `!(${inner})`),
    ),
    unwanted: fc.oneof(
      { maxDepth: 4 },
      compared(['<=', '<'], ['>=', '>']),
      joined('unwanted'),
      tie('wanted').map((inner) => `!(${inner})`),
    ),
  };
});

/** Rules that hold for every model, or for none, are refused. */
function parsed(rule: string): Rule[] | undefined {
  try {
    // A rule that begins with a minus sign is refused.
    return parseRules(rule.startsWith('(') ? rule : `(${rule})`, GATE_VARIABLES);
  } catch (error) {
    assert.match(String(error), /holds whatever|with itself|it reads 'baseline' alone/, rule);
    return undefined;
  }
}

const verdict = (rules: Rule[], candidate: Model | Record<string, number>, baseline?: Model): Verdict =>
  judge(rules, measured({ ...candidate }), baseline && measured({ ...baseline })).verdict;

describe('a better metric', () => {
  it('never turns a pass into a fail, however comparisons are joined, negated and calculated', function () {
    this.timeout(120_000);
    let refused = 0;
    let passed = 0;
    fc.assert(
      fc.property(wanted, model, model, model, (rule, one, other, baseline) => {
        const rules = parsed(rule);
        if (!rules) return void refused++;
        const worse = { auc: Math.min(one.auc, other.auc), loss: Math.max(one.loss, other.loss) };
        const better = { auc: Math.max(one.auc, other.auc), loss: Math.min(one.loss, other.loss) };
        if (verdict(rules, worse, baseline) === 'pass') {
          passed++;
          assert.equal(verdict(rules, better, baseline), 'pass', rule);
        }
        // Without a baseline a part may be left out; what is left is as monotone.
        if (verdict(rules, worse) !== 'fail') assert.notEqual(verdict(rules, better), 'fail', rule);
        if (verdict(rules, worse) === 'pass') assert.equal(verdict(rules, better), 'pass', rule);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(refused < 1_000 && passed > 300, `${refused} refused, ${passed} passed`);
  });

  it('never turns a pass into a fail over all metrics, and over lists', () => {
    const macros = fc.constantFrom(
      ...['metrics.all(k, metrics[k] > C)', '[metrics.auc, -metrics.loss].all(x, x >= C)'],
      ...[
        'metrics.exists(k, metrics[k] > C)',
        '!metrics.all(k, metrics[k] <= C)',
        '!metrics.exists(k, metrics[k] < C)',
      ],
      ...['metrics.filter(k, metrics[k] > C).size() >= 2', '[metrics.auc].exists(x, x > C || x > baseline.auc)'],
      'min(metrics["*"]) > C',
      'max(metrics["*"]) > C',
    );
    fc.assert(
      fc.property(macros, number, model, model, (macro, limit, one, other) => {
        const rules = parsed(macro.replace('C', text(limit)))!;
        const isNegated = macro.includes('-metrics.loss');
        const [low, high] = [Math.min(one.loss, other.loss), Math.max(one.loss, other.loss)];
        const worse = { auc: Math.min(one.auc, other.auc), loss: isNegated ? high : low };
        const better = { auc: Math.max(one.auc, other.auc), loss: isNegated ? low : high };
        const baseline = { auc: 1_000, loss: 0 };
        if (verdict(rules, worse, baseline) === 'pass') assert.equal(verdict(rules, better, baseline), 'pass', macro);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a rule over all metrics', () => {
  const values = fc.dictionary(fc.constantFrom('a', 'b', 'slices.x.recall', 'slices.y.recall'), number, { minKeys: 1 });
  const oracle: [macro: string, holds: (all: number[], limit: number) => boolean][] = [
    ['metrics.all(k, metrics[k] > C)', (all, c) => all.every((x) => x > c)],
    ['metrics.exists(k, metrics[k] > C)', (all, c) => all.some((x) => x > c)],
    ['metrics.exists_one(k, metrics[k] > C)', (all, c) => all.filter((x) => x > c).length === 1],
    ['!metrics.all(k, metrics[k] > C || metrics[k] < C - 1)', (all, c) => !all.every((x) => x > c || x < c - 1)],
    ['!(metrics.exists(k, metrics[k] > C) || metrics.a > C)', (all, c) => !all.some((x) => x > c)],
    ['size(metrics.filter(k, metrics[k] > C)) == 1', (all, c) => all.filter((x) => x > c).length === 1],
    ['max(metrics["*"]) > C', (all, c) => Math.max(...all) > c],
  ];

  it('reads every one of them', () => {
    fc.assert(
      fc.property(fc.constantFrom(...oracle), values, number, ([macro, holds], metrics, limit) => {
        const all = { a: 0, ...metrics };
        const rules = parseRules(macro.replaceAll('C', text(limit)), GATE_VARIABLES);
        assert.equal(verdict(rules, all), holds(Object.values(all), limit) ? 'pass' : 'fail', macro);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never passes a value that is NaN or infinite, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...oracle),
        values,
        number,
        fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        ([macro], metrics, limit, odd) => {
          const rules = parseRules(macro.replaceAll('C', text(limit)), GATE_VARIABLES);
          assert.equal(verdict(rules, { a: 0, ...metrics, odd }), 'fail', macro);
        },
      ),
    );
  });
});

describe('a rule without a baseline', () => {
  it('passes only what passes with every baseline, also under a negation', function () {
    this.timeout(60_000);
    let passed = 0;
    fc.assert(
      fc.property(fc.oneof(wanted, unwanted), model, model, (rule, candidate, baseline) => {
        const rules = parsed(rule);
        if (!rules || verdict(rules, candidate) !== 'pass') return;
        passed++;
        assert.equal(verdict(rules, candidate, baseline), 'pass', rule);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(passed > 100, String(passed));
  });
});
