/** `runs/*` of MLflow's REST API, on the same records as run history. */
import { randomUUID } from 'node:crypto';
import type { AzureMlContext } from '../../contracts.ts';
import { createRun, syncJobResource } from '../execution/lifecycle.ts';
import { isTerminal, type RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, missing } from './errors.ts';
import { findExperiment } from './experiments.ts';
import { matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { randomRunName } from './run-names.ts';
import { checkMaxResults, checkTag, paged } from './validation.ts';
import { jobStatus, runAttributes, runLookup, toMlflowInfo, toMlflowRun } from './wire.ts';

/** The run with that id; throws RESOURCE_DOES_NOT_EXIST. */
export function findRun(store: RunStore, input: Record<string, any>): RunRecord {
  const id = input.run_id ?? input.run_uuid;
  if (!id) throw invalid("Missing value for required parameter 'run_id'.");
  const run = store.get(String(id));
  if (!run) throw missing(`Run with id=${id} not found`);
  return run;
}

/** The run, which must not be deleted. */
export function findActiveRun(store: RunStore, input: Record<string, any>): RunRecord {
  const run = findRun(store, input);
  if (run.hidden) throw invalid(`The run ${run.runId} must be in the 'active' state. Current state is deleted.`);
  return run;
}

function toIso(milliseconds: unknown): string | undefined {
  if (milliseconds === undefined || milliseconds === null) return undefined;
  const time = new Date(Number(milliseconds));
  if (Number.isNaN(time.getTime())) throw invalid(`Invalid value '${milliseconds}' supplied: it is no time.`);
  return time.toISOString();
}

function create(store: RunStore, input: Record<string, any>, caller: string): RunRecord {
  const experiment = findExperiment(store, input.experiment_id ?? '0');
  if (experiment.lifecycleStage === 'deleted') {
    throw invalid(`The experiment ${experiment.experimentId} must be in the 'active' state. Current state is deleted.`);
  }
  const tags = Object.fromEntries((input.tags ?? []).map(checkTag).map((tag: any) => [tag.key, tag.value])) as Record<
    string,
    string
  >;
  const tagged = tags['mlflow.runName'];
  if (input.run_name && tagged && input.run_name !== tagged) {
    throw invalid(
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='${input.run_name}', mlflow.runName='${tagged}').`,
    );
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
  if (input.status !== undefined && !status)
    throw invalid(`Invalid value ${input.status} for parameter 'status' supplied.`);
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
  const setHidden = (input: Record<string, any>, hidden: boolean) => {
    const run = findRun(store, input);
    run.hidden = hidden;
    store.save(run);
    syncJobResource({ context }, run);
    return {};
  };
  return [
    {
      method: 'post',
      path: 'runs/create',
      writes: true,
      handle: (input, caller) => ({ run: toMlflowRun(store, create(store, input, caller.name)) }),
    },
    { method: 'get', path: 'runs/get', handle: (input) => ({ run: toMlflowRun(store, findRun(store, input)) }) },
    {
      method: 'post',
      path: 'runs/update',
      writes: true,
      handle: (input) => ({ run_info: toMlflowInfo(update(context, store, input)) }),
    },
    { method: 'post', path: 'runs/delete', writes: true, handle: (input) => setHidden(input, true) },
    { method: 'post', path: 'runs/restore', writes: true, handle: (input) => setHidden(input, false) },
    { method: 'post', path: 'runs/search', handle: (input) => search(store, input) },
  ];
}
