/** `metrics/*` of MLflow's REST API: every point of a metric. */
import type { MetricPoint, RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import { type Endpoint, type Input, reads } from './endpoint.ts';
import * as errors from './errors.ts';
import { findRun } from './runs.ts';
import { checkMaxResults, paged } from './validation.ts';
import { wireMetric } from './wire.ts';

/** The service takes less than MLflow's own server does. */
const MOST_POINTS = 1000;
const MOST_HISTORY = 25000;

function byTime(a: MetricPoint, b: MetricPoint): number {
  return a.timestamp - b.timestamp || a.step - b.step;
}

/** Points of one metric in MLflow's order. */
function history(store: RunStore, run: RunRecord, key: unknown): MetricPoint[] {
  if (!key) throw errors.parameterMissing('metric_key');
  return store
    .metrics(run.runId)
    .filter((point) => point.key === key)
    .sort(byTime);
}

function ofOneRun(store: RunStore, input: Input) {
  const points = history(store, findRun(store, input), input.metric_key);
  const asked = Number(input.max_results);
  if (asked > MOST_POINTS) throw errors.historyTooLong(asked, MOST_POINTS);
  const most = checkMaxResults(input.max_results, Math.max(1, points.length), Math.max(MOST_POINTS, points.length));
  const { items, ...next } = paged(points, most, input.page_token);
  return { metrics: items.map(wireMetric), ...next };
}

function ofRuns(store: RunStore, input: Input) {
  const ids = [input.run_id ?? input.run_ids ?? []].flat();
  const most = checkMaxResults(input.max_results, MOST_HISTORY, MOST_HISTORY);
  const all = ids.flatMap((run_id: string) =>
    history(store, findRun(store, { run_id }), input.metric_key).map((point) => ({ run_id, ...wireMetric(point) })),
  );
  return { metrics: all.slice(0, most) };
}

export const metricHistoryEndpoints = (store: RunStore): Endpoint[] => [
  reads('get', 'metrics/get-history', (input) => ofOneRun(store, input)),
  reads('get', 'metrics/get-history-bulk', (input) => ofRuns(store, input)),
];
