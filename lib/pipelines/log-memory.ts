import { contentHash } from '../core/json.ts';
import { keptJson } from './kept-json.ts';

/** How far the logs of a job were shown, kept for the case that the agent tries the step again in a new process. */
export interface LogMemory {
  read(): Record<string, number>;
  write(positions: Record<string, number>): void;
}

export function logMemory(folder: string | undefined, stepId: string, job: string): LogMemory {
  const kept = keptJson<Record<string, number>>(folder, contentHash([stepId, job]));
  return { read: () => kept.read() ?? {}, write: kept.write };
}
