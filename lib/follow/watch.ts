import { isPassing } from '../azure/failures.ts';
import { getRunDetails, listDescendants, type Run, type RunDetails, runErrorText, runLabel } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import type { Clock } from '../core/clock.ts';
import { createLogReader, type LogReader, selectLogs } from './logs.ts';
import { pollingInterval } from './polling.ts';
import { type EndStatus, hasEnded, mayHaveLogs } from './status.ts';

/** A step of a pipeline as it stands now. */
export interface StepState {
  runId: string;
  label: string;
  status: string;
  /** Milliseconds since it began, or that it took; undefined before it began. */
  duration: number | undefined;
}

/** Hears what changes while a job is watched. */
export interface WatchListener {
  status(status: string): void;
  /** All steps, whenever one of them changed. */
  steps(steps: StepState[]): void;
  /** @param step undefined for the job's own log */
  log(step: string | undefined, lines: string[]): void;
  /** Nothing changed for some minutes. */
  stillThere(status: string, elapsed: number): void;
  /** Azure could not be asked this time; watching goes on. */
  unreachable(reason: string): void;
}

/** How a job ended. */
export interface WatchResult {
  status: EndStatus;
  /** Milliseconds from the job's start (or the first look) to its end. */
  duration: number;
  steps: StepState[];
  failures: StepFailure[];
}

export interface StepFailure {
  label: string;
  error: string;
  logTail: string[];
}

export interface WatchOptions {
  clock: Clock;
  signal: AbortSignal;
  listener: WatchListener;
  /** Milliseconds between two looks at least. */
  minimumInterval?: number | undefined;
}

/** A sign of life after this long without a change: a silent log looks like a hanging one. */
const HEARTBEAT_MS = 3 * 60_000;
/** Looks that may fail one after the other before watching is given up; each was retried by the client before. */
const MOST_FAILURES = 10;

/**
 * Follows a job to its end: status, steps and logs. States that are not known as an end count as "still going".
 * @throws the signal's reason when it aborts; UserError when Azure can't be reached any more
 */
export async function watchJob(workspace: Workspace, jobName: string, options: WatchOptions): Promise<WatchResult> {
  const { clock, signal, listener } = options;
  const readers = new Map<string, LogReader>();
  const begin = clock.now();
  let shown = '';
  let lastStatus = '';
  let lastNews = begin;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      const { details, runs } = await lookAt(workspace, jobName);
      // What a step printed comes before the news that it ended.
      let news = await readLogs(workspace, details, runs, readers, listener);
      const steps = stepStates(runs, clock.now());
      const states = steps.map(({ runId, status }) => `${runId} ${status}`).join();
      if (states !== shown) {
        shown = states;
        news = true;
        listener.steps(steps);
      }
      if (details.status !== lastStatus) {
        lastStatus = details.status;
        news = true;
        listener.status(lastStatus);
      }
      if (hasEnded(lastStatus))
        return await resultOf(workspace, details, lastStatus, runs, steps, readers, begin, clock);
      failures = 0;
      if (news) lastNews = clock.now();
    } catch (error) {
      if (!isPassing(error) || ++failures > MOST_FAILURES) throw error;
      listener.unreachable((error as Error).message);
    }
    if (clock.now() - lastNews >= HEARTBEAT_MS) {
      lastNews = clock.now();
      listener.stillThere(lastStatus, clock.now() - begin);
    }
    await clock.sleep(pollingInterval(clock.now() - begin, options.minimumInterval), signal);
  }
}

interface Look {
  details: RunDetails;
  runs: Run[];
}

async function lookAt(workspace: Workspace, jobName: string): Promise<Look> {
  // The job's state is read before its steps', so that an ended job is never shown with steps from before its end.
  const details = await getRunDetails(workspace, jobName);
  return { details, runs: await listDescendants(workspace, jobName) };
}

/** Steps in the service's order; pipelines inside pipelines are rows of their own. */
export function stepStates(runs: readonly Run[], now: number): StepState[] {
  return runs.map((run) => ({
    runId: run.runId,
    label: runLabel(run),
    status: run.status,
    duration: durationOf(run, now),
  }));
}

function durationOf(
  { startTimeUtc, endTimeUtc }: Pick<Run, 'startTimeUtc' | 'endTimeUtc'>,
  now: number,
): number | undefined {
  if (!startTimeUtc) return undefined;
  return Math.max(0, (endTimeUtc ? Date.parse(endTimeUtc) : now) - Date.parse(startTimeUtc));
}

/** Prints what is new in the logs of the job and of its running steps; true when there was something. */
async function readLogs(
  workspace: Workspace,
  details: RunDetails,
  runs: readonly Run[],
  readers: Map<string, LogReader>,
  listener: WatchListener,
): Promise<boolean> {
  let news = false;
  const read = async (step: string | undefined, run: RunDetails, ended: boolean): Promise<void> => {
    for (const name of selectLogs(Object.keys(run.logFiles ?? {}))) {
      const key = `${run.runId}/${name}`;
      const reader = readers.get(key) ?? createLogReader();
      readers.set(key, reader);
      const lines = await reader.read(workspace, run.logFiles![name]!, ended);
      if (lines.length === 0) continue;
      news = true;
      listener.log(step, lines);
    }
  };
  for (const run of runs) {
    const finished = `${run.runId}/ended`;
    if (!mayHaveLogs(run.status) || readers.has(finished)) continue;
    await read(runLabel(run), await getRunDetails(workspace, run.runId), hasEnded(run.status));
    if (hasEnded(run.status)) readers.set(finished, createLogReader());
  }
  // A pipeline's own log is the orchestration's and says nothing that the step table does not.
  if (runs.length === 0 && mayHaveLogs(details.status)) await read(undefined, details, hasEnded(details.status));
  return news;
}

async function resultOf(
  workspace: Workspace,
  details: RunDetails,
  status: EndStatus,
  runs: readonly Run[],
  steps: StepState[],
  readers: ReadonlyMap<string, LogReader>,
  begin: number,
  clock: Clock,
): Promise<WatchResult> {
  const tailOf = (runId: string): string[] =>
    [...readers].filter(([key]) => key.startsWith(`${runId}/`)).flatMap(([, reader]) => reader.tail());
  const failures: StepFailure[] = [];
  for (const run of runs.filter((one) => one.status === 'Failed')) {
    const { error } = await getRunDetails(workspace, run.runId);
    failures.push({
      label: runLabel(run),
      error: runErrorText(error) ?? 'Azure ML gave no reason.',
      logTail: tailOf(run.runId),
    });
  }
  if (status === 'Failed' && failures.length === 0)
    failures.push({
      label: '',
      error: runErrorText(details.error) ?? 'Azure ML gave no reason.',
      logTail: tailOf(details.runId),
    });
  return { status, duration: durationOf(details, clock.now()) ?? clock.now() - begin, steps, failures };
}
