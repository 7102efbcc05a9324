import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { copiedProperties } from '../../../lib/lineage/copied-model.ts';

const ID =
  '/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/dev/models/m/versions/1';
const model = (properties: Record<string, string>): ModelVersion => ({
  id: ID,
  name: '1',
  properties: { modelUri: 'u', modelType: 'custom_model', properties },
});

describe('the properties of a copy', () => {
  it('are those of the original, with where it was copied from and where its job is', () => {
    const own = { 'lineage.copiedFrom': ID, 'lineage.workspace': '/ws' };
    assert.deepEqual(copiedProperties(model({ 'lineage.job': 'j', a: 'b' }), '/ws'), {
      'lineage.job': 'j',
      a: 'b',
      ...own,
    });
    const copy = model({ 'lineage.job': 'j', 'lineage.copiedFrom': 'older', 'lineage.workspace': '/first' });
    assert.deepEqual(copiedProperties(copy, '/second'), {
      'lineage.job': 'j',
      'lineage.copiedFrom': ID,
      'lineage.workspace': '/first',
    });
    assert.deepEqual(copiedProperties(model({}), undefined), { 'lineage.copiedFrom': ID });
  });

  it('are never more than the service takes, and always have the lineage', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(60), (facts, metrics) => {
        const names = [
          ...Array.from({ length: facts }, (_, i) => `lineage.f${i}`),
          ...Array.from({ length: metrics }, (_, i) => `metric.m${i}`),
        ];
        const copied = copiedProperties(model(Object.fromEntries(names.map((name) => [name, 'x']))), '/ws');
        assert.ok(Object.keys(copied).length <= 50);
        for (let i = 0; i < facts; i++) assert.equal(copied[`lineage.f${i}`], 'x');
        const kept = Object.keys(copied).filter((name) => name.startsWith('metric.'));
        assert.equal(kept.length, Math.min(metrics, 48 - facts));
        assert.deepEqual(kept, names.filter((name) => name.startsWith('metric.')).slice(0, kept.length));
      }),
    );
  });
});
