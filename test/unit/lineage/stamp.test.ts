import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import { factsOfModel } from '../../../lib/lineage/model-lineage.ts';
import type { PipelineRun } from '../../../lib/lineage/pipeline-run.ts';
import { COPIED_FROM, type Facts, PROPERTY_LIMITS, stamp, TAG_LIMITS } from '../../../lib/lineage/stamp.ts';

const run: PipelineRun = {
  collectionUrl: 'https://dev.azure.com/org/',
  project: 'mlops',
  kind: 'release',
  id: '7',
  number: 'Release-7',
  url: 'https://dev.azure.com/org/mlops/_releaseProgress?releaseId=7',
  repository: 'https://user:token@dev.azure.com/org/mlops/_git/repo',
  branch: 'refs/heads/main',
  commit: 'abc',
  requestedFor: 'Ada',
  step: 'Deploy/1',
  attempt: '1',
};

const model: ModelVersion = {
  id: '/subscriptions/s/resourceGroups/r/providers/Microsoft.MachineLearningServices/workspaces/w/models/churn/versions/7',
  name: '7',
  properties: {
    modelUri: 'azureml://x',
    modelType: 'custom_model',
    properties: { 'lineage.job': 'j', 'lineage.run': 'j_3', 'lineage.data.raw': 'azureml:iris:3', 'metric.auc': '0.9' },
  },
};

const someFacts: fc.Arbitrary<Facts> = fc.record(
  {
    model: fc.string({ maxLength: 400 }),
    job: fc.string(),
    uri: fc.string({ maxLength: 2_000 }),
    workItems: fc.array(fc.nat().map(String), { maxLength: 300 }),
    data: fc.array(fc.tuple(fc.string({ maxLength: 120 }), fc.string({ maxLength: 300 })), { maxLength: 60 }),
  },
  { requiredKeys: [] },
);

describe('a stamp', () => {
  it('says which run, people, model, job and data are behind a deployment', () => {
    const tags = stamp(run, { ...factsOfModel(model), workItems: ['12', '15'], pullRequest: '4' });
    assert.deepEqual(tags, {
      'lineage.model': model.id,
      'lineage.job': 'j',
      'lineage.run': 'j_3',
      'lineage.pipelineRun': 'release/7',
      'lineage.pipelineRunNumber': 'Release-7',
      'lineage.pipelineRunUrl': run.url,
      'lineage.pipelineStep': 'Deploy/1',
      'lineage.project': 'mlops',
      'lineage.repository': 'https://dev.azure.com/org/mlops/_git/repo',
      'lineage.branch': 'refs/heads/main',
      'lineage.commit': 'abc',
      'lineage.requestedFor': 'Ada',
      'lineage.pullRequest': '4',
      'lineage.workItems': '12,15',
      'lineage.data.raw': 'azureml:iris:3',
    });
    assert.equal(stamp(run, { copiedFrom: model.id })[COPIED_FROM], model.id);
  });

  it('keeps the limits, and each value whole, whatever there is to say', () => {
    fc.assert(
      fc.property(someFacts, fc.nat(60), fc.constantFrom(TAG_LIMITS, PROPERTY_LIMITS), (facts, room, limits) => {
        const tags = Object.entries(stamp(run, facts, { ...limits, most: room }));
        assert.ok(tags.length <= room);
        const ids = facts.workItems ?? [];
        const whole = new Set<string>(Object.values(facts).flat(3));
        for (const [name, value] of tags) {
          assert.ok(name.length <= limits.name && value.length <= limits.value, name);
          assert.doesNotMatch(name, /[<>%&\\?/]/);
          if (name === 'lineage.workItems') assert.deepEqual(value.split(','), ids.slice(0, value.split(',').length));
          else assert.ok(whole.has(value) || Object.values(stamp(run, {})).includes(value), name);
        }
      }),
    );
  });

  it('has the pull request of the run that validates it', () => {
    assert.equal(stamp({ ...run, pullRequest: '9' }, {})['lineage.pullRequest'], '9');
    assert.equal(stamp({ ...run, pullRequest: '9' }, { pullRequest: '4' })['lineage.pullRequest'], '4');
  });
});
