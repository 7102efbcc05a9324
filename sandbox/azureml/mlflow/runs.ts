/** `runs/*` of MLflow's REST API, on the same records as run history. */
import { randomUUID } from 'node:crypto';
import type { AzureMlContext } from '../../contracts.ts';
import { createRun, syncJobResource } from '../execution/lifecycle.ts';
import { isTerminal, type RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import { type Endpoint, type Input, reads, writes } from './endpoint.ts';
import * as errors from './errors.ts';
import { findExperiment } from './experiments.ts';
import { matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { randomRunName } from './run-names.ts';
import { checkMaxResults, checkTag, paged } from './validation.ts';
import { jobStatus, runAttributes, runLookup, toMlflowInfo, toMlflowRun } from './wire.ts';

/** The run with that id; throws RESOURCE_DOES_NOT_EXIST. */
export function findRun(store: RunStore, input: Record<string, any>): RunRecord {
  const id = input.run_id ?? input.run_uuid;
  if (!id) throw errors.parameterMissing('run_id');
  const run = store.get(String(id));
  if (!run) throw errors.runNotFound(id);
  return run;
}

/** The run, which must not be deleted. */
export function findActiveRun(store: RunStore, input: Record<string, any>): RunRecord {
  const run = findRun(store, input);
  if (run.hidden) throw errors.notActive('run', run.runId);
  return run;
}

function toIso(milliseconds: unknown): string | undefined {
  if (milliseconds === undefined || milliseconds === null) return undefined;
  const time = new Date(Number(milliseconds));
  if (Number.isNaN(time.getTime())) throw errors.notTime(milliseconds);
  return time.toISOString();
}

function create(store: RunStore, input: Record<string, any>, caller: string): RunRecord {
  const experiment = findExperiment(store, input.experiment_id ?? '0');
  if (experiment.lifecycleStage === 'deleted') {
    throw errors.notActive('experiment', experiment.experimentId);
  }
  const tags = Object.fromEntries((input.tags ?? []).map(checkTag).map((tag: any) => [tag.key, tag.value])) as Record<
    string,
    string
  >;
  const tagged = tags['mlflow.runName'];
  if (input.run_name && tagged && input.run_name !== tagged) {
    throw errors.twoRunNames(input.run_name, tagged);
  }
  const parent = tags['mlflow.parentRunId'] ? store.get(tags['mlflow.parentRunId']) : undefined;
  const runId = randomUUID();
  return createRun(store, {
    runId,
    experimentName: experiment.name,
    displayName: input.run_name || tagged || randomRunName(),
    runType: '',
    managed: false,
    status: 'Running',
    startTimeUtc: toIso(input.start_time) ?? new Date().toISOString(),
    createdBy: input.user_id || caller,
    parentRunId: tags['mlflow.parentRunId'],
    rootRunId: parent?.rootRunId ?? runId,
    tags,
  });
}

/** A managed run's status is its executor's business: MLflow ends the run at exit, before the outputs are stored. */
function update(context: AzureMlContext, store: RunStore, input: Record<string, any>): RunRecord {
  const run = findActiveRun(store, input);
  const status = input.status === undefined ? undefined : jobStatus(input.status);
  if (input.status !== undefined && !status) throw errors.statusInvalid(input.status);
  if (status && !run.managed) {
    run.status = status;
    run.endTimeUtc = isTerminal(status) ? (toIso(input.end_time) ?? new Date().toISOString()) : toIso(input.end_time);
  }
  if (input.run_name) {
    run.displayName = String(input.run_name);
    if (run.tags['mlflow.runName']) run.tags['mlflow.runName'] = run.displayName;
  }
  store.save(run);
  syncJobResource({ context }, run);
  return run;
}

function search(store: RunStore, input: Record<string, any>) {
  const experiments = [input.experiment_ids ?? []].flat().map((id: string) => store.experiment({ id })?.experimentId);
  const view = String(input.run_view_type ?? 'ACTIVE_ONLY').toUpperCase();
  const filter = parseFilter(input.filter, runAttributes);
  const wantsDeleted = (run: RunRecord) => view === 'ALL' || (view === 'DELETED_ONLY') === run.hidden;
  const candidates = store.list().filter((run) => experiments.includes(run.experimentId) && wantsDeleted(run));
  const found = candidates.filter((run) => matches(filter, runLookup(store, run)));
  const start = (run: RunRecord) => Date.parse(run.startTimeUtc ?? run.createdUtc);
  const newestFirst = (a: RunRecord, b: RunRecord) => start(b) - start(a) || a.runId.localeCompare(b.runId);
  const ordered = sortBy(
    found,
    [input.order_by ?? []].flat(),
    (run) => runLookup(store, run),
    runAttributes,
    newestFirst,
  );
  const { items, ...next } = paged(ordered, checkMaxResults(input.max_results, 1000, 50000), input.page_token);
  return { runs: items.map((run) => toMlflowRun(store, run)), ...next };
}

export function runEndpoints(context: AzureMlContext, store: RunStore): Endpoint[] {
  const setHidden = (input: Input, hidden: boolean) => {
    const run = findRun(store, input);
    run.hidden = hidden;
    store.save(run);
    syncJobResource({ context }, run);
    return {};
  };
  return [
    writes('post', 'runs/create', (input, caller) => ({ run: toMlflowRun(store, create(store, input, caller.name)) })),
    reads('get', 'runs/get', (input) => ({ run: toMlflowRun(store, findRun(store, input)) })),
    writes('post', 'runs/update', (input) => ({ run_info: toMlflowInfo(update(context, store, input)) })),
    writes('post', 'runs/delete', (input) => setHidden(input, true)),
    writes('post', 'runs/restore', (input) => setHidden(input, false)),
    reads('post', 'runs/search', (input) => search(store, input)),
  ];
}
