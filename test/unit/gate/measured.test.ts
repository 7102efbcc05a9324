import assert from 'node:assert/strict';
import type { RunMetrics } from '../../../lib/azureml/job-metrics.ts';
import type { Metrics } from '../../../lib/azureml/metrics.ts';
import { GATE_VARIABLES } from '../../../lib/gate/baseline-choice.ts';
import { type Measured, measured, measuredByRecord, measuredByRuns } from '../../../lib/gate/measured.ts';
import { parseMetrics } from '../../../lib/gate/metrics-file.ts';
import { judge } from '../../../lib/gate/verdict.ts';
import { parseRules } from '../../../lib/rules/rules.ts';

const step = (name: string, metrics: Metrics, status = 'Completed'): RunMetrics => ({ step: name, metrics, status });
const verdict = (rules: string, candidate: Measured): string =>
  judge(parseRules(rules, GATE_VARIABLES), candidate, undefined).verdict;

describe('metrics of several steps', () => {
  it('have the name of their step in front of theirs, where it is needed and where it is not', () => {
    const found = measuredByRuns([
      step('', {}),
      step('Train', { loss: 0.1, epochs: 60 }),
      step('Evaluate', { loss: 0.2 }),
    ]);
    assert.deepEqual(found.metrics, { 'Train/loss': 0.1, epochs: 60, 'Evaluate/loss': 0.2 });
    for (const rule of [
      'metrics.Train.loss == 0.1',
      'metrics["Evaluate/loss"] == 0.2',
      'metrics["Evaluate.loss"] == 0.2',
      'metrics.epochs == 60',
      'metrics.Train.epochs == 60',
      'max(metrics["*"].loss) == 0.2',
    ])
      assert.equal(verdict(rule, found), 'pass', rule);
    // Which of the two is meant is not decided by chance.
    assert.throws(() => verdict('metrics.loss < 1', found), /no metric 'loss'\. Did you mean 'Train\/loss'\?/);
  });

  it('are never taken for those of another step, however they are called', () => {
    for (const forged of ['Evaluate/accuracy', 'Evaluate.accuracy'])
      for (const logger of ['Train', '']) {
        const found = measuredByRuns([step(logger, { [forged]: 0.99 }), step('Evaluate', { accuracy: 0.1 })]);
        assert.equal(verdict('metrics.Evaluate.accuracy >= 0.9', found), 'fail', `${forged} of '${logger}'`);
        assert.equal(verdict('metrics["Evaluate/accuracy"] >= 0.9', found), 'fail');
        assert.equal(verdict('metrics.accuracy >= 0.9', found), 'fail');
      }
    const twice = measuredByRuns([step('a/b', { c: 0.99 }), step('a', { 'b/c': 0.1, c: 1 })]);
    assert.throws(() => verdict('metrics.a.b.c >= 0.9', twice), /no metric 'a\.b\.c'/);
  });

  it('are not taken for those of a step that did not log them, failed, or has a longer name', () => {
    for (const forged of ['Evaluate/accuracy', 'Evaluate.accuracy'])
      for (const logger of ['Train', ''])
        for (const other of [step('Evaluate', {}), step('Evaluate', { accuracy: 0.1 }, 'Failed')])
          for (const rule of ['metrics.Evaluate.accuracy > 0.9', 'metrics["Evaluate/accuracy"] > 0.9'])
            assert.throws(
              () => verdict(rule, measuredByRuns([step(logger, { [forged]: 0.99 }), other])),
              /has no metric/,
              `${rule}: ${forged} of '${logger}'`,
            );
    const longer = measuredByRuns([step('A', { 'B/x': 0.99 }), step('A/B', { y: 1 })]);
    assert.throws(() => verdict('metrics.A.B.x > 0.9', longer), /has no metric/);
    // A step may repeat its own name.
    assert.equal(verdict('metrics.Train.loss == 1', measuredByRuns([step('Train', { 'Train/loss': 1 })])), 'pass');
  });

  it('of a step that failed or was cancelled do not count, and the message says so', () => {
    for (const status of ['Failed', 'Canceled']) {
      const found = measuredByRuns([step('Train', { loss: 0.1 }), step('Evaluate', { accuracy: 0.99 }, status)]);
      assert.deepEqual(found.notCounted, [{ step: 'Evaluate', status, names: ['accuracy'] }]);
      for (const rule of ['metrics.accuracy >= 0.9', 'metrics.Evaluate.accuracy >= 0.9'])
        assert.throws(() => verdict(rule, found), new RegExp(`the step 'Evaluate' logged it, but is ${status}`));
    }
    const retried = measuredByRuns([step('Old', { loss: 9 }, 'Failed'), step('New', { loss: 0.1 })]);
    assert.equal(verdict('metrics.loss == 0.1', retried), 'pass');
  });
});

describe('values over time', () => {
  const points = [0.9, 0.2, Number.NaN, 0.4].map((value, index) => ({ step: index * 10, value }));
  const found: Measured = { ...measured({ loss: 0.4 }), histories: { loss: { points, isCut: false } } };

  it('are the last one, the lowest and highest, or the one of a step', () => {
    for (const rule of [
      'metrics.loss == 0.4',
      'lowest(metrics.loss) == 0.2',
      'highest(metrics.loss) == 0.9',
      'at(metrics.loss, 10) == 0.2',
      'metrics.loss - lowest(metrics.loss) < 0.3',
    ])
      assert.equal(verdict(rule, found), 'pass', rule);
  });

  it('that are not there, not numbers or not complete never pass', () => {
    assert.throws(
      () => verdict('at(metrics.loss, 11) < 9', found),
      /is not logged at step 11; the rule needs a number/,
    );
    assert.equal(verdict('at(metrics.loss, 20) < 9', found), 'fail');
    const cut = { ...found, histories: { loss: { points, isCut: true } } };
    assert.throws(() => verdict('lowest(metrics.loss) < 9', cut), /history is too long to be read/);
    assert.throws(() => verdict('lowest(metrics.loss) < 9', measured({ loss: 1 })), /is without a history/);
    const nothing = { loss: { points: [{ step: 0, value: Number.NaN }], isCut: false } };
    assert.equal(verdict('lowest(metrics.loss) < 9', { ...found, histories: nothing }), 'fail');
  });
});

const named = (old: number): Metrics => ({ 'slices.old.recall': old, 'slices.young.recall': 0.5 });

describe('slices', () => {
  const file = (content: unknown): Measured => parseMetrics(JSON.stringify(content), 'm.json');
  const recall = (old: number, young: number): Measured =>
    file({ slices: { 'age>60': { recall: old }, 'age<=60': { recall: young } } });

  it('are read by their names, and compared with each other', () => {
    const rules = `metrics.slices['age>60'].recall >= 0.8
      min(metrics.slices["*"].recall) >= 0.8
      max(metrics.slices["*"].recall) < 1
      spread(metrics.slices["*"].recall) < 0.11
      ratio(metrics.slices["*"].recall) >= 0.8`;
    assert.equal(verdict(rules, recall(0.8, 0.9)), 'pass');
    assert.equal(verdict(rules, recall(0.7, 0.9)), 'fail');
  });

  it('that two steps logged, or one that failed, are not passed over', () => {
    const slices = (old: number): Metrics => ({ 'slices.old.recall': old });
    const young = step('Young', { 'slices.young.recall': 0.9 });
    for (const rule of ['min', 'max', 'spread', 'ratio'].map((kind) => `${kind}(metrics.slices["*"].recall) >= 0.1`)) {
      for (const others of [
        [step('Train', slices(0.1)), step('Evaluate', slices(0.2))],
        [step('Evaluate', slices(0.1), 'Failed')],
      ])
        assert.throws(
          () => verdict(rule, measuredByRuns([young, ...others])),
          /is not known in full, because '(Train|Evaluate)\/slices\.old\.recall' does not count or was logged by several/,
        );
      const record = measuredByRecord({ 'slices.young.recall': 0.9, 'Train/slices.old.recall': 0.1 });
      assert.throws(() => verdict(rule, record), /is not known in full/);
    }
    const one = 'min(metrics["*"].recall) == 0.1';
    assert.throws(
      () => verdict(one, measuredByRuns([step('A', { recall: 0.1 }), step('B', { recall: 0 }, 'Failed')])),
      /is not known in full, because 'B\/recall'/,
    );
    // What was tried again and completed counts, and a pattern for all steps has what several of them logged.
    const again = measuredByRuns([step('Old', slices(0), 'Failed'), step('New', slices(0.1))]);
    assert.equal(verdict('min(metrics.slices["*"].recall) == 0.1', again), 'pass');
    assert.equal(verdict(one, measuredByRuns([young, step('A', slices(0.1)), step('B', slices(0.2))])), 'pass');
  });

  it('that are not finite never pass, and those below 0 have no ratio', () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      for (const kind of ['min', 'max', 'spread', 'ratio'])
        for (const by of ['<=', '>='])
          assert.equal(verdict(`${kind}(metrics.slices["*"].recall) ${by} 0.5`, measured(named(odd))), 'fail');
    assert.throws(
      () => verdict('ratio(metrics.slices["*"].recall) >= 0.8', recall(-2, -1)),
      /the ratio of a value below 0/,
    );
  });

  it('that are missing, alone or all zero never pass', () => {
    assert.throws(() => verdict('min(metrics.slices["*"].f1) > 0', recall(1, 1)), /no metric 'min\(slices\.\*\.f1\)'/);
    assert.throws(
      () => verdict('spread(metrics.slices["*"].recall) < 1', file({ slices: { a: { recall: 1 } } })),
      /is one metric alone/,
    );
    assert.equal(verdict('ratio(metrics.slices["*"].recall) >= 0.8', recall(0, 0)), 'fail');
  });
});

describe('a file of metrics', () => {
  const parse = (text: string): Measured => parseMetrics(text, 'm.json');

  it('has numbers by name; objects make dots, a list is values over time', () => {
    const found = parse('{"a": 1, "b": {"c": NaN, "d": [3, 2, 1]}, "e": "0.9", "f": null}');
    assert.deepEqual(found.metrics, {
      a: 1,
      'b.c': Number.NaN,
      'b.d': 1,
      e: { found: '"0.9"' },
      f: { found: 'null' },
    });
    assert.equal(verdict('highest(metrics.b.d) == 3 && at(metrics.b.d, 1) == 2', found), 'pass');
    assert.throws(() => verdict('metrics.e > 0.5', found), /'e' of the candidate is "0\.9"/);
  });

  it('that is something else is an error', () => {
    for (const text of ['', '[]', '1', '{', '{}', '{"a.b": 1, "a": {"b": 2}}', '<html>'])
      assert.throws(() => parse(text), /The file of metrics m\.json is not a JSON object of numbers/, text);
  });
});
