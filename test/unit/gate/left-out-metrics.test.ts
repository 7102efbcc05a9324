import assert from 'node:assert/strict';
import { findBaseline } from '../../../lib/gate/baseline.ts';
import { findCandidate } from '../../../lib/gate/candidate.ts';
import { fakeWorkspace } from '../azureml/fake-workspace.ts';

/** The baseline's metrics: what its version records, and what its run still has. */
async function baseline(recorded: Record<string, string>, ofRun: Record<string, number> | undefined) {
  const properties = { 'lineage.job': 'j', 'lineage.run': 'j', ...recorded };
  const { workspace, requests } = fakeWorkspace(({ below }) => {
    if (below.startsWith('models/')) return { id: '/m/1', name: '1', properties: { modelUri: 'u', properties } };
    if (below.startsWith('history/'))
      return below.includes('children') ? { value: [] } : { runId: 'j', status: 'Completed' };
    if (!ofRun) return 404;
    return { run: { data: { metrics: Object.entries(ofRun).map(([key, value]) => ({ key, value })) } } };
  });
  const version = { kind: 'version', version: '1' } as const;
  const found = await findBaseline(workspace, { kind: 'model', name: 'm', version });
  return {
    metrics: found.baseline!.measured.metrics,
    asked: requests.some(({ below }) => below.startsWith('mlflow/')),
  };
}

describe('a baseline whose metrics did not all find room', () => {
  const more = { 'metric.auc': '0.9', 'lineage.metricsLeftOut': '1' };

  it('has the others from its run, and what was recorded as it was recorded', async () => {
    const { metrics } = await baseline(more, { auc: 0.1, loss: 0.2 });
    assert.deepEqual(metrics, { auc: 0.9, loss: 0.2 });
  });

  it('has what was recorded when its run is gone', async () => {
    assert.deepEqual((await baseline(more, undefined)).metrics, { auc: 0.9 });
  });

  it('is not looked for when everything was recorded', async () => {
    assert.deepEqual(await baseline({ 'metric.auc': '0.9' }, { auc: 0.1 }), { metrics: { auc: 0.9 }, asked: false });
  });
});

describe('a candidate that is a model, and a step of it', () => {
  const judged = async (step: string, recorded: Record<string, string>) => {
    const properties = { 'lineage.job': 'j', 'lineage.run': 'r', ...recorded };
    const child = { runId: 'r', displayName: 'Train', status: 'Completed' };
    const { workspace } = fakeWorkspace(({ below }) => {
      if (below.startsWith('models/')) return { id: '/m/1', name: '1', properties: { modelUri: 'u', properties } };
      if (below.startsWith('jobs/'))
        return { id: '/j', name: 'j', properties: { jobType: 'Pipeline', status: 'Completed' } };
      if (below.startsWith('history/')) return below.includes('children') ? { value: [child] } : child;
      return { run: { data: { metrics: [{ key: 'auc', value: 0.7 }] } } };
    });
    const { measured } = await findCandidate(workspace, { model: { name: 'm', version: '1' }, step }, () => {});
    return measured.metrics;
  };
  const recorded = { 'metric.auc': '0.9', 'metric.Train/auc': '0.9', 'metric.Test/auc': '0.5' };

  it('has what that step logged, in any case of letters', async () => {
    assert.deepEqual(await judged('test', recorded), { auc: 0.5 });
  });

  it('is an error when nothing was recorded of such a step, never what others logged', async () => {
    await assert.rejects(judged('Tset', recorded), {
      code: 'StepNotFound',
      message: /There is no step 'Tset' whose metrics were recorded with \/m\/1\. Did you mean 'Test'\?/,
    });
    await assert.rejects(judged('Train', { 'metric.auc': '0.9' }), { code: 'StepNotFound' });
  });

  it('is read from the job when nothing was recorded at all', async () => {
    assert.deepEqual(await judged('Train', {}), { auc: 0.7 });
    await assert.rejects(judged('Other', {}), { code: 'StepNotFound' });
  });
});
