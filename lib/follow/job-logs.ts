import { getRunDetails, type RunDetails } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { logMark, selectLogs } from './log-files.ts';
import { readTail } from './log-reader.ts';
import { type LogOptions, type OpenLog, openLog, readFiles, TAIL_LINES } from './open-log.ts';
import { hasEnded, mayHaveLogs } from './states.ts';
import { type UnlistedLogs, unlistedLogs } from './unlisted-logs.ts';
import type { JobView, StepView } from './view.ts';

/**
 * While a step runs, its files are listed once in so many reads of its logs. Their addresses are good for hours (recorded:
 * eight); one that is refused is asked for again in the same turn.
 */
const READS_PER_LIST = 4;

/** Runs whose logs are read at the same time. */
const READ_TOGETHER = 4;

/** A run whose log is read. */
interface LoggedRun {
  runId: string;
  label: string;
  status: string;
}

/** All logs of a job. What can't be read is tried again at the next turn and never hides how the job is. */
export interface JobLogs {
  /** Reads what is new; never throws for a log. @returns whether something new was there */
  read(view: JobView): Promise<boolean>;
  /** Reads to the end after the job has ended. */
  finish(view: JobView): Promise<void>;
  /** The last lines of a run's main log. */
  tailOf(run: { runId: string; worker: string; label: string }): Promise<string[]>;
  /** True when a run that has ended may have lines that were not read. */
  isIncomplete(view: JobView): boolean;
  /** True while a log may be listed that was not when its run had ended. */
  isAwaited(runId?: string): boolean;
  /** Steps, or the job (empty), that ran and of which no log is listed. */
  missing(): string[];
  /** Sources whose log could not be read to its end. */
  unread(): string[];
  /** Logs that were cut, with an address that is good now. */
  cut(): { source: string; url: string }[];
  /** Where to go on when the task is started anew. */
  positions(): Record<string, number>;
}

/** Runs with logs of their own: the steps of a pipeline, or the job itself. Trials of a sweep would flood the log. */
export function loggedRuns({ job, status, steps }: JobView): LoggedRun[] {
  const isSweep = steps.some(({ parent, trial }) => trial && parent === undefined);
  if (steps.length === 0 || isSweep) return [{ runId: job, label: '', status }];
  // The results of a reused step, its log among them, are an earlier run's and were shown then.
  return steps.filter((step: StepView) => !step.isParent && !step.reused && !step.trial);
}

/** The files of runs and how far they were read. */
function createRunReader(workspace: Workspace, options: LogOptions, unlisted: UnlistedLogs) {
  const logs = new Map<string, OpenLog[]>();
  /** Reads since the run ended: last lines may arrive a moment after it, so there are two. */
  const readsAfterEnd = new Map<string, number>();
  /** Reads since the files of a run were listed. */
  const readsSinceList = new Map<string, number>();

  const open = (run: LoggedRun, details: RunDetails): OpenLog[] => {
    const files = details.logFiles ?? {};
    const names = selectLogs(Object.keys(files));
    const known = logs.get(run.runId) ?? [];
    const opened = names.map((name) => {
      const key = `${run.runId}/${name}`;
      const source = [run.label, logMark(name, names)].filter((part) => part !== '').join(' ');
      const log = known.find((one) => one.key === key) ?? openLog(key, source, options);
      log.url = files[name]!;
      return log;
    });
    logs.set(run.runId, opened);
    return opened;
  };

  /** Reads a step that runs at the addresses that are known. @returns undefined when its files have to be listed */
  const readKnown = async ({ runId, status }: LoggedRun): Promise<boolean | undefined> => {
    const files = logs.get(runId) ?? [];
    const reads = readsSinceList.get(runId) ?? READS_PER_LIST;
    if (hasEnded(status) || files.length === 0 || reads >= READS_PER_LIST) return undefined;
    readsSinceList.set(runId, reads + 1);
    const { news, whole } = await readFiles(workspace.client, files, false);
    return whole ? news : undefined;
  };

  const readRun = async (run: LoggedRun, given: RunDetails | undefined): Promise<boolean> => {
    const { runId } = run;
    const isGiven = given?.runId === runId;
    const known = isGiven ? undefined : await readKnown(run);
    if (known !== undefined) return known;
    const ended = hasEnded(run.status);
    const complete = ended && (readsAfterEnd.get(runId) ?? 0) > 0;
    const details = isGiven ? given : await getRunDetails(workspace, runId);
    const files = open(run, details);
    readsSinceList.set(runId, 1);
    const { news, whole } = await readFiles(workspace.client, files, complete);
    if (!whole) throw new Error('the storage gives no content');
    if (ended && !unlisted.isAwaiting(run, details, files.length)) readsAfterEnd.set(runId, complete ? 2 : 1);
    return news;
  };

  return {
    /** @throws what keeps the log from being read; what was read before is not read again */
    async read(run: LoggedRun, given: RunDetails | undefined): Promise<boolean> {
      try {
        return await readRun(run, given);
      } catch (error) {
        readsSinceList.delete(run.runId);
        throw error;
      }
    },
    isRead: ({ runId }: LoggedRun): boolean => readsAfterEnd.get(runId) === 2,
    mainOf: (runId: string): OpenLog | undefined => logs.get(runId)?.[0],
    all: (): OpenLog[] => [...logs.values()].flat(),
  };
}

/** @param now milliseconds since the epoch */
export function createJobLogs(workspace: Workspace, options: LogOptions, now: () => number): JobLogs {
  const failed = new Map<string, string>();
  const unlisted = unlistedLogs(now);
  const reader = createRunReader(workspace, options, unlisted);

  const read = async (view: JobView): Promise<boolean> => {
    if (options.choice !== 'all') return false;
    const runs = loggedRuns(view).filter((run) => mayHaveLogs(run.status) && !reader.isRead(run));
    // Some at a time: the news of the job waits for the logs of all its steps.
    const news = await inParallel(runs, READ_TOGETHER, async (run) => {
      try {
        const isNew = await reader.read(run, view.details);
        failed.delete(run.runId);
        return isNew;
      } catch (error) {
        // A log that can't be read says nothing about the job; the next turn has another address and tries again.
        failed.set(run.runId, `${run.label || 'the job'} (${(error as Error).message})`);
        return false;
      }
    });
    return news.includes(true);
  };

  return {
    read,
    async finish(view) {
      await read(view);
    },
    async tailOf({ runId, worker, label }) {
      const main = reader.mainOf(runId);
      if (main && !main.cut && main.tail.length > 0) return main.tail;
      try {
        const details = await getRunDetails(workspace, worker);
        const [name] = selectLogs(Object.keys(details.logFiles ?? {}));
        unlisted.isAwaiting({ runId, label }, details, name === undefined ? 0 : 1);
        return name === undefined ? [] : await readTail(workspace.client, details.logFiles![name]!, TAIL_LINES);
      } catch {
        return [];
      }
    },
    isIncomplete: (view) =>
      options.choice === 'all' &&
      loggedRuns(view).some((run) => mayHaveLogs(run.status) && hasEnded(run.status) && !reader.isRead(run)),
    isAwaited: unlisted.isAwaited,
    missing: unlisted.missing,
    unread: () => [...failed.values()],
    cut: () => reader.all().flatMap(({ cut, source, url }) => (cut ? [{ source, url }] : [])),
    positions: () => Object.fromEntries(reader.all().map((log) => [log.key, log.reader.position()])),
  };
}
