import type { AzureClient, Download } from '../azure/client.ts';
import { createLineCutter } from './lines.ts';

/** Bytes that one request asks for. */
const CHUNK = 4_000_000;

/** Reads one log from where it stopped: no line twice, none lost, whatever fails in between. */
export interface LogReader {
  /**
   * Reads what is new.
   * @param url with a signature, which may be another one each time
   * @param complete nothing will be added any more, so that an unfinished line is a line
   * @param enough stops between two requests, for a log whose lines are no longer wanted
   * @returns `read` when the end as it is now was reached; `unreadable` when the address gives nothing, because it is not
   *   there yet, its signature has expired, or the storage does not let the agent in
   * @throws AzureError and errors of the network; what was read before them is not read again
   */
  read(client: AzureClient, url: string, complete: boolean, enough?: () => boolean): Promise<'read' | 'unreadable'>;
  /** Where to go on after a restart of the task: the beginning of the first line that was not passed on. */
  position(): number;
}

/**
 * @param onLine hears every whole line, clean and harmless
 * @param onRestart hears that the log began anew: the step was moved to another node (preemption)
 * @param start where an earlier reader stopped
 */
export function createLogReader(onLine: (line: string) => void, onRestart: () => void, start = 0): LogReader {
  const cutter = createLineCutter(onLine);
  let offset = start;
  let created: string | undefined;
  const restart = (): void => {
    cutter.reset();
    offset = 0;
    created = undefined;
    onRestart();
  };
  const take = async (client: AzureClient, url: string): Promise<'more' | 'end' | 'unreadable' | 'again'> => {
    const answer = await client.download(url, { first: offset, last: offset + CHUNK - 1 });
    // A proxy's page is not the log, whose type is plain text.
    if (/^text\/html/i.test(answer.header('content-type') ?? '')) {
      answer.stream?.resume();
      return 'unreadable';
    }
    if (isAnother(answer, offset, created)) {
      answer.stream?.resume();
      restart();
      return 'again';
    }
    if (answer.status === 416) return 'end';
    if (!answer.stream) return 'unreadable';
    created = answer.header('x-ms-creation-time') ?? created;
    const before = offset;
    // A server that ignores ranges sends everything: what is known is passed over.
    let known = answer.status === 200 ? offset : 0;
    for await (const piece of answer.stream) {
      const chunk = Buffer.from(piece as Uint8Array);
      const fresh = chunk.subarray(Math.min(known, chunk.length));
      known -= chunk.length - fresh.length;
      cutter.push(fresh);
      offset += fresh.length;
    }
    return answer.status === 206 && offset - before === CHUNK ? 'more' : 'end';
  };
  return {
    position: () => offset - cutter.unfinished(),
    async read(client, url, complete, enough = () => false) {
      for (;;) {
        const taken = await take(client, url);
        if (taken === 'unreadable') return taken;
        if (taken === 'end') {
          if (complete) cutter.end();
          return 'read';
        }
        if (enough()) return 'read';
      }
    },
  };
}

/** True when the address holds another log than the one that was read up to the offset: it is shorter, or made later. */
function isAnother({ status, header }: Download, offset: number, created: string | undefined): boolean {
  const size = sizeOf(header('content-range'));
  if (size !== undefined && size < offset) return true;
  const now = status === 206 || status === 200 ? header('x-ms-creation-time') : undefined;
  return now !== undefined && created !== undefined && now !== created;
}

/** The size of the whole in `bytes 0-99/1234`, or in the `bytes *\/1234` of a refusal. */
function sizeOf(range: string | undefined): number | undefined {
  const size = /\/(\d+)$/.exec(range ?? '')?.[1];
  return size === undefined ? undefined : Number(size);
}

/** Bytes of the end of a log in which its last lines are sought. */
const TAIL_BYTES = 64_000;

/**
 * The last lines of a log, without reading what is before them; empty when it can't be read.
 * @throws AzureError and errors of the network
 */
export async function readTail(client: AzureClient, url: string, most: number): Promise<string[]> {
  const first = await client.download(url, { first: 0, last: TAIL_BYTES - 1 });
  const size = sizeOf(first.header('content-range'));
  let { stream } = first;
  if (size !== undefined && size > TAIL_BYTES) {
    stream?.resume();
    stream = (await client.download(url, { first: size - TAIL_BYTES, last: size - 1 })).stream;
  }
  if (!stream) return [];
  const lines: string[] = [];
  const cutter = createLineCutter((line) => {
    lines.push(line);
    if (lines.length > most) lines.shift();
  });
  for await (const piece of stream) cutter.push(Buffer.from(piece as Uint8Array));
  cutter.end();
  return lines;
}
