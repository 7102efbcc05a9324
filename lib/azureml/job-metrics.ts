import { UserError } from '../core/errors.ts';
import { inParallel } from '../core/parallel.ts';
import { notFound, oneOf } from '../core/words.ts';
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
}

/** The job itself as one of its runs. */
export async function jobRun(workspace: Workspace, jobName: string): Promise<JobRun> {
  const run = await findRun(workspace, jobName);
  return { runId: jobName, step: '', worker: (run && (bestTrialOf(run) ?? workerOf(run))) ?? jobName };
}

/**
 * The run of a job's step, found by its display name.
 * @throws UserError `StepNotFound`, `StepAmbiguous`
 */
export async function findStep(workspace: Workspace, jobName: string, step: string): Promise<JobRun> {
  const runs = await listDescendants(workspace, jobName, (run) => !hasTrials(run));
  const found = runs.filter((run) => runLabel(run).toLowerCase() === step.toLowerCase() || run.runId === step);
  const [first] = found;
  if (first && found.length === 1) {
    return { runId: first.runId, step: runLabel(first), worker: bestTrialOf(first) ?? workerOf(first) };
  }
  throw new UserError(
    first === undefined
      ? {
          code: 'StepNotFound',
          message: notFound('step', step, `in the job '${jobName}'`, [...new Set(runs.map(runLabel))]),
          fix: 'Name a step by its display name, or leave the step empty.',
        }
      : {
          code: 'StepAmbiguous',
          message: `The job '${jobName}' has ${found.length} steps with the display name '${step}'.`,
          fix: `Give the step's run id instead: ${oneOf(found.map((run) => run.runId))}.`,
        },
  );
}

/** Metrics of one run of a job. */
export interface RunMetrics {
  /** Display name of the step; empty for the job itself. */
  step: string;
  metrics: Metrics;
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
    { run: job ?? { runId: jobName }, step: '' },
    ...children.map((run) => ({ run, step: isUnique(runLabel(run)) ? runLabel(run) : run.runId })),
  ];
  return inParallel(named, PARALLEL, async ({ run, step }) => ({ step, metrics: await metricsOf(workspace, run) }));
}

async function metricsOf(workspace: Workspace, run: Pick<Run, 'runId' | 'properties' | 'tags'>): Promise<Metrics> {
  const own = await getMetrics(workspace, workerOf(run));
  const best = bestTrialOf(run);
  return best === undefined ? own : { ...own, ...(await getMetrics(workspace, best)) };
}

/**
 * Metrics of several runs under one roof: by their own name when one run logged it, and as `<step>/<name>` when several
 * did, whatever the values. The job's own keep their name.
 */
export function mergeMetrics(runs: readonly RunMetrics[]): Metrics {
  const owners = new Map<string, number>();
  for (const { metrics } of runs)
    for (const name of Object.keys(metrics)) owners.set(name, (owners.get(name) ?? 0) + 1);
  return Object.fromEntries(
    runs.flatMap(({ step, metrics }) =>
      Object.entries(metrics).map(([name, value]) => [
        step === '' || owners.get(name) === 1 ? name : `${step}/${name}`,
        value,
      ]),
    ),
  );
}

/** The metrics of a job: of one step when it is named, else of the job and all of its steps. */
export async function getJobMetrics(workspace: Workspace, jobName: string, step?: string): Promise<Metrics> {
  if (step) return getMetrics(workspace, (await findStep(workspace, jobName, step)).worker);
  return mergeMetrics(await listRunMetrics(workspace, jobName));
}
