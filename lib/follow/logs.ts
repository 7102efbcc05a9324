import { readBlob } from '../azure/blobs.ts';
import type { Workspace } from '../azureml/workspace.ts';

/** Bytes that are asked for at once. */
const CHUNK = 4_000_000;
/** Lines of a failed step that are repeated with its error. */
const TAIL = 25;
const NEW_LINE = 0x0a;
/** Longer lines are cut: a progress bar can be one line of megabytes. */
const LONGEST_LINE = 5_000;

/**
 * Of a run's log files the ones that people want to see: what the first process of the user's code printed
 * (azure-ai-ml `_job_ops_helper`: rank 0 of `user_logs/std_log*`, else the older layouts).
 */
export function selectLogs(names: readonly string[]): string[] {
  const patterns = [
    /user_logs\/std_log\D*0*(?:_ps)?\.txt$/,
    /azureml-logs\/\d{2}.+\.txt$/,
    /logs\/azureml\/executionlogs\.txt$/,
    /azureml-logs\/hyperdrive\.txt$/,
  ];
  for (const pattern of patterns) {
    const found = names.filter((name) => pattern.test(name)).sort();
    if (found.length > 0) return found;
  }
  return [];
}

/** Reads a growing log from where it stopped. */
export interface LogReader {
  /** New whole lines. @param url of the log now: its signature changes @param all the log is complete, so take its last line too */
  read(workspace: Workspace, url: string, all: boolean): Promise<string[]>;
  /** The last lines that were read. */
  tail(): string[];
}

export function createLogReader(): LogReader {
  let offset = 0;
  let tail: string[] = [];
  return {
    tail: () => tail,
    async read(workspace, url, all) {
      const lines: string[] = [];
      for (;;) {
        const bytes = await readBlob(workspace.client, url, offset, CHUNK);
        const isLast = bytes.length < CHUNK;
        const { taken, text } = wholeLines(bytes, isLast ? all : !bytes.includes(NEW_LINE));
        offset += taken;
        if (text) for (const line of text.split('\n')) lines.push(cleanLine(line));
        if (isLast) break;
      }
      tail = [...tail, ...lines].slice(-TAIL);
      return lines;
    },
  };
}

/** The part of the bytes that ends with a line; cutting at a line's end never splits a character. */
export function wholeLines(bytes: Buffer, all: boolean): { taken: number; text: string } {
  const end = bytes.lastIndexOf(NEW_LINE);
  if (end >= 0 && (!all || end === bytes.length - 1))
    return { taken: end + 1, text: bytes.subarray(0, end).toString('utf8') };
  return all && bytes.length > 0 ? { taken: bytes.length, text: bytes.toString('utf8') } : { taken: 0, text: '' };
}

/** What a terminal would show of a line: the text after the last carriage return, without colours and controls. */
function cleanLine(line: string): string {
  const shown = line.replace(/\r$/, '');
  const last = shown.slice(shown.lastIndexOf('\r') + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const plain = last.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  return plain.length > LONGEST_LINE ? `${plain.slice(0, LONGEST_LINE)} ... (${plain.length} characters)` : plain;
}
