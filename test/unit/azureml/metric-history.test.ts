import assert from 'node:assert/strict';
import { getMetricHistory } from '../../../lib/azureml/metric-history.ts';
import { fakeWorkspace } from './fake-workspace.ts';

/** Tracking that has so many values, and gives tokens of further pages or not. */
function tracking(count: number, hasTokens: boolean) {
  return fakeWorkspace(({ below }) => {
    const query = new URLSearchParams(below.split('?')[1]);
    const most = Number(query.get('max_results'));
    // As reported: "MaxResults must be less than 1000".
    if (most >= 1000) return 400;
    const start = Number(query.get('page_token') ?? 0);
    const steps = Array.from({ length: Math.min(most, count - start) }, (_, index) => start + index);
    const metrics = steps.map((step) => ({ key: 'loss', value: step === 1 ? 'NaN' : step / 10, step: String(step) }));
    const end = start + steps.length;
    return { metrics, ...(hasTokens && end < count ? { next_page_token: String(end) } : {}) };
  });
}

describe('the history of a metric', () => {
  it('is read page after page, below the limit of the service', async () => {
    const { workspace, requests } = tracking(2_500, true);
    const { points, isCut } = await getMetricHistory(workspace, 'r', 'val/loss');
    assert.deepEqual([points.length, isCut, requests.length], [2_500, false, 3]);
    assert.deepEqual(points.slice(0, 3), [
      { step: 0, value: 0 },
      { step: 1, value: Number.NaN },
      { step: 2, value: 0.2 },
    ]);
    assert.match(requests[0]!.below, /metric_key=val%2Floss/);
  });

  it('is cut when a full page has no successor, or there are too many pages', async () => {
    assert.equal((await getMetricHistory(tracking(999, false).workspace, 'r', 'loss')).isCut, true);
    assert.equal((await getMetricHistory(tracking(998, false).workspace, 'r', 'loss')).isCut, false);
    assert.equal((await getMetricHistory(tracking(100_000, true).workspace, 'r', 'loss')).isCut, true);
  });

  it('is empty when tracking does not know the run', async () => {
    const { workspace } = fakeWorkspace(() => 404);
    assert.deepEqual(await getMetricHistory(workspace, 'r', 'loss'), { points: [], isCut: false });
  });
});
