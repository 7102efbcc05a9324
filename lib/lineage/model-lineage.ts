import { mergeMetrics, type RunMetrics, readsAsOfAnother } from '../azureml/job-metrics.ts';
import type { Job } from '../azureml/jobs.ts';
import { type Metrics, numbersOf, recordedValue } from '../azureml/metrics.ts';
import type { ModelType, ModelVersion } from '../azureml/models.ts';
import type { OwnSteps } from './own-steps.ts';
import type { PipelineRun } from './pipeline-run.ts';
import { type Facts, fitsIn, PREFIX, PROPERTY_LIMITS, stampPairs } from './stamp.ts';

/** Begins the names of properties that hold what the job logged. Properties can't be changed later, so they are the record. */
const METRIC_PREFIX = 'metric.';

/** Who made a model, for finding out whether a verdict is on it. */
export interface ModelMaker {
  /** Ids of the runs: of a reused step the run of this job, and the one that did the work. */
  runs: readonly string[];
  /** Display name of the step; empty for an output of the job itself. */
  step: string;
  /** False for files of a run that is not part of the job, which a URI named. */
  isOfJob: boolean;
}

export interface ModelSource {
  job: Job;
  /** Run that has the output: the job itself, or a step of it. */
  runId: string;
  maker: ModelMaker;
  /** Display name of the step; empty for the job itself. */
  step: string;
  /** Name of the output; empty for a URI of the user's own. */
  output: string;
  /** Folder or file inside the output; empty for all of it. */
  path: string;
  /** What the model's version is made from. */
  uri: string;
  /** The kind of model that the output seems to hold. */
  type: ModelType;
  /** The type of the output that says so, as the service spells it; empty when something else does. */
  typeFrom: string;
  /** Files that the run logged there, as far as they are known. */
  files?: readonly string[];
  /** What the job and its steps logged. */
  metrics: RunMetrics[];
  /** The job's own steps. */
  steps: OwnSteps;
}

/** Data inputs that come before metrics where there is not room for all. */
const DATA_FIRST = 10;

/** Property of a version whose metrics did not all find room: how many are not recorded. */
const METRICS_LEFT_OUT = `${PREFIX}metricsLeftOut`;

export interface ModelRecord {
  properties: Record<string, string>;
  /** Names of what had no room, without prefixes: `Train/f1`, `data.raw`. */
  leftOut: string[];
}

/**
 * What made a model, as properties of its version: the most important of it, as far as the service takes it.
 * @param more facts that the source does not have: work items, the workspace
 */
export function modelRecord(source: ModelSource, run: PipelineRun, more: Facts = {}): ModelRecord {
  const facts = stampPairs(run, { ...factsOf(source), ...more }, PROPERTY_LIMITS);
  const data = dataInputs(source.job).map(([name, uri]) => [`${PREFIX}data.${name}`, uri] as const);
  const { byName, byStep } = recordable(source.metrics);
  const metric = ([name, value]: [string, number]) => [METRIC_PREFIX + name, String(value)] as const;
  const wanted = [
    ...facts,
    ...data.slice(0, DATA_FIRST),
    ...Object.entries(byName).map(metric),
    ...Object.entries(byStep).map(metric),
    ...data.slice(DATA_FIRST),
  ].filter(([, value]) => value !== '');
  const { most } = PROPERTY_LIMITS;
  const fits = wanted.filter(([name, value]) => fitsIn(PROPERTY_LIMITS, name, value));
  // One place is kept for the property that says that not all had room.
  const kept = fits.length === wanted.length && fits.length <= most ? fits : fits.slice(0, most - 1);
  const names = new Set(kept.map(([name]) => name));
  const leftOut = wanted.map(([name]) => name).filter((name) => !names.has(name));
  const metrics = leftOut.filter((name) => name.startsWith(METRIC_PREFIX)).length;
  return {
    properties: Object.fromEntries([...kept, ...(metrics > 0 ? [[METRICS_LEFT_OUT, String(metrics)] as const] : [])]),
    leftOut: leftOut.map((name) => name.slice(name.indexOf('.') + 1)),
  };
}

function factsOf({ job, runId, step, output, path, uri }: ModelSource): Facts {
  return {
    job: job.name,
    run: runId,
    step,
    output,
    path,
    // The service replaces the URI of an output by that of the storage, so a URI of the user's own is recorded.
    uri: output === '' ? uri : '',
    experiment: job.properties.experimentName,
  };
}

/**
 * The facts that a deployment of a model version takes over from it, so that its own tags say which data and job are
 * behind it: `stamp(run, factsOfModel(model))`.
 */
export function factsOfModel({ id, properties: { properties: recorded = {}, jobName } }: ModelVersion): Facts {
  const fact = (name: string): string | undefined => recorded[PREFIX + name];
  const data = Object.entries(recorded).flatMap(([name, version]) =>
    name.startsWith(`${PREFIX}data.`) ? [[name.slice(`${PREFIX}data.`.length), version] as const] : [],
  );
  return {
    model: id,
    job: fact('job') ?? jobName ?? undefined,
    run: fact('run'),
    step: fact('step'),
    parentJob: fact('parentJob'),
    workspace: fact('workspace'),
    experiment: fact('experiment'),
    environment: fact('environment'),
    data,
  };
}

/**
 * Metrics whose name says enough by their name alone, and every metric of every step by `<step>/<name>`, but for those that
 * would read like a metric of another step.
 */
function recordable(runs: readonly RunMetrics[]): Record<'byName' | 'byStep', Record<string, number>> {
  const merged = numbersOf(mergeMetrics(runs));
  const steps = runs.map(({ step }) => step);
  const qualified = runs
    .filter(({ step }) => step !== '')
    .flatMap(({ step, metrics }) =>
      Object.entries(metrics).flatMap(([name, value]) =>
        readsAsOfAnother(`${step}/${name}`, step, steps) ? [] : [[`${step}/${name}`, value] as const],
      ),
    )
    .filter(([name]) => !Object.hasOwn(merged, name));
  return { byName: merged, byStep: numbersOf(Object.fromEntries(qualified)) };
}

/** True when not all metrics of a version found room among its properties; its run has them all. */
export function hasMoreMetrics(model: ModelVersion): boolean {
  return model.properties.properties?.[METRICS_LEFT_OUT] !== undefined;
}

/** The data that a job read: names of its inputs and what they point to, versions included. */
export function dataInputs(job: Job): [name: string, uri: string][] {
  return Object.entries(job.properties.inputs ?? {}).flatMap(([name, { jobInputType, uri }]) =>
    jobInputType !== 'literal' && uri
      ? [[name, uri.replace(/^.*\/(data|models)\/([^/]+)\/versions\/([^/]+)$/, 'azureml:$2:$3')] as [string, string]]
      : [],
  );
}

/** The job that made a model version: as recorded at registration, else as Azure ML knows it. */
export function madeByRun(model: ModelVersion): { job: string; run: string } | undefined {
  const recorded = model.properties.properties ?? {};
  const job = recorded[`${PREFIX}job`] ?? model.properties.jobName ?? undefined;
  return job ? { job, run: recorded[`${PREFIX}run`] ?? job } : undefined;
}

/**
 * The metrics recorded with a model version; empty when it was registered by other means.
 * @param step only those that this step logged, by their own names
 */
export function recordedMetrics(model: ModelVersion, step?: string): Metrics {
  const prefix = step ? `${METRIC_PREFIX}${step}/` : METRIC_PREFIX;
  return Object.fromEntries(
    Object.entries(model.properties.properties ?? {})
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), recordedValue(value)]),
  );
}

/** True when this step of this pipeline run registered the version from this output: a retried task finds its own model. */
export function isOwnModel(model: ModelVersion, properties: Record<string, string>): boolean {
  const recorded = model.properties.properties ?? {};
  return ['job', 'run', 'output', 'path', 'uri', 'pipelineRun', 'pipelineStep'].every(
    (name) => recorded[PREFIX + name] === properties[PREFIX + name],
  );
}

/** True when this pipeline run registered the version, in whichever step. */
export function isOfRun({ properties: { properties: recorded = {} } }: ModelVersion, run: PipelineRun): boolean {
  return recorded[`${PREFIX}pipelineRun`] === `${run.kind}/${run.id}` && recorded[`${PREFIX}project`] === run.project;
}
