/** What is found while a pipeline file is read and doesn't end the reading, so that a user sees all of it together. */
import { type Place, placeText } from './nodes.ts';

export interface Notes {
  /** Things that run differently here, with their place. */
  warnings: Set<string>;
  /** Things that the sandbox can't run, with their place and what to do. */
  unsupported: Set<string>;
}

export const createNotes = (): Notes => ({ warnings: new Set(), unsupported: new Set() });

export function warn(notes: Notes, message: string, at: Place): void {
  notes.warnings.add(`${placeText(at)}: ${message}`);
}

export function refuse(notes: Notes, message: string, at: Place): void {
  notes.unsupported.add(`${placeText(at)}: ${message}`);
}
