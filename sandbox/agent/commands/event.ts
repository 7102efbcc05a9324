/** What a logging command does: the type that the areas share. */
import type { StepState } from '../steps/state.ts';
import type { Command } from './parse.ts';

/** Throws when the command is wrong; the step fails then. */
export type EventHandler = (state: StepState, command: Command) => void;

interface Event {
  run: EventHandler;
  restricted?: boolean;
}

/** The events of one area by name. Those marked are allowed in restricted mode too. */
export type Events = Record<string, Event>;
