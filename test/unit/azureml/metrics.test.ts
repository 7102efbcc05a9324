import assert from 'node:assert/strict';
import { mergeMetrics } from '../../../lib/azureml/job-metrics.ts';
import { metricValue } from '../../../lib/azureml/metrics.ts';

describe('metrics', () => {
  it('of several steps are one list; a name that several logged keeps the step, whatever the values', () => {
    const merged = mergeMetrics([
      { step: '', metrics: { total: 3 } },
      { step: 'train', metrics: { loss: 1, auc: 0.5, f1: 1 } },
      { step: 'evaluate', metrics: { loss: 2, auc: 0.5 } },
    ]);
    assert.deepEqual(merged, {
      total: 3,
      'train/loss': 1,
      'train/auc': 0.5,
      f1: 1,
      'evaluate/loss': 2,
      'evaluate/auc': 0.5,
    });
  });

  it('that are no JSON numbers come as text', () => {
    assert.equal(metricValue(0.5), 0.5);
    assert.equal(metricValue('Infinity'), Infinity);
    assert.ok(Number.isNaN(metricValue('NaN')));
  });
});
