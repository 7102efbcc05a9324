import type { AzureClient } from '../azure/client.ts';
import { createLogReader, type LogReader } from './log-reader.ts';

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

/** Characters of one log that are shown while the job runs; the agent's log should not have gigabytes. */
const MOST_SHOWN = 10_000_000;
/** Last lines of a log that are repeated with its failure. */
export const TAIL_LINES = 25;
/** A log of a run, while it is read. */
export interface OpenLog {
  /** `{run id}/{path}`, which is the same after a restart of the task. */
  key: string;
  source: string;
  reader: LogReader;
  url: string;
  shown: number;
  tail: string[];
  cut: boolean;
}

/** A log that is read from where an earlier try stopped. @param key `{run id}/{path}` @param source that its lines are marked with */
export function openLog(
  key: string,
  source: string,
  { onLine, onRestart, onCut, positions = {} }: LogOptions,
): OpenLog {
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

/** What a read of some files found: whether something new was there, and whether all could be read. */
export interface FilesRead {
  news: boolean;
  whole: boolean;
}

/** Reads what is new in the files of a run. @param complete nothing will be added any more */
export async function readFiles(client: AzureClient, files: readonly OpenLog[], complete: boolean): Promise<FilesRead> {
  const read: FilesRead = { news: false, whole: true };
  for (const log of files) {
    const before = log.reader.position();
    if (!log.cut) {
      const result = await log.reader.read(client, log.url, complete, () => log.cut);
      if (result === 'unreadable') read.whole = false;
    }
    read.news ||= log.reader.position() !== before;
  }
  return read;
}
