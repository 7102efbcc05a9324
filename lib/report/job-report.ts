import { formatMetric, type Metrics } from '../azureml/metrics.ts';
import { formatDuration } from '../core/duration.ts';
import { UserError } from '../core/errors.ts';
import { type FilledMessage, fill } from '../core/message.ts';
import { escapeMarkdown, markdownTable, type Table } from '../core/table.ts';
import type { StepFailure } from '../follow/diagnosis.ts';
import type { JobEnd } from '../follow/follow.ts';
import { durationOf, type StepView } from '../follow/view.ts';
import { messages } from './messages.ts';

/** Steps of a pipeline job, or trials of a sweep, with their status and time. @param now milliseconds since the epoch */
export function stepTable(steps: readonly StepView[], now: number): Table {
  const hasTrials = steps.some(({ trial }) => trial);
  return {
    columns: ['Step', 'Status', 'Time', ...(hasTrials ? ['Parameters', 'Best'] : [])],
    rows: steps.map((step) => [
      step.label,
      step.reused ? 'reused' : step.status,
      step.reused ? '' : timeOf(step, now),
      ...(hasTrials ? [step.trial?.parameters ?? '', step.trial?.best ? '*' : ''] : []),
    ]),
  };
}

function timeOf(step: StepView, now: number): string {
  const duration = durationOf(step, now);
  return duration === undefined ? '' : formatDuration(duration);
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
export function jobSentence(job: string, { status, duration }: Pick<JobEnd, 'status' | 'duration'>): FilledMessage {
  return fill(messages.JobEnded, { job, status, duration: formatDuration(duration) });
}

/** The error of a job that ended as Failed or Canceled, with its first failure. @param url of the job's page */
export function jobFailure(job: string, end: Pick<JobEnd, 'status' | 'duration' | 'failures'>, url: string): UserError {
  const { status, failures } = end;
  const ended = { job, status, duration: formatDuration(end.duration) };
  const first = failures[0];
  const canceled = status === 'Canceled';
  const error = first && causeOf(first);
  return new UserError({
    code: canceled ? 'JobCanceled' : 'JobFailed',
    message: !first
      ? fill(messages.JobEnded, ended)
      : first.label
        ? fill(messages.JobEndedBecauseOfStep, { ...ended, step: first.label, error: error! })
        : fill(messages.JobEndedBecause, { ...ended, error: error! }),
    fix: canceled ? fill(messages.JobCanceledFix, { url }) : failedFix(first, url),
  });
}

/** The error in one line: how it begins, and how the log ends, which is what a traceback comes to. The log has all of it. */
function causeOf({ error, logTail }: StepFailure): string {
  const lines = [...error.split(/\r?\n/), ...logTail].map((line) => line.trim()).filter((line) => line !== '');
  const begins = (lines[0] ?? '').replace(/\s*(?:Error: )?Traceback \(most recent call last\):$/, '');
  const ends = lines.at(-1) ?? '';
  return begins.includes(ends) ? begins : [begins, ends].filter(Boolean).join(' | ');
}

/** The log is above only when there is one. */
function failedFix(first: StepFailure | undefined, url: string): FilledMessage {
  const hasLog = (first?.logTail.length ?? 0) > 0;
  if (!first?.hint) return fill(hasLog ? messages.JobFailedFix : messages.JobFailedSee, { url });
  return fill(hasLog ? messages.JobFailedHint : messages.JobFailedHintSee, { hint: first.hint, url });
}

const PICTURES = { Completed: '✅', Failed: '❌', Canceled: '⚪' };
/** Rows of a table on the summary page. */
const MOST_ROWS = 50;

/** The job as Markdown, for the run's summary page: how it ended, its steps and its metrics. */
export function jobMarkdown(end: JobEnd, metrics: Metrics, sentence: string, url: string, now: number): string {
  const { status, view, failures, moreFailed } = end;
  const link = url ? ` [Open it in Azure ML studio](${encodeURI(url)})` : '';
  const named = Object.keys(metrics).length > 0 ? ['', ...markdownTable(cut(jobMetricTable(metrics)))] : [];
  const steps = view.steps.length > 0 ? ['', ...markdownTable(cut(stepTable(view.steps, now)))] : [];
  const causes = failures.map(({ label, error, hint }) =>
    escapeMarkdown(`- ${label ? `${label}: ` : ''}${error}${hint ? ` ${hint}` : ''}`),
  );
  if (moreFailed > 0) causes.push(`- ... and ${moreFailed} more`);
  return [`### ${PICTURES[status]} ${escapeMarkdown(sentence)}${link}`, '', ...causes, ...steps, ...named, ''].join(
    '\n',
  );
}

function cut(table: Table): Table {
  if (table.rows.length <= MOST_ROWS) return table;
  const more = [`... and ${table.rows.length - MOST_ROWS} more`];
  return { ...table, rows: [...table.rows.slice(0, MOST_ROWS), more] };
}
