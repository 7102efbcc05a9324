import { hasStatus, isPassing } from '../azure/failures.ts';
import { findJob } from '../azureml/jobs.ts';
import {
  bestTrialOf,
  getRunDetails,
  hasTrials,
  isReused,
  listDescendants,
  type Run,
  type RunDetails,
  runLabel,
  workerOf,
} from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';

/** A step of a pipeline, or a trial of a sweep, as it is at one moment. */
export interface StepView {
  runId: string;
  /** The run that did the work; another one than `runId` for a reused step. */
  worker: string;
  label: string;
  status: string;
  /** Its results were taken from an earlier run. */
  reused: boolean;
  /** Run id of the step that it belongs to; undefined directly below the job. */
  parent: string | undefined;
  /** For trials: the hyperparameters, and whether the sweep names it as its best. */
  trial: { parameters: string; best: boolean } | undefined;
  /** It has steps of its own, which say more than it does. */
  isParent: boolean;
  /** Milliseconds since the epoch; undefined before it began or while it runs. */
  begun: number | undefined;
  ended: number | undefined;
}

/** A job at one moment. */
export interface JobView {
  job: string;
  status: string;
  begun: number | undefined;
  ended: number | undefined;
  steps: StepView[];
  /** What the service wants the user to know, although nothing failed. */
  warnings: string[];
  /** Of run history; undefined when that could not be read and Resource Manager told the status alone. */
  details: RunDetails | undefined;
}

/**
 * Reads a job and, when they are wanted, its steps. The job's state is read before its steps', so that an ended job is never
 * shown with steps from before its end. Run history says more and is asked first; while it is down, or does not know the
 * job yet, Resource Manager's word on the status is enough to go on.
 * @param before the view whose steps are kept when they are not read again
 * @throws AzureError or UserError when neither can be read
 */
export async function look(
  workspace: Workspace,
  job: string,
  { before, steps: wanted = true }: { before?: JobView | undefined; steps?: boolean } = {},
): Promise<JobView> {
  const details = await readDetails(workspace, job);
  if (typeof details === 'string')
    return { ...(before ?? unread(job)), status: details, details: undefined, warnings: before?.warnings ?? [] };
  const steps = wanted ? await readSteps(workspace, job, details) : (before?.steps ?? []);
  return {
    job,
    status: details.status,
    begun: time(details.startTimeUtc),
    ended: time(details.endTimeUtc),
    steps,
    warnings: (details.warnings ?? []).flatMap(({ message }) => (message ? [message] : [])),
    details,
  };
}

function unread(job: string): Omit<JobView, 'status' | 'details'> {
  return { job, begun: undefined, ended: undefined, steps: [], warnings: [] };
}

/** Run history's details, or the status that Resource Manager knows. */
async function readDetails(workspace: Workspace, job: string): Promise<RunDetails | string> {
  try {
    return await getRunDetails(workspace, job);
  } catch (error) {
    if (!isPassing(error) && !hasStatus(error, 404)) throw error;
    // The first failure says more than what follows from it.
    const found = await findJob(workspace, job).catch(() => undefined);
    const status = found?.properties.status;
    if (!status) throw error;
    return status;
  }
}

/** @param details of the job, which may be a sweep itself */
async function readSteps(workspace: Workspace, job: string, details: RunDetails): Promise<StepView[]> {
  const runs = await listDescendants(workspace, job);
  const parents = new Map(runs.map((run) => [run.runId, run]));
  const withChildren = new Set(runs.map(({ parentRunId }) => parentRunId));
  return runs.map((run) => stepOf(run, parents.get(run.parentRunId ?? ''), details, withChildren));
}

function stepOf(
  run: Run,
  parent: Run | undefined,
  job: RunDetails,
  withChildren: ReadonlySet<string | null | undefined>,
): StepView {
  return {
    runId: run.runId,
    worker: workerOf(run),
    label: runLabel(run),
    status: run.status,
    reused: isReused(run),
    parent: parent?.runId,
    trial: trialOf(run, parent ?? job),
    isParent: withChildren.has(run.runId),
    begun: time(run.startTimeUtc),
    ended: time(run.endTimeUtc),
  };
}

/** The tag `hyperparameters` of a sweep's trial is JSON: `{"lr": 0.1}`. */
function trialOf(run: Run, parent: Run | RunDetails): StepView['trial'] {
  const written = run.tags?.hyperparameters;
  if (written === undefined && !hasTrials(parent)) return undefined;
  return { parameters: parametersOf(written ?? ''), best: bestTrialOf(parent) === run.runId };
}

function parametersOf(json: string): string {
  try {
    const values = Object.entries(JSON.parse(json) as Record<string, unknown>);
    return values.map(([name, value]) => `${name}=${String(value)}`).join(', ');
  } catch {
    return json;
  }
}

/** Milliseconds since the epoch. */
function time(text: string | null | undefined): number | undefined {
  const milliseconds = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** How long something took, or has taken until now, in milliseconds; undefined before it began. Clocks differ: never negative. */
export function durationOf({ begun, ended }: Pick<StepView, 'begun' | 'ended'>, now: number): number | undefined {
  return begun === undefined ? undefined : Math.max(0, (ended ?? now) - begun);
}
