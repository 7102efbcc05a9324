/** What clients log to a run: metrics, parameters, tags, datasets and models; and the history of metrics. */
import type { AzureMlContext } from '../../contracts.ts';
import { syncJobResource } from '../execution/lifecycle.ts';
import type { MetricPoint, RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, missing } from './errors.ts';
import { findActiveRun, findRun } from './runs.ts';
import { checkMaxResults, checkMetric, checkParam, checkTag, paged } from './validation.ts';
import { wireMetric } from './wire.ts';

const MOST_IN_BATCH = { total: 1000, metrics: 1000, params: 100, tags: 100 };
const MOST_HISTORY = 25000;

/** Throws when a parameter is already there with another value. */
function checkUnchanged(run: RunRecord, params: { key: string; value: string }[]): void {
  const seen: Record<string, string> = { ...run.parameters };
  for (const { key, value } of params) {
    const known = Object.hasOwn(seen, key) ? seen[key] : undefined;
    if (known !== undefined && known !== value) {
      throw invalid(
        `Changing param values is not allowed. Param with key='${key}' was already logged with value='${known}' for run ID='${run.runId}'. Attempted logging new value '${value}'.`,
      );
    }
    seen[key] = value;
  }
}

function byTime(a: MetricPoint, b: MetricPoint): number {
  return a.timestamp - b.timestamp || a.step - b.step;
}

/** Points of one metric in MLflow's order. */
function history(store: RunStore, run: RunRecord, key: unknown): MetricPoint[] {
  if (!key) throw invalid("Missing value for required parameter 'metric_key'.");
  return store
    .metrics(run.runId)
    .filter((point) => point.key === key)
    .sort(byTime);
}

export function loggingEndpoints(context: AzureMlContext, store: RunStore): Endpoint[] {
  const save = (run: RunRecord) => {
    store.save(run);
    syncJobResource({ context }, run);
    return {};
  };
  const setTags = (run: RunRecord, tags: { key: string; value: string }[]) => {
    for (const { key, value } of tags) {
      run.tags[key] = value;
      if (key === 'mlflow.runName') run.displayName = value;
    }
  };
  const batch = (input: Record<string, any>) => {
    const run = findActiveRun(store, input);
    const { metrics = [], params = [], tags = [] } = input as Record<'metrics' | 'params' | 'tags', any[]>;
    for (const [name, list] of Object.entries({ metrics, params, tags })) {
      const most = MOST_IN_BATCH[name as 'metrics'];
      if (list.length > most)
        throw invalid(`A batch logging request can contain at most ${most} ${name}. Got ${list.length} ${name}.`);
    }
    const total = metrics.length + params.length + tags.length;
    if (total > MOST_IN_BATCH.total)
      throw invalid(`A batch logging request can contain at most ${MOST_IN_BATCH.total} metrics, params and tags.`);
    const checked = { metrics: metrics.map(checkMetric), params: params.map(checkParam), tags: tags.map(checkTag) };
    checkUnchanged(run, checked.params);
    if (checked.metrics.length > 0) store.logMetrics(run.runId, checked.metrics);
    for (const { key, value } of checked.params) run.parameters[key] = value;
    setTags(run, checked.tags);
    return params.length + tags.length > 0 ? save(run) : {};
  };
  return [
    {
      method: 'post',
      path: 'runs/log-metric',
      writes: true,
      handle(input) {
        store.logMetrics(findActiveRun(store, input).runId, [checkMetric(input)]);
        return {};
      },
    },
    {
      method: 'post',
      path: 'runs/log-parameter',
      writes: true,
      handle: (input) => batch({ run_id: input.run_id ?? input.run_uuid, params: [input] }),
    },
    {
      method: 'post',
      path: 'runs/set-tag',
      writes: true,
      handle: (input) => batch({ run_id: input.run_id ?? input.run_uuid, tags: [input] }),
    },
    { method: 'post', path: 'runs/log-batch', writes: true, handle: batch },
    {
      method: 'post',
      path: 'runs/delete-tag',
      writes: true,
      handle(input) {
        const run = findActiveRun(store, input);
        if (!Object.hasOwn(run.tags, input.key))
          throw missing(`No tag with name: ${input.key} in run with id ${run.runId}`);
        delete run.tags[input.key];
        return save(run);
      },
    },
    {
      method: 'post',
      path: 'runs/log-inputs',
      writes: true,
      handle(input) {
        const run = findActiveRun(store, input);
        run.mlflowInputs.datasets.push(...(input.datasets ?? []));
        run.mlflowInputs.models.push(...(input.models ?? []));
        return save(run);
      },
    },
    {
      method: 'post',
      path: 'runs/outputs',
      writes: true,
      handle(input) {
        const run = findActiveRun(store, input);
        run.mlflowOutputs.models.push(...(input.models ?? []));
        return save(run);
      },
    },
    {
      // The model's description; the files themselves are artifacts.
      method: 'post',
      path: 'runs/log-model',
      writes: true,
      handle(input) {
        findActiveRun(store, input);
        return {};
      },
    },
    {
      method: 'get',
      path: 'metrics/get-history',
      handle(input) {
        const points = history(store, findRun(store, input), input.metric_key);
        const most = checkMaxResults(input.max_results, Math.max(1, points.length), MOST_HISTORY * 4);
        const { items, ...next } = paged(points, most, input.page_token);
        return { metrics: items.map(wireMetric), ...next };
      },
    },
    {
      method: 'get',
      path: 'metrics/get-history-bulk',
      handle(input) {
        const ids = [input.run_id ?? input.run_ids ?? []].flat();
        const most = checkMaxResults(input.max_results, MOST_HISTORY, MOST_HISTORY);
        const all = ids.flatMap((run_id: string) =>
          history(store, findRun(store, { run_id }), input.metric_key).map((point) => ({
            run_id,
            ...wireMetric(point),
          })),
        );
        return { metrics: all.slice(0, most) };
      },
    },
  ];
}
