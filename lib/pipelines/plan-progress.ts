import { formatBytes } from '../core/duration.ts';
import type { PlanListener } from '../plan/apply.ts';
import type { InspectedPlan } from '../plan/inspect.ts';
import type { PlanStep } from '../plan/plan.ts';
import { messages } from './messages.ts';
import type { Pipeline } from './pipeline.ts';

/** Smaller uploads are done before their progress could be read. */
const WORTH_SHOWING_BYTES = 1_000_000;

/** Prints what is done while a plan is applied. */
export function progressOf(plan: InspectedPlan, pipeline: Pipeline, sending: () => void): PlanListener {
  const total = plan.actions.filter((action) => action !== 'reuse').length + 1;
  const tenths = new Map<PlanStep, number>();
  let done = 0;
  return {
    sending,
    stepDone(step) {
      done++;
      pipeline.say(messages.Created, { kind: step.kind, name: step.label });
      pipeline.progress((100 * done) / total, `${step.kind} ${step.label}`);
    },
    uploading(step, { files, totalFiles, bytes, totalBytes }) {
      const percent = Math.floor((100 * bytes) / Math.max(1, totalBytes));
      const tenth = Math.floor(percent / 10);
      if (totalBytes < WORTH_SHOWING_BYTES || tenth <= (tenths.get(step) ?? 0)) return;
      tenths.set(step, tenth);
      const sizes = { sent: formatBytes(bytes), size: formatBytes(totalBytes) };
      pipeline.say(messages.Uploading, { kind: step.kind, name: step.label, percent, ...sizes, files, totalFiles });
    },
  };
}
