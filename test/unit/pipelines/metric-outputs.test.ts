import assert from 'node:assert/strict';
import { metricOutputs, metricsJson } from '../../../lib/pipelines/metric-outputs.ts';
import { jobMetricTable } from '../../../lib/report/job-report.ts';

const held = (values: Record<string, number>) =>
  metricOutputs(values).map(({ output, value, metric, others }) => [output, value, metric, ...others]);

describe('outputs of metrics', () => {
  it('keep letters, digits, _ and . of the name, and have _ for the rest', () => {
    assert.deepEqual(held({ 'f1 score': 0.5, 'val/auc@10': 1, 'a.b_c': 2, größe: 3 }), [
      ['metrics.f1_score', '0.5', 'f1 score'],
      ['metrics.val_auc_10', '1', 'val/auc@10'],
      ['metrics.a.b_c', '2', 'a.b_c'],
      ['metrics.gr__e', '3', 'größe'],
    ]);
  });

  it('belong to the metric that is spelled so, in whatever order; else to the first', () => {
    const expected = [['metrics.val_loss', '0.1', 'val_loss', 'val/loss']];
    assert.deepEqual(held({ 'val/loss': 0.2, val_loss: 0.1 }), expected);
    assert.deepEqual(held({ val_loss: 0.1, 'val/loss': 0.2 }), expected);
    assert.deepEqual(held({ 'val/loss': 0.2, 'val loss': 0.3, 'val-loss': 0.4 }), [
      ['metrics.val_loss', '0.2', 'val/loss', 'val loss', 'val-loss'],
    ]);
    assert.deepEqual(held({ 'val/loss': 1, 'val loss': 2, val_loss: 3 }), [
      ['metrics.val_loss', '3', 'val_loss', 'val loss', 'val/loss'],
    ]);
  });

  it('are the same in capital and small letters, as variables are', () => {
    assert.deepEqual(held({ AUC: 1, auc: 2 }), [['metrics.AUC', '1', 'AUC', 'auc']]);
  });

  it('appear in the table where a name differs', () => {
    assert.deepEqual(jobMetricTable({ auc: 1 }, new Map([['auc', 'metrics.auc']])).columns, ['Metric', 'Value']);
    const outputs = new Map([['val_loss', 'metrics.val_loss']]);
    const two = jobMetricTable({ 'val/loss': 1, 'a b': 2 }, outputs.set('a b', 'metrics.a_b'));
    assert.deepEqual(two.rows, [
      ['val/loss', '1', ''],
      ['a b', '2', 'metrics.a_b'],
    ]);
  });
});

describe('the output metrics', () => {
  it('is JSON whose names are never taken for variables', () => {
    const { json } = metricsJson({ 'val/loss': 0.2, nan: Number.NaN, '$(secret)': 1 });
    assert.deepEqual(JSON.parse(json), { 'val/loss': 0.2, nan: 'NaN', '$(secret)': 1 });
    assert.doesNotMatch(json, /\$\(/);
    assert.equal(metricsJson({}).json, '{}');
  });

  it('never grows beyond what an environment variable may hold, and says how many it has', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`class_${i}/some/long/name`, 0.123456]));
    const { json, kept, total } = metricsJson(many);
    assert.ok(json.length < 32_767);
    assert.equal(total, 5_000);
    assert.equal(Object.keys(JSON.parse(json)).length, kept);
  });
});
