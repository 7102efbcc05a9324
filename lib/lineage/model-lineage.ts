import { mergeMetrics, type RunMetrics } from '../azureml/job-metrics.ts';
import type { Job } from '../azureml/jobs.ts';
import { type Metrics, numbersOf, recordedValue } from '../azureml/metrics.ts';
import type { ModelVersion } from '../azureml/models.ts';
import { type PipelineRun, withoutCredentials } from './pipeline-run.ts';

/**
 * Names of the properties that a registered model carries. Properties can't be changed later, so they are the record;
 * tags are for people. One place for the names: registration writes them, the gate and the trace read them.
 */
const PREFIX = 'lineage.';
const METRIC_PREFIX = 'metric.';

export interface ModelSource {
  job: Job;
  /** Run that has the output: the job itself, or a step of it. */
  runId: string;
  /** Display name of the step; empty for the job itself. */
  step: string;
  output: string;
  /** What the job and its steps logged. */
  metrics: RunMetrics[];
}

/** What made a model, as properties of its version. */
export function modelProperties(source: ModelSource, run: PipelineRun): Record<string, string> {
  const { job, runId, step, output, metrics } = source;
  const facts: Record<string, string | undefined> = {
    job: job.name,
    run: runId,
    step,
    output,
    experiment: job.properties.experimentName,
    pipelineRun: `${run.kind}/${run.id}`,
    pipelineRunNumber: run.number,
    pipelineRunUrl: run.url,
    pipelineStep: run.step,
    project: run.project,
    repository: withoutCredentials(run.repository),
    branch: run.branch,
    commit: run.commit,
    requestedFor: run.requestedFor,
  };
  const entries = Object.entries(facts).flatMap(([name, value]) => (value ? [[PREFIX + name, value] as const] : []));
  const data = dataInputs(job).map(([name, uri]) => [`${PREFIX}data.${name}`, uri] as const);
  const measured = Object.entries(recordable(metrics)).map(
    ([name, value]) => [METRIC_PREFIX + name, String(value)] as const,
  );
  return Object.fromEntries([...entries, ...data, ...measured]);
}

/** Every metric of every step by `<step>/<name>`, and those whose name says enough by their name alone. */
function recordable(runs: readonly RunMetrics[]): Record<string, number> {
  const byStep = runs.filter(({ step }) => step !== '');
  const qualified = byStep.flatMap(({ step, metrics }) =>
    Object.entries(metrics).map(([name, value]) => [`${step}/${name}`, value]),
  );
  return numbersOf({ ...Object.fromEntries(qualified), ...mergeMetrics(runs) });
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
  return ['job', 'run', 'output', 'pipelineRun', 'pipelineStep'].every(
    (name) => recorded[PREFIX + name] === properties[PREFIX + name],
  );
}
