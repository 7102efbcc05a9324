/** What clients log to a run: metrics, parameters, tags, datasets and models. */
import type { AzureMlContext } from '../../contracts.ts';
import { syncJobResource } from '../execution/lifecycle.ts';
import type { RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import { type Endpoint, type Input, writes } from './endpoint.ts';
import * as errors from './errors.ts';
import { findActiveRun } from './runs.ts';
import { checkMetric, checkParam, checkTag } from './validation.ts';

const MOST_IN_BATCH = { total: 1000, metrics: 1000, params: 100, tags: 100 };

/** Throws when a parameter is already there with another value. */
function checkUnchanged(run: RunRecord, params: { key: string; value: string }[]): void {
  const seen: Record<string, string> = { ...run.parameters };
  for (const { key, value } of params) {
    const known = Object.hasOwn(seen, key) ? seen[key] : undefined;
    if (known !== undefined && known !== value) {
      throw errors.paramChanged(key, known, value, run.runId);
    }
    seen[key] = value;
  }
}

function setTags(run: RunRecord, tags: { key: string; value: string }[]): void {
  for (const { key, value } of tags) {
    run.tags[key] = value;
    if (key === 'mlflow.runName') run.displayName = value;
  }
}

/** Keeps what is logged to runs. */
interface Log {
  store: RunStore;
  save(run: RunRecord): object;
}

function batch({ store, save }: Log, input: Input) {
  const run = findActiveRun(store, input);
  const { metrics = [], params = [], tags = [] } = input as Record<'metrics' | 'params' | 'tags', any[]>;
  for (const [name, list] of Object.entries({ metrics, params, tags })) {
    const most = MOST_IN_BATCH[name as 'metrics'];
    if (list.length > most) throw errors.batchListTooLong(name, most, list.length);
  }
  const total = metrics.length + params.length + tags.length;
  if (total > MOST_IN_BATCH.total) throw errors.batchTooLong(MOST_IN_BATCH.total);
  const checked = { metrics: metrics.map(checkMetric), params: params.map(checkParam), tags: tags.map(checkTag) };
  checkUnchanged(run, checked.params);
  if (checked.metrics.length > 0) store.logMetrics(run.runId, checked.metrics);
  for (const { key, value } of checked.params) run.parameters[key] = value;
  setTags(run, checked.tags);
  return params.length + tags.length > 0 ? save(run) : {};
}

function deleteTag({ store, save }: Log, input: Input) {
  const run = findActiveRun(store, input);
  if (!Object.hasOwn(run.tags, input.key)) throw errors.runTagNotFound(input.key, run.runId);
  delete run.tags[input.key];
  return save(run);
}

function logInputs({ store, save }: Log, input: Input) {
  const run = findActiveRun(store, input);
  run.mlflowInputs.datasets.push(...(input.datasets ?? []));
  run.mlflowInputs.models.push(...(input.models ?? []));
  return save(run);
}

function logOutputs({ store, save }: Log, input: Input) {
  const run = findActiveRun(store, input);
  run.mlflowOutputs.models.push(...(input.models ?? []));
  return save(run);
}

export function loggingEndpoints(context: AzureMlContext, store: RunStore): Endpoint[] {
  const log: Log = {
    store,
    save(run) {
      store.save(run);
      syncJobResource({ context }, run);
      return {};
    },
  };
  const idOf = (input: Input) => input.run_id ?? input.run_uuid;
  return [
    writes('post', 'runs/log-metric', (input) => {
      store.logMetrics(findActiveRun(store, input).runId, [checkMetric(input)]);
      return {};
    }),
    writes('post', 'runs/log-parameter', (input) => batch(log, { run_id: idOf(input), params: [input] })),
    writes('post', 'runs/set-tag', (input) => batch(log, { run_id: idOf(input), tags: [input] })),
    writes('post', 'runs/log-batch', (input) => batch(log, input)),
    writes('post', 'runs/delete-tag', (input) => deleteTag(log, input)),
    writes('post', 'runs/log-inputs', (input) => logInputs(log, input)),
    writes('post', 'runs/outputs', (input) => logOutputs(log, input)),
    // The model's description; the files themselves are artifacts.
    writes('post', 'runs/log-model', (input) => {
      findActiveRun(store, input);
      return {};
    }),
  ];
}
