import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contentHash } from '../core/json.ts';

/** How far the logs of a job were shown, kept for the case that the agent tries the step again in a new process. */
export interface LogMemory {
  read(): Record<string, number>;
  write(positions: Record<string, number>): void;
}

/** @param folder that outlives the process: `Agent.TempDirectory`, which the agent clears after the job */
export function logMemory(folder: string | undefined, stepId: string, job: string): LogMemory {
  if (folder === undefined) return { read: () => ({}), write: () => {} };
  const path = join(folder, 'model-bridge', `${contentHash([stepId, job])}.json`);
  return {
    read() {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
      } catch {
        return {};
      }
    },
    write(positions) {
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, JSON.stringify(positions));
      } catch {
        // A full disk of the agent costs repeated lines after a retry, never the job.
      }
    },
  };
}
