import { UserError } from '../core/errors.ts';
import { didYouMean, oneOf } from '../core/nearest.ts';
import { getMetrics, type Metrics } from './metrics.ts';
import { listDescendants, type Run, runLabel } from './runs.ts';
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
          fix: 'Name a step by its display name, or leave the input step empty.',
        }
      : {
          code: 'StepAmbiguous',
          message: `The job '${jobName}' has ${found.length} steps with the display name '${step}'.`,
          fix: `Give the step's run id instead: ${oneOf(found.map((run) => run.runId))}.`,
        },
  );
}

/**
 * The metrics of a job. Those of a pipeline are logged by its steps, so without a step's name they are taken from the job
 * and all of its steps together; a name that several runs logged with different values is given as `<step>/<name>`.
 */
export async function getJobMetrics(workspace: Workspace, jobName: string, step?: string): Promise<Metrics> {
  if (step) return getMetrics(workspace, (await findStep(workspace, jobName, step)).runId);
  const children: Pick<Run, 'runId' | 'displayName'>[] = await listDescendants(workspace, jobName);
  const runs = [{ runId: jobName, displayName: 'job' }, ...children];
  return mergeMetrics(
    await Promise.all(
      runs.map(async (run) => ({ label: runLabel(run), metrics: await getMetrics(workspace, run.runId) })),
    ),
  );
}

/** Metrics of several runs under one roof. */
export function mergeMetrics(runs: readonly { label: string; metrics: Metrics }[]): Metrics {
  const values = new Map<string, Set<number>>();
  for (const { metrics } of runs)
    for (const [name, value] of Object.entries(metrics)) values.set(name, (values.get(name) ?? new Set()).add(value));
  return Object.fromEntries(
    runs.flatMap(({ label, metrics }) =>
      Object.entries(metrics).map(([name, value]) => [values.get(name)!.size === 1 ? name : `${label}/${name}`, value]),
    ),
  );
}
