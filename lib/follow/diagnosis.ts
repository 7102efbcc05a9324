import { getRunDetails, runErrorText } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { JobLogs } from './job-logs.ts';
import type { JobView } from './view.ts';

/** Why a job failed: the step, what the service says, the end of the log, and what to try. */
export interface StepFailure {
  /** Empty for the job itself. */
  label: string;
  /** One line. */
  error: string;
  /** What usually helps; undefined when nothing is known about such an error. */
  hint: string | undefined;
  logTail: string[];
}

/** All that failed, the cause first. */
export interface Diagnosis {
  failures: StepFailure[];
}

/** Errors that look alike to those who meet them first. Sought in what the service says and in the last lines of the log. */
const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [
    /out of memory|OutOfMemory|OOMKilled|MemoryError|exit code:? 137\b|Cannot allocate memory|CUDA out of memory/i,
    'The step ran out of memory: use a larger VM size, a smaller batch, or less data per process.',
  ],
  [
    /preempt|evicted|low[- ]priority.*(node|vm)/i,
    'The node was taken away: use dedicated nodes, or let the step continue from checkpoints and retry it.',
  ],
  // Before the quota of computes: a full disk has one, too.
  [
    /No space left on device|DiskFull|disk (is )?full|disk quota exceeded/i,
    'The node’s disk is full: use a VM size with a larger disk, or mount the data instead of downloading it.',
  ],
  [
    /OutOfQuota|quota|AllocationFailed|SkuNotAvailable|OverconstrainedAllocation/i,
    'The compute has no room: ask for more quota of the VM family in this region, or use another VM size.',
  ],
  [
    /image build|ImageBuildFailure|docker build|conda.*(Resolve|Solving)|ResolvePackageNotFound|Could not find a version that satisfies/i,
    'The environment could not be built: open its build log in Azure ML studio and correct its packages.',
  ],
  [
    /ScriptExecution\.DatasetFormat|StreamAccess\.NotFound|DataAccess.*(NotFound|Authentication)|does not exist.*path/i,
    'The data could not be read: check its path, and that the compute’s identity may read the storage account.',
  ],
  [/ModuleNotFoundError|ImportError/, 'A package is missing: add it to the environment of the step.'],
];

/** What usually helps with such an error; pure. */
export function hintFor(error: string, logTail: readonly string[]): string | undefined {
  const text = [error, ...logTail].join('\n');
  return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Why a job failed. Steps that failed only because steps below them did are left out, and so are trials of a sweep that
 * has others. What can't be read makes the diagnosis poorer and never replaces it by an error of its own.
 */
export async function diagnose(workspace: Workspace, view: JobView, logs: JobLogs): Promise<Diagnosis> {
  const failed = view.steps.filter(({ status, isParent, trial }) => status === 'Failed' && !isParent && !trial);
  const runs =
    failed.length > 0 ? failed : view.status === 'Failed' ? [{ runId: view.job, worker: view.job, label: '' }] : [];
  // The step that failed first is the likely cause of the others.
  const inOrder = [...runs].sort((a, b) => (endOf(a) ?? 0) - (endOf(b) ?? 0));
  const failures: StepFailure[] = [];
  for (const run of inOrder) {
    const error = (await errorOf(workspace, run.runId, view)) ?? 'Azure ML gave no reason.';
    const logTail = await logs.tailOf(run);
    failures.push({ label: run.label, error, hint: hintFor(error, logTail), logTail });
  }
  return { failures };
}

function endOf(run: object): number | undefined {
  return (run as { ended?: number }).ended;
}

async function errorOf(workspace: Workspace, runId: string, view: JobView): Promise<string | undefined> {
  try {
    const details = view.details?.runId === runId ? view.details : await getRunDetails(workspace, runId);
    return runErrorText(details.error);
  } catch (error) {
    return `its error could not be read: ${(error as Error).message}`;
  }
}
