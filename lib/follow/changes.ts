import { hasEnded } from './states.ts';
import type { JobView, StepView } from './view.ts';

/** Something that a person who waits for a job wants to know. */
export type JobEvent =
  | { kind: 'status'; status: string }
  /** Steps that are new or have another state; `all` for the table, `ended` and `total` for the progress. */
  | { kind: 'steps'; changed: StepView[]; all: StepView[]; ended: number; total: number }
  | { kind: 'warning'; text: string }
  /** Nothing changed for some minutes. */
  | { kind: 'alive'; status: string; elapsed: number }
  /** The job could not be read this time; following goes on. */
  | { kind: 'unreachable'; reason: string };

/**
 * What happened between two views of a job, in the order in which it is best read. Pure; equal views give nothing, so that
 * nothing is said twice.
 */
export function changes(before: JobView | undefined, after: JobView): JobEvent[] {
  const events: JobEvent[] = [];
  const known = new Set(before?.warnings);
  for (const text of after.warnings) if (!known.has(text)) events.push({ kind: 'warning', text });
  const states = new Map(before?.steps.map((step) => [step.runId, stateOf(step)]));
  const changed = after.steps.filter((step) => states.get(step.runId) !== stateOf(step));
  if (changed.length > 0) {
    const steps = after.steps.filter(({ isParent }) => !isParent);
    const ended = steps.filter(({ status }) => hasEnded(status)).length;
    events.push({ kind: 'steps', changed, all: after.steps, ended, total: steps.length });
  }
  if (before?.status !== after.status) events.push({ kind: 'status', status: after.status });
  return events;
}

function stateOf({ status, reused, trial }: StepView): string {
  return `${status} ${reused} ${trial?.best ?? ''}`;
}
