import { contentHash } from '../core/json.ts';
import { type KeptJson, keptJson } from './kept-json.ts';

/** What a step knows of the requests with which its earlier tries started jobs. */
export interface Started {
  /** How many jobs were asked for. */
  count: number;
  /** The last one; undefined when its request was not answered, empty when it was refused. */
  job?: string | undefined;
}

/**
 * The jobs that a step started whose names the service chose: a retry has no other way to find them.
 * @param stepId sets the step apart from the others of the job; without one nothing is kept
 */
export function startMemory(folder: string | undefined, stepId: string): KeptJson<Started> {
  return keptJson(stepId === '' ? undefined : folder, `started-${contentHash(stepId)}`);
}
