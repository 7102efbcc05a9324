import { getJobMetrics } from '../../../lib/azureml/job-metrics.ts';
import { cancelJob, getJob, studioUrl } from '../../../lib/azureml/jobs.ts';
import { formatMetric, type Metrics, numbersOf } from '../../../lib/azureml/metrics.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { formatDuration } from '../../../lib/core/duration.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import type { Table } from '../../../lib/core/table.ts';
import { type StepState, type WatchListener, type WatchResult, watchJob } from '../../../lib/follow/watch.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import type { StreamJobInputs } from './inputs.ts';

/** Follows the job to its end; its end is the task's end. */
export async function run(
  { target, jobName, cancelJob: cancelToo, pollInterval }: StreamJobInputs,
  { pipeline, clock, connect }: Ports,
): Promise<Outcome> {
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  pipeline.say('Following', jobName, studioUrl(job));
  const watching = watchJob(workspace, jobName, {
    clock,
    signal: pipeline.signal,
    listener: printer(pipeline),
    minimumInterval: pollInterval,
  });
  const result = await watching.catch(async (error: unknown) => {
    if (pipeline.signal.aborted) await onCancel(workspace, jobName, cancelToo, pipeline);
    throw error;
  });
  const metrics = await readMetrics(workspace, jobName, pipeline);
  setOutputs(result, metrics, pipeline);
  if (Object.keys(metrics).length > 0) pipeline.table(metricTable(metrics));
  const ended = pipeline.message('Ended', jobName, result.status, formatDuration(result.duration));
  if (result.status === 'Completed') return { result: 'Succeeded', message: ended };
  throw failure(result, ended, studioUrl(job), pipeline);
}

/** Metrics say nothing about how the job ended, so that they can't be read must not hide it. */
async function readMetrics(workspace: Workspace, jobName: string, pipeline: Pipeline): Promise<Metrics> {
  try {
    return await getJobMetrics(workspace, jobName);
  } catch (error) {
    pipeline.warn(pipeline.message('MetricsUnknown', messageOf(error)));
    return {};
  }
}

/** Longer tables are not repeated whole at every change. */
const LONGEST_TABLE = 15;

/** Status, step table and logs, as they change. */
function printer(pipeline: Pipeline): WatchListener {
  let before = new Map<string, string>();
  return {
    status: (status) => pipeline.say('Status', status),
    steps: (steps) => {
      const ended = steps.filter(({ status }) => status === 'Completed').length;
      const changed = steps.filter(({ runId, status }) => before.get(runId) !== status);
      before = new Map(steps.map(({ runId, status }) => [runId, status]));
      if (steps.length > LONGEST_TABLE) pipeline.say('StepsChanged', ended, steps.length);
      pipeline.table(stepTable(steps.length > LONGEST_TABLE ? changed : steps));
      pipeline.progress((100 * ended) / Math.max(1, steps.length), `${ended} of ${steps.length} steps`);
    },
    log: (step, lines) => {
      for (const line of lines) pipeline.info(`${step ? `${step} | ` : '| '}${line}`);
    },
    stillThere: (status, elapsed) => pipeline.say('StillThere', status, formatDuration(elapsed)),
    unreachable: (reason) => pipeline.say('Unreachable', reason),
  };
}

function stepTable(steps: readonly StepState[]): Table {
  return {
    columns: ['Step', 'Status', 'Time'],
    rows: steps.map(({ label, status, duration }) => [
      label,
      status,
      duration === undefined ? '' : formatDuration(duration),
    ]),
  };
}

function metricTable(metrics: Metrics): Table {
  return {
    columns: ['Metric', 'Value'],
    rows: Object.entries(metrics).map(([name, value]) => [name, formatMetric(value)]),
    right: [1],
  };
}

function setOutputs({ status, duration }: WatchResult, metrics: Metrics, pipeline: Pipeline): void {
  pipeline.setOutput('status', status);
  pipeline.setOutput('duration', String(Math.round(duration / 1000)));
  const values = Object.entries(numbersOf(metrics)).map(([name, value]) => [
    name,
    Number.isFinite(value) ? value : String(value),
  ]);
  pipeline.setOutput('metrics', JSON.stringify(Object.fromEntries(values)));
  // Names of outputs have fewer characters than names of metrics; of two that become one the first is kept.
  const outputs = new Map<string, string>();
  for (const [name, value] of values) {
    const output = `metrics.${String(name).replace(/[^\w.]/g, '_')}`;
    if (!outputs.has(output)) outputs.set(output, String(value));
  }
  for (const [name, value] of outputs) pipeline.setOutput(name, value);
}

function failure({ status, failures }: WatchResult, ended: string, url: string, pipeline: Pipeline): UserError {
  for (const { label, error, logTail } of failures) {
    pipeline.say('StepFailed', label || 'The job', error);
    if (logTail.length > 0) pipeline.group(pipeline.message('LastLines', label || 'the log'), logTail);
  }
  const first = failures[0];
  const why = first ? ` ${first.label ? `The step '${first.label}' failed: ` : ''}${first.error}` : '';
  return new UserError({
    code: status === 'Canceled' ? 'JobCanceled' : 'JobFailed',
    message: `${ended}${why}`,
    fix:
      status === 'Canceled'
        ? `Someone or something else cancelled it; see ${url}`
        : `See the last lines of its log above, or ${url}`,
    docs: 'tasks/stream-job',
  });
}

async function onCancel(workspace: Workspace, jobName: string, cancelToo: boolean, pipeline: Pipeline): Promise<void> {
  if (!cancelToo) return pipeline.say('JobLeftRunning', jobName);
  pipeline.say('CancellingJob', jobName);
  try {
    await cancelJob(workspace, jobName);
    pipeline.say('JobCancelled', jobName);
  } catch (error) {
    pipeline.warn(pipeline.message('CancelFailed', jobName, messageOf(error)));
  }
}
