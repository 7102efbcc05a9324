/** Runs and experiments as MLflow's REST API shows them. */
import type { Experiment, MetricPoint, RunRecord } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import type { Lookup } from './filter.ts';

/** MLflow's run status for a job's status. */
export function mlflowStatus(run: RunRecord): string {
  const statuses: Partial<Record<RunRecord['status'], string>> = {
    NotStarted: 'SCHEDULED',
    Queued: 'SCHEDULED',
    Preparing: 'SCHEDULED',
    Completed: 'FINISHED',
    Failed: 'FAILED',
    Canceled: 'KILLED',
  };
  return statuses[run.status] ?? 'RUNNING';
}

/** A job's status for an MLflow status; undefined for a text that is none. */
export function jobStatus(status: unknown): RunRecord['status'] | undefined {
  const statuses: Record<string, RunRecord['status']> = {
    RUNNING: 'Running',
    SCHEDULED: 'Queued',
    FINISHED: 'Completed',
    FAILED: 'Failed',
    KILLED: 'Canceled',
  };
  return statuses[String(status)];
}

/** A number as protobuf's JSON writes it: NaN and infinities are text. */
export function wireNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function wireMetric(point: MetricPoint) {
  return { key: point.key, value: wireNumber(point.value), timestamp: point.timestamp, step: point.step };
}

/** Root of a run's artifacts; plain MLflow reaches it through the proxy below the tracking URI. */
export function artifactUri(run: RunRecord): string {
  return run.artifactUri ?? `mlflow-artifacts:/${run.experimentId}/${run.runId}/artifacts`;
}

/** The point of each metric with the highest step, then timestamp, then value: what MLflow calls its latest. */
export function latestMetrics(points: MetricPoint[]): MetricPoint[] {
  const latest = new Map<string, MetricPoint>();
  for (const point of points) {
    const known = latest.get(point.key);
    const later = known && (point.step - known.step || point.timestamp - known.timestamp || point.value - known.value);
    if (!known || Number.isNaN(later) || later! >= 0) latest.set(point.key, point);
  }
  return [...latest.values()];
}

/** User tags plus those that MLflow itself keeps: run name, parent and root, user, source control. */
export function mlflowTags(run: RunRecord): Record<string, string> {
  const source = Object.entries(run.properties).filter(([key]) => key.startsWith('mlflow.source.'));
  return {
    ...Object.fromEntries(source),
    'mlflow.runName': run.displayName,
    'mlflow.user': run.createdBy,
    'mlflow.rootRunId': run.rootRunId,
    ...(run.parentRunId ? { 'mlflow.parentRunId': run.parentRunId } : {}),
    ...run.tags,
  };
}

export function toMlflowInfo(run: RunRecord) {
  return {
    run_id: run.runId,
    run_uuid: run.runId,
    run_name: run.displayName,
    experiment_id: run.experimentId,
    user_id: run.createdBy,
    status: mlflowStatus(run),
    start_time: Date.parse(run.startTimeUtc ?? run.createdUtc),
    ...(run.endTimeUtc ? { end_time: Date.parse(run.endTimeUtc) } : {}),
    artifact_uri: artifactUri(run),
    lifecycle_stage: run.hidden ? 'deleted' : 'active',
  };
}

const pairs = (record: Record<string, string>) => Object.entries(record).map(([key, value]) => ({ key, value }));

export function toMlflowRun(store: RunStore, run: RunRecord) {
  return {
    info: toMlflowInfo(run),
    data: {
      metrics: latestMetrics(store.metrics(run.runId)).map(wireMetric),
      params: pairs(run.parameters),
      tags: pairs(mlflowTags(run)),
    },
    inputs: { dataset_inputs: run.mlflowInputs.datasets, model_inputs: run.mlflowInputs.models },
    outputs: { model_outputs: run.mlflowOutputs.models },
  };
}

export function toMlflowExperiment(experiment: Experiment) {
  return {
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: `mlflow-artifacts:/${experiment.experimentId}`,
    lifecycle_stage: experiment.lifecycleStage,
    creation_time: Date.parse(experiment.createdUtc),
    last_update_time: Date.parse(experiment.lastUpdatedUtc),
    tags: pairs(experiment.tags),
  };
}

/** Names of a run's attributes in filters and orders. */
export const runAttributes = [
  'run_id',
  'run_uuid',
  'run_name',
  'run name',
  'runname',
  'name',
  'status',
  'user_id',
  'experiment_id',
  'artifact_uri',
  'start_time',
  'created',
  'end_time',
  'lifecycle_stage',
];

/** Names, digests or contexts of the datasets that were logged to the run. */
function datasetValues(run: RunRecord, key: string): string[] {
  const datasets = run.mlflowInputs.datasets as { dataset?: Record<string, string>; tags?: Record<string, string>[] }[];
  if (key !== 'context') return datasets.flatMap(({ dataset }) => dataset?.[key] ?? []);
  const contexts = datasets.flatMap(({ tags }) => tags ?? []).filter((tag) => tag.key === 'mlflow.data.context');
  return contexts.map((tag) => String(tag.value));
}

/** Values of a run for filters and orders. */
export function runLookup(store: RunStore, run: RunRecord): Lookup {
  const info: Record<string, any> = toMlflowInfo(run);
  const tags = mlflowTags(run);
  const alias: Record<string, string> = {
    'run name': 'run_name',
    runname: 'run_name',
    created: 'start_time',
    name: 'run_name',
  };
  return ({ entity, key }) => {
    if (entity === 'metric') return latestMetrics(store.metrics(run.runId)).find((point) => point.key === key)?.value;
    if (entity === 'param') return run.parameters[key];
    if (entity === 'tag') return tags[key];
    if (entity === 'dataset') return datasetValues(run, key);
    return info[alias[key.toLowerCase()] ?? key];
  };
}
