/** A log that is appended to a blob while it grows, in pieces of a few hundred milliseconds. */
import type { BlobLocation, Blobs } from '../../contracts.ts';

const FLUSH_MS = 300;
/** An append block may have 4 MiB. */
const MAX_BLOCK = 4 * 1024 * 1024;
const TAIL_LENGTH = 4000;

export interface LiveLog {
  write(chunk: Buffer | string): void;
  /** The last characters written; for error messages. */
  tail(): string;
  /** Writes what is left and stops the timer. */
  close(): Promise<void>;
}

/** Opens the log; the blob is created immediately, so that readers find an empty log rather than none. */
export function openLiveLog(blobs: Blobs, at: BlobLocation, onError: (error: unknown) => void): LiveLog {
  let pending: Buffer[] = [];
  let tail = '';
  let last: Promise<void> = blobs.append(at, '').catch(onError);
  const flush = () => {
    const all = Buffer.concat(pending);
    pending = [];
    for (let start = 0; start < all.length; start += MAX_BLOCK) {
      const block = all.subarray(start, start + MAX_BLOCK);
      last = last.then(() => blobs.append(at, block)).catch(onError);
    }
    return last;
  };
  const timer = setInterval(flush, FLUSH_MS);
  timer.unref();
  return {
    write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      pending.push(bytes);
      tail = (tail + bytes.toString('utf8')).slice(-TAIL_LENGTH);
    },
    tail: () => tail,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
