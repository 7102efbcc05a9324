import { getRunDetails, hasTrials, type RunDetails } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { inParallel } from '../core/parallel.ts';
import { logMark, selectLogs } from './log-files.ts';
import { createLogReader, type LogReader, readTail } from './log-reader.ts';
import { hasEnded, mayHaveLogs } from './states.ts';
import type { JobView, StepView } from './view.ts';

/** Which logs are shown while the job runs: all, only those of steps that failed (at the end), or none. */
export type LogChoice = 'all' | 'failed' | 'none';

export interface LogOptions {
  choice: LogChoice;
  /** Hears a line. @param source the step, and the file when it has several; empty for the job's own main log */
  onLine(source: string, line: string): void;
  /** Hears that a log began anew. */
  onRestart(source: string): void;
  /** Hears once per log that its further lines are not shown. */
  onCut(source: string): void;
  /** Where an earlier try of this step stopped, by log. */
  positions?: Readonly<Record<string, number>>;
}

/** Characters of one log that are shown while the job runs; the agent's log is no place for gigabytes. */
const MOST_SHOWN = 10_000_000;
/** Last lines of a log that are repeated with its failure. */
export const TAIL_LINES = 25;
/**
 * How long a log is waited for that is not listed when its run has ended: the service writes the list of files after the
 * state (recorded: the log of a step of 13 s is listed at the end only).
 */
const LISTED_WITHIN_MS = 8_000;
/** A run that ended longer ago has all of its files; clocks differ by less. */
const ENDED_LONG_AGO_MS = 300_000;
/**
 * While a step runs, its files are listed once in so many reads of its logs. Their addresses are good for hours (recorded:
 * eight); one that is refused is asked for again in the same turn.
 */
const READS_PER_LIST = 4;

/** Runs whose logs are read at the same time. */
const READ_TOGETHER = 4;

/** A log of a run, while it is read. */
interface OpenLog {
  /** `{run id}/{path}`, which is the same after a restart of the task. */
  key: string;
  source: string;
  reader: LogReader;
  url: string;
  shown: number;
  tail: string[];
  cut: boolean;
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

/** A run whose log is read. */
interface LoggedRun {
  runId: string;
  label: string;
  status: string;
}

/** Runs with logs of their own: the steps of a pipeline, or the job itself. Trials of a sweep would flood the log. */
export function loggedRuns({ job, status, steps }: JobView): LoggedRun[] {
  const isSweep = steps.some(({ parent, trial }) => trial && parent === undefined);
  if (steps.length === 0 || isSweep) return [{ runId: job, label: '', status }];
  // The results of a reused step, its log among them, are an earlier run's and were shown then.
  return steps.filter((step: StepView) => !step.isParent && !step.reused && !step.trial);
}

/** @param now milliseconds since the epoch */
export function createJobLogs(workspace: Workspace, options: LogOptions, now: () => number): JobLogs {
  const logs = new Map<string, OpenLog[]>();
  /** Reads since the run ended: last lines may arrive a moment after it, so there are two. */
  const readsAfterEnd = new Map<string, number>();
  /** Reads since the files of a run were listed. */
  const readsSinceList = new Map<string, number>();
  const failed = new Map<string, string>();
  const unlisted = unlistedLogs(now);

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

  const readFiles = async (files: readonly OpenLog[], complete: boolean): Promise<FilesRead> => {
    const read: FilesRead = { news: false, whole: true };
    for (const log of files) {
      const before = log.reader.position();
      if (!log.cut) {
        const result = await log.reader.read(workspace.client, log.url, complete, () => log.cut);
        if (result === 'unreadable') read.whole = false;
      }
      read.news ||= log.reader.position() !== before;
    }
    return read;
  };

  /** Reads a step that runs at the addresses that are known. @returns undefined when its files have to be listed */
  const readKnown = async ({ runId, status }: LoggedRun): Promise<boolean | undefined> => {
    const files = logs.get(runId) ?? [];
    const reads = readsSinceList.get(runId) ?? READS_PER_LIST;
    if (hasEnded(status) || files.length === 0 || reads >= READS_PER_LIST) return undefined;
    readsSinceList.set(runId, reads + 1);
    const { news, whole } = await readFiles(files, false);
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
    const { news, whole } = await readFiles(files, complete);
    if (!whole) throw new Error('the storage gives no content');
    if (ended && !unlisted.isAwaiting(run, details, files.length)) readsAfterEnd.set(runId, complete ? 2 : 1);
    return news;
  };

  const read = async (view: JobView): Promise<boolean> => {
    if (options.choice !== 'all') return false;
    const runs = loggedRuns(view).filter(({ runId, status }) => mayHaveLogs(status) && readsAfterEnd.get(runId) !== 2);
    // Some at a time: the news of the job waits for the logs of all its steps.
    const news = await inParallel(runs, READ_TOGETHER, async (run) => {
      try {
        const isNew = await readRun(run, view.details);
        failed.delete(run.runId);
        return isNew;
      } catch (error) {
        // A log that can't be read says nothing about the job; the next turn has another address and tries again.
        readsSinceList.delete(run.runId);
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
      const main = logs.get(runId)?.[0];
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
    isIncomplete: (view) => options.choice === 'all' && hasUnread(view, readsAfterEnd),
    isAwaited: unlisted.isAwaited,
    missing: unlisted.missing,
    unread: () => [...failed.values()],
    cut: () =>
      [...logs.values()].flatMap((all) => all.filter(({ cut }) => cut).map(({ source, url }) => ({ source, url }))),
    positions: () =>
      Object.fromEntries([...logs.values()].flatMap((all) => all.map(({ key, reader }) => [key, reader.position()]))),
  };
}

/** What a read of some files found: whether something new was there, and whether all could be read. */
interface FilesRead {
  news: boolean;
  whole: boolean;
}

/** Runs that have ended and have no log yet, with the time at which that was noticed. */
function unlistedLogs(now: () => number) {
  const runs = new Map<string, { label: string; since: number }>();
  const isLate = (since: number): boolean => now() - since < LISTED_WITHIN_MS;
  return {
    /** Notes how many logs a run has that has ended. @returns true while one may come */
    isAwaiting({ runId, label }: Pick<LoggedRun, 'runId' | 'label'>, details: RunDetails, files: number): boolean {
      if (files > 0 || !expectsLog(details, now())) {
        runs.delete(runId);
        return false;
      }
      const since = runs.get(runId)?.since ?? now();
      runs.set(runId, { label, since });
      return isLate(since);
    },
    isAwaited: (runId?: string): boolean =>
      [...runs].some(([id, { since }]) => (runId === undefined || id === runId) && isLate(since)),
    missing: (): string[] => [...runs.values()].map(({ label }) => label),
  };
}

/**
 * True for a run that executed something and ended not long ago. Pipelines, sweeps and AutoML jobs have no log of the user's
 * (recorded sources: `azureml.PipelineRun`, `hyperdrive`, `automl`).
 */
function expectsLog({ startTimeUtc, endTimeUtc, properties, tags }: RunDetails, now: number): boolean {
  if (!startTimeUtc || (endTimeUtc && now - Date.parse(endTimeUtc) > ENDED_LONG_AGO_MS)) return false;
  return (
    !/pipelinerun|hyperdrive|sweep|automl/i.test(properties?.['azureml.runsource'] ?? '') &&
    !hasTrials({ properties, tags })
  );
}

/** True when a run has ended and was not read twice since. */
function hasUnread(view: JobView, readsAfterEnd: ReadonlyMap<string, number>): boolean {
  const ended = loggedRuns(view).filter(({ status }) => mayHaveLogs(status) && hasEnded(status));
  return ended.some(({ runId }) => readsAfterEnd.get(runId) !== 2);
}

function openLog(key: string, source: string, { onLine, onRestart, onCut, positions = {} }: LogOptions): OpenLog {
  const log: OpenLog = { key, source, url: '', shown: 0, tail: [], cut: false, reader: undefined as never };
  log.reader = createLogReader(
    (line) => {
      log.tail.push(line);
      if (log.tail.length > TAIL_LINES) log.tail.shift();
      if (log.cut) return;
      log.shown += line.length + 1;
      onLine(source, line);
      if (log.shown < MOST_SHOWN) return;
      log.cut = true;
      onCut(source);
    },
    () => {
      log.tail = [];
      onRestart(source);
    },
    positions[key] ?? 0,
  );
  return log;
}
