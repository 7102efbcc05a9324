import { neutral } from '../core/neutral.ts';

/** Bytes of a line that are kept: a progress bar, or a model printed by accident, can be one line of megabytes. */
const LONGEST_LINE = 16_000;
const NEW_LINE = 0x0a;

/** Cuts bytes that arrive in pieces into lines. Holds one unfinished line at most, and of that only its beginning. */
export interface LineCutter {
  push(chunk: Buffer): void;
  /** The log is complete: what is unfinished is a line too. */
  end(): void;
  /** Forgets what is unfinished: the log began anew. */
  reset(): void;
  /** Bytes of the unfinished line. */
  unfinished(): number;
}

export function createLineCutter(onLine: (line: string) => void): LineCutter {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let bytes = 0;
  const add = (piece: Buffer): void => {
    const room = LONGEST_LINE - keptBytes;
    if (room > 0 && piece.length > 0) {
      // A copy: the piece is a window into a chunk of megabytes.
      kept.push(Buffer.from(piece.subarray(0, room)));
      keptBytes += Math.min(room, piece.length);
    }
    bytes += piece.length;
  };
  const reset = (): void => {
    kept = [];
    keptBytes = 0;
    bytes = 0;
  };
  const finish = (): void => {
    const text = cleanLine(Buffer.concat(kept).toString('utf8'));
    onLine(bytes > keptBytes ? `${text} ... (a line of ${bytes} bytes)` : text);
    reset();
  };
  return {
    push(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(NEW_LINE); end >= 0; end = chunk.indexOf(NEW_LINE, start)) {
        // Most lines are short and in one piece, and a log may have millions of them.
        if (bytes === 0 && end - start <= LONGEST_LINE) onLine(cleanLine(chunk.toString('utf8', start, end)));
        else {
          add(chunk.subarray(start, end));
          finish();
        }
        start = end + 1;
      }
      add(chunk.subarray(start));
    },
    end() {
      if (bytes > 0) finish();
    },
    reset,
    unfinished: () => bytes,
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028\u2029\ufeff]/g;

/** What may have to be changed in a line; most lines have nothing of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const SUSPECT = /##|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028\u2029\ufeff]/;

/**
 * What a terminal would show of a line: the text after the last carriage return, without colours and controls, and without
 * anything that the agent would take for a command. Commands are sought last, since a control character may hide one.
 */
export function cleanLine(line: string): string {
  if (!SUSPECT.test(line)) return line;
  const shown = line.replace(/\r+$/, '');
  const last = shown.slice(shown.lastIndexOf('\r') + 1);
  return neutral(last.replace(ESCAPES, '').replace(CONTROLS, ''));
}
