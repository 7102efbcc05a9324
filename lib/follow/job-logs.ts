import { getRunDetails, type RunDetails } from '../azureml/runs.ts';
import type { Workspace } from '../azureml/workspace.ts';
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
  tailOf(run: { runId: string; worker: string }): Promise<string[]>;
  /** True when a run that has ended may have lines that were not read. */
  isIncomplete(view: JobView): boolean;
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

export function createJobLogs(workspace: Workspace, options: LogOptions): JobLogs {
  const logs = new Map<string, OpenLog[]>();
  /** Reads since the run ended: last lines may arrive a moment after it, so there are two. */
  const readsAfterEnd = new Map<string, number>();
  const failed = new Map<string, string>();

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

  const readRun = async (run: LoggedRun, details: RunDetails | undefined): Promise<boolean> => {
    const ended = hasEnded(run.status);
    const complete = ended && (readsAfterEnd.get(run.runId) ?? 0) > 0;
    const now = details?.runId === run.runId ? details : await getRunDetails(workspace, run.runId);
    let news = false;
    let whole = true;
    for (const log of open(run, now)) {
      const before = log.reader.position();
      if (!log.cut) {
        const result = await log.reader.read(workspace.client, log.url, complete, () => log.cut);
        if (result === 'unreadable') whole = false;
      }
      news ||= log.reader.position() !== before;
    }
    if (!whole) throw new Error('the storage gives no content');
    if (ended) readsAfterEnd.set(run.runId, complete ? 2 : 1);
    return news;
  };

  const read = async (view: JobView): Promise<boolean> => {
    if (options.choice !== 'all') return false;
    let news = false;
    for (const run of loggedRuns(view)) {
      if (!mayHaveLogs(run.status) || readsAfterEnd.get(run.runId) === 2) continue;
      try {
        news = (await readRun(run, view.details)) || news;
        failed.delete(run.runId);
      } catch (error) {
        // A log that can't be read says nothing about the job; the next turn has another address and tries again.
        failed.set(run.runId, `${run.label || 'the job'} (${(error as Error).message})`);
      }
    }
    return news;
  };

  return {
    read,
    async finish(view) {
      await read(view);
    },
    async tailOf({ runId, worker }) {
      const main = logs.get(runId)?.[0];
      if (main && !main.cut && main.tail.length > 0) return main.tail;
      try {
        const details = await getRunDetails(workspace, worker);
        const [name] = selectLogs(Object.keys(details.logFiles ?? {}));
        return name === undefined ? [] : await readTail(workspace.client, details.logFiles![name]!, TAIL_LINES);
      } catch {
        return [];
      }
    },
    isIncomplete: (view) => options.choice === 'all' && hasUnread(view, readsAfterEnd),
    unread: () => [...failed.values()],
    cut: () =>
      [...logs.values()].flatMap((all) => all.filter(({ cut }) => cut).map(({ source, url }) => ({ source, url }))),
    positions: () =>
      Object.fromEntries([...logs.values()].flatMap((all) => all.map(({ key, reader }) => [key, reader.position()]))),
  };
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
