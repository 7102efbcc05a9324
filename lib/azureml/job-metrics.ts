import { UserError } from '../core/errors.ts';
import { inParallel } from '../core/parallel.ts';
import { notFound, oneOf } from '../core/words.ts';
import { nameOf } from './ids.ts';
import { findJob } from './jobs.ts';
import { getMetrics, type Metrics } from './metrics.ts';
import { bestTrialOf, findRun, hasTrials, listDescendants, type Run, runLabel, workerOf } from './runs.ts';
import type { Workspace } from './workspace.ts';

/** A run of a job that can be named: the job itself, or one of its steps. */
export interface JobRun {
  runId: string;
  /** Display name of the step; empty for the job itself. */
  step: string;
  /** The run that has the results: of a reused step the one that did the work, of a sweep its best trial. */
  worker: string;
  /** As run history spells it; undefined when it does not know the run. */
  status: string | undefined;
}

/** The job itself as one of its runs. */
export async function jobRun(workspace: Workspace, jobName: string): Promise<JobRun> {
  const run = await findRun(workspace, jobName);
  const worker = (run && (bestTrialOf(run) ?? workerOf(run))) ?? jobName;
  return { runId: jobName, step: '', worker, status: run?.status };
}

/**
 * The run of a job's step, found by its display name, its run id, or its key in the job.
 * @throws UserError `StepNotFound`, `StepAmbiguous`
 */
export async function findStep(workspace: Workspace, jobName: string, step: string): Promise<JobRun> {
  const runs = await listDescendants(workspace, jobName, (run) => !hasTrials(run));
  const named = runs.filter((run) => runLabel(run).toLowerCase() === step.toLowerCase() || run.runId === step);
  const isOwn = (run: Run): boolean => (run.parentRunId || jobName) === jobName;
  // A step inside an inner pipeline may be called what the job calls one of its own.
  const own = named.some(isOwn) ? [] : await findByKey(workspace, jobName, step, runs.filter(isOwn));
  const found = [...new Set([...named, ...own])];
  const [first] = found;
  if (first && found.length === 1) {
    const worker = bestTrialOf(first) ?? workerOf(first);
    return { runId: first.runId, step: runLabel(first), worker, status: first.status };
  }
  throw new UserError(
    first === undefined
      ? {
          code: 'StepNotFound',
          message: notFound('step', step, `in the job '${jobName}'`, [...new Set(runs.map(runLabel))]),
          fix: 'Name a step by its display name or its key in the job, or leave the step empty.',
        }
      : {
          code: 'StepAmbiguous',
          message: `The job '${jobName}' has ${found.length} steps that '${step}' may be.`,
          fix: `Give the step's run id instead: ${oneOf(found.map((run) => run.runId))}.`,
        },
  );
}

/**
 * Runs of the step that has this key in the job, of those that are its own. No property of a run holds the key; the run names the component that it is
 * of (`azureml.moduleid`), and the job names the component of each key (recorded 2023 to 2026).
 */
async function findByKey(workspace: Workspace, jobName: string, key: string, runs: readonly Run[]): Promise<Run[]> {
  const job = await findJob(workspace, jobName);
  const steps = job?.properties.jobs ?? {};
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined;
  if (!step) return [];
  const byName = runs.filter((run) => step.display_name && runLabel(run) === step.display_name);
  const component = nameOf(step.componentId ?? '');
  return byName.length > 0 ? byName : runs.filter((run) => run.properties?.['azureml.moduleid'] === component);
}

/** Metrics of one run of a job. */
export interface RunMetrics {
  /** Display name of the step; empty for the job itself. */
  step: string;
  metrics: Metrics;
  /** As run history spells it; undefined when it does not know the run. */
  status?: string | undefined;
  /** Runs that logged the metrics; where several logged one, the first of them counts. */
  runs?: string[];
}

/** Requests for metrics in flight. */
const PARALLEL = 8;

/**
 * What the job and each of its steps logged. Of steps that share a display name each is called by its run id. Metrics of a
 * reused step are those of the run that did the work. A sweep's are its own and those of its best trial, which win; the
 * other trials are left out.
 */
export async function listRunMetrics(workspace: Workspace, jobName: string): Promise<RunMetrics[]> {
  const job = await findRun(workspace, jobName);
  const children = job && hasTrials(job) ? [] : await listDescendants(workspace, jobName, (run) => !hasTrials(run));
  const labels = children.map(runLabel);
  const isUnique = (label: string): boolean => labels.indexOf(label) === labels.lastIndexOf(label);
  const named = [
    { run: job ?? { runId: jobName, status: undefined }, step: '' },
    ...children.map((run) => ({ run, step: isUnique(runLabel(run)) ? runLabel(run) : run.runId })),
  ];
  return inParallel(named, PARALLEL, async ({ run, step }) => ({
    step,
    status: run.status,
    ...(await metricsOf(workspace, run)),
  }));
}

async function metricsOf(
  workspace: Workspace,
  run: Pick<Run, 'runId' | 'properties' | 'tags'>,
): Promise<{ metrics: Metrics; runs: string[] }> {
  const worker = workerOf(run);
  const own = await getMetrics(workspace, worker);
  const best = bestTrialOf(run);
  if (best === undefined) return { metrics: own, runs: [worker] };
  return { metrics: { ...own, ...(await getMetrics(workspace, best)) }, runs: [best, worker] };
}

/** True for a run whose metrics may be judged: a step that failed may have logged half of what it measured. */
export function counts({ step, status }: Pick<RunMetrics, 'step' | 'status'>): boolean {
  return step === '' || (status !== 'Failed' && status !== 'Canceled');
}

/** A metric under the name that it has among those of several runs. */
export interface NamedMetric {
  /** `loss`, or `Train/loss` where several runs logged a `loss`. */
  name: string;
  /** What its run calls it. */
  logged: string;
  run: RunMetrics;
  /** `<step>.<name>`, in the form of `plainName`, when that is the name of one metric alone. */
  inStep: string | undefined;
}

/** Names of steps and metrics are read alike with `/` and `.` between them. */
export function plainName(name: string): string {
  return name.replaceAll('/', '.');
}

/**
 * Metrics of several runs under one roof: by their own name when one run logged it, and as `<step>/<name>` when several
 * did, whatever the values. The job's own keep their name. Steps that failed or were cancelled don't count. A metric whose
 * own name begins like that of another step's is never taken for it, whether that step logged it or not: it goes by
 * `<step>/<name>`, and one of the job itself is left out.
 */
export function nameMetrics(runs: readonly RunMetrics[]): NamedMetric[] {
  const logged = runs
    .filter(counts)
    .flatMap((run) => Object.keys(run.metrics).map((name) => ({ run, logged: name, inStep: `${run.step}/${name}` })));
  const owners = countsBy(logged.map(({ logged: name }) => name));
  const ofSteps = countsBy(logged.filter(({ run }) => run.step !== '').map(({ inStep }) => plainName(inStep)));
  const steps = runs.map(({ step }) => step);
  return logged.flatMap(({ run, logged: name, inStep }) => {
    const isOne = ofSteps.get(plainName(inStep)) === 1 && !readsAsOfAnother(inStep, run.step, steps);
    const found = { logged: name, run, inStep: isOne ? plainName(inStep) : undefined };
    const others = steps.filter((step) => step !== run.step);
    const readsLikeAnother = ofSteps.has(plainName(name)) || others.some((step) => isBelow(name, step));
    const isOwn = run.step === '' || (owners.get(name) === 1 && !readsLikeAnother);
    if (isOwn) return readsLikeAnother ? [] : [{ ...found, name }];
    return isOne ? [{ ...found, name: inStep }] : [];
  });
}

/** True for `Evaluate/accuracy` and `Evaluate.accuracy` of the step Evaluate. */
function isBelow(name: string, step: string): boolean {
  return step !== '' && plainName(name).startsWith(`${plainName(step)}.`);
}

/** True when `<step>/<name>` reads like a metric of a longer step: `A/B/x` of the step `A` like the `x` of the step `A/B`. */
export function readsAsOfAnother(inStep: string, step: string, steps: readonly string[]): boolean {
  return steps.some((other) => other.length > step.length && isBelow(inStep, other));
}

function countsBy(names: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/** The values of `nameMetrics`. */
export function mergeMetrics(runs: readonly RunMetrics[]): Metrics {
  return Object.fromEntries(nameMetrics(runs).map(({ name, logged, run }) => [name, run.metrics[logged]!]));
}

/** The metrics of a job: of one step when it is named, else of the job and all of its steps. */
export async function getJobMetrics(workspace: Workspace, jobName: string, step?: string): Promise<Metrics> {
  if (step) return getMetrics(workspace, (await findStep(workspace, jobName, step)).worker);
  return mergeMetrics(await listRunMetrics(workspace, jobName));
}
