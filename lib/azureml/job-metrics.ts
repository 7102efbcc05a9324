import { UserError } from '../core/errors.ts';
import { didYouMean, oneOf } from '../core/nearest.ts';
import { inParallel } from '../core/parallel.ts';
import { getMetrics, type Metrics } from './metrics.ts';
import { listDescendants, runLabel } from './runs.ts';
import type { Workspace } from './workspace.ts';

/** A run of a job that can be told by name: the job itself, or one of its steps. */
export interface JobRun {
  runId: string;
  /** Display name of the step; empty for the job itself. */
  step: string;
}

/**
 * The run of a job's step, found by its display name.
 * @throws UserError `StepNotFound`, `StepAmbiguous`
 */
export async function findStep(workspace: Workspace, jobName: string, step: string): Promise<JobRun> {
  const runs = await listDescendants(workspace, jobName);
  const labels = [...new Set(runs.map(runLabel))];
  const found = runs.filter((run) => runLabel(run).toLowerCase() === step.toLowerCase() || run.runId === step);
  if (found.length === 1) return { runId: found[0]!.runId, step: runLabel(found[0]!) };
  throw new UserError(
    found.length === 0
      ? {
          code: 'StepNotFound',
          message: `The job '${jobName}' has no step '${step}'.${didYouMean(step, labels) || (labels.length > 0 ? ` Its steps are ${oneOf(labels)}.` : ' It is no pipeline.')}`,
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

/** Requests for metrics at once. */
const PARALLEL = 8;

/** What the job and each of its steps logged. Of steps that share a display name each is called by its run id. */
export async function listRunMetrics(workspace: Workspace, jobName: string): Promise<RunMetrics[]> {
  const children = await listDescendants(workspace, jobName);
  const labels = children.map(runLabel);
  const isUnique = (label: string): boolean => labels.indexOf(label) === labels.lastIndexOf(label);
  const runs = [
    { runId: jobName, step: '' },
    ...children.map((run) => ({ runId: run.runId, step: isUnique(runLabel(run)) ? runLabel(run) : run.runId })),
  ];
  return inParallel(runs, PARALLEL, async ({ runId, step }) => ({ step, metrics: await getMetrics(workspace, runId) }));
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
  if (step) return getMetrics(workspace, (await findStep(workspace, jobName, step)).runId);
  return mergeMetrics(await listRunMetrics(workspace, jobName));
}
