import { formatMetric, type Metrics } from '../azureml/metrics.ts';
import { formatDuration } from '../core/duration.ts';
import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import type { Table } from '../core/table.ts';
import type { StepState, WatchResult } from '../follow/watch.ts';
import { messages } from './messages.ts';

/** Steps of a pipeline job with their status and time. */
export function stepTable(steps: readonly StepState[]): Table {
  return {
    columns: ['Step', 'Status', 'Time'],
    rows: steps.map(({ label, status, duration }) => [
      label,
      status,
      duration === undefined ? '' : formatDuration(duration),
    ]),
  };
}

/** Metrics of a job, one per row. @param outputs of the task by metric; shown where a name differs from the metric's */
export function jobMetricTable(metrics: Metrics, outputs: ReadonlyMap<string, string> = new Map()): Table {
  const differ = [...outputs].some(([metric, output]) => output !== `metrics.${metric}`);
  return {
    columns: ['Metric', 'Value', ...(differ ? ['Output'] : [])],
    rows: Object.entries(metrics).map(([name, value]) => [
      name,
      formatMetric(value),
      ...(differ ? [outputs.get(name) ?? ''] : []),
    ]),
    right: [1],
  };
}

/** How a job ended, in one sentence. */
export function jobSentence(job: string, { status, duration }: WatchResult): FilledMessage {
  return fill(messages.JobEnded, { job, status, duration: formatDuration(duration) });
}

/** The error of a job that ended as Failed or Canceled, with its first failure. @param url of the job's page */
export function jobFailure(job: string, result: WatchResult, url: string): UserError {
  const { status, failures } = result;
  const ended = { job, status, duration: formatDuration(result.duration) };
  const first = failures[0];
  const canceled = status === 'Canceled';
  return new UserError({
    code: canceled ? 'JobCanceled' : 'JobFailed',
    message: !first
      ? fill(messages.JobEnded, ended)
      : first.label
        ? fill(messages.JobEndedBecauseOfStep, { ...ended, step: first.label, error: first.error })
        : fill(messages.JobEndedBecause, { ...ended, error: first.error }),
    fix: fill(canceled ? messages.JobCanceledFix : messages.JobFailedFix, { url }),
  });
}
