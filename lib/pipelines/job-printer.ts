import { formatDuration } from '../core/duration.ts';
import { contentHash, guidOf } from '../core/json.ts';
import type { JobEvent } from '../follow/changes.ts';
import { hasEnded, isUnclear } from '../follow/states.ts';
import type { StepView } from '../follow/view.ts';
import { stepTable } from '../report/job-report.ts';
import { messages } from './messages.ts';
import type { Pipeline, TimelineRecord } from './pipeline.ts';

/** Longer tables are not repeated whole at every change. */
const LONGEST_TABLE = 15;

/** Prints what happens to a job: status, step table, progress, and a row on the run's page for every step. */
export function jobPrinter(pipeline: Pipeline, now: () => number): (event: JobEvent) => void {
  const shown = new Set<string>();
  return (event) => {
    switch (event.kind) {
      case 'status':
        return pipeline.say(isUnclear(event.status) ? messages.StillWaiting : messages.JobStatus, {
          status: event.status,
        });
      case 'warning':
        return pipeline.warn(pipeline.message(messages.JobWarning, { text: event.text }));
      case 'alive':
        return pipeline.say(messages.JobAlive, { status: event.status, duration: formatDuration(event.elapsed) });
      case 'unreachable':
        return pipeline.say(messages.Unreachable, { reason: event.reason });
      case 'steps':
        return printSteps(event, pipeline, shown, now());
    }
  };
}

type StepsEvent = Extract<JobEvent, { kind: 'steps' }>;

function printSteps(
  { all, changed, ended, total }: StepsEvent,
  pipeline: Pipeline,
  shown: Set<string>,
  now: number,
): void {
  const isLong = all.length > LONGEST_TABLE;
  if (isLong) pipeline.say(messages.StepsChanged, { ended, total });
  // Empty lines set the table apart from the logs around it.
  pipeline.info('');
  pipeline.table(stepTable(isLong ? changed : all, now));
  pipeline.info('');
  for (const step of changed) {
    pipeline.record(recordOf(step, shown));
    shown.add(step.runId);
  }
  pipeline.progress((100 * ended) / Math.max(1, total), `${ended} of ${total} steps`);
}

/** A step as a row of the run's page. A row's parent has to have been shown before it. */
function recordOf({ runId, label, status, reused, parent }: StepView, shown: ReadonlySet<string>): TimelineRecord {
  return {
    id: recordId(runId),
    ...(parent !== undefined && shown.has(parent) ? { parent: recordId(parent) } : {}),
    name: label,
    state: hasEnded(status) ? 'Completed' : status === 'NotStarted' || status === 'Queued' ? 'Pending' : 'InProgress',
    result: hasEnded(status) ? RESULTS[status] : undefined,
    doing: reused ? 'reused' : status,
  };
}

const RESULTS = { Completed: 'Succeeded', Failed: 'Failed', Canceled: 'Canceled' } as const;

function recordId(runId: string): string {
  return guidOf(contentHash(runId));
}
