import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A value that outlives the process, for the case that the agent tries the step again in a new one. */
export interface KeptJson<T> {
  /** Undefined when there is none, or when an earlier process was killed while it wrote it. */
  read(): T | undefined;
  /** Never throws: a full disk of the agent costs a retry what it would have known, and the step nothing. */
  write(value: T): void;
}

/**
 * @param folder `Agent.TempDirectory`, which the agent clears after the job; without one nothing is kept
 * @param name of the file, which sets the step apart from the others of the job
 */
export function keptJson<T>(folder: string | undefined, name: string): KeptJson<T> {
  if (folder === undefined) return { read: () => undefined, write: () => {} };
  const path = join(folder, 'model-bridge', `${name}.json`);
  return {
    read() {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as T;
      } catch {
        return undefined;
      }
    },
    write(value) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(value));
      } catch {
        // See above.
      }
    },
  };
}
