import { getRunDetails, runErrorText } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { inParallel } from '../core/parallel.ts';
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

/** What failed, the cause first. */
export interface Diagnosis {
  failures: StepFailure[];
  /** Steps that failed as well and are not among them. */
  moreFailed: number;
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

/** Failed steps whose error and log are read; those after them mostly failed for the same reason. */
const MOST_DIAGNOSED = 10;
/** Requests at the same time. */
const TOGETHER = 4;
const LATE_LOG_AFTER_MS = 2_000;

/** Time, and what ends the waiting for a log. */
interface Waiting {
  clock: Clock;
  signal: AbortSignal;
}

/** What usually helps with such an error; pure. */
export function hintFor(error: string, logTail: readonly string[]): string | undefined {
  const text = [error, ...logTail].join('\n');
  return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}

/**
 * Why a job failed. Steps that failed only because steps below them did are left out, and so are trials of a sweep that
 * has others. What can't be read makes the diagnosis poorer and never replaces it by an error of its own.
 */
export async function diagnose(
  workspace: Workspace,
  view: JobView,
  logs: JobLogs,
  waiting: Waiting,
): Promise<Diagnosis> {
  const failed = view.steps.filter(({ status, isParent, trial }) => status === 'Failed' && !isParent && !trial);
  const runs =
    failed.length > 0 ? failed : view.status === 'Failed' ? [{ runId: view.job, worker: view.job, label: '' }] : [];
  // The step that failed first is the likely cause of the others.
  const inOrder = [...runs].sort((a, b) => endOf(a) - endOf(b)).slice(0, MOST_DIAGNOSED);
  const errors = await inParallel(inOrder, TOGETHER, ({ runId }) => errorOf(workspace, runId, view));
  const tails = await tailsOf(inOrder, logs, waiting);
  const failures = inOrder.map(({ label }, nth): StepFailure => {
    const error = errors[nth] ?? 'Azure ML gave no reason.';
    const logTail = tails[nth]!;
    return { label, error, hint: hintFor(error, logTail), logTail };
  });
  return { failures, moreFailed: runs.length - inOrder.length };
}

/** A failed run whose log is read. */
type FailedRun = Parameters<JobLogs['tailOf']>[0];

/** The ends of logs. One that is not listed yet is waited for some seconds, all of them together. */
async function tailsOf(runs: readonly FailedRun[], logs: JobLogs, { clock, signal }: Waiting): Promise<string[][]> {
  const tails = await inParallel(runs, TOGETHER, (run) => logs.tailOf(run));
  while (!signal.aborted && runs.some(({ runId }) => logs.isAwaited(runId))) {
    await clock.sleep(LATE_LOG_AFTER_MS, signal);
    await inParallel(runs, TOGETHER, async (run, nth) => {
      if (logs.isAwaited(run.runId)) tails[nth] = await logs.tailOf(run);
    });
  }
  return tails;
}

/** Milliseconds since the epoch; after all others when the service does not know it. */
function endOf(run: object): number {
  return (run as { ended?: number }).ended ?? Number.MAX_VALUE;
}

async function errorOf(workspace: Workspace, runId: string, view: JobView): Promise<string | undefined> {
  try {
    const details = view.details?.runId === runId ? view.details : await getRunDetails(workspace, runId);
    return runErrorText(details.error);
  } catch (error) {
    return `its error could not be read: ${(error as Error).message}`;
  }
}
