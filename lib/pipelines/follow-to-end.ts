import { getJobMetrics } from '../azureml/job-metrics.ts';
import { type Job, studioUrl } from '../azureml/jobs.ts';
import type { Metrics } from '../azureml/metrics.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { formatDuration } from '../core/duration.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { fill } from '../core/message.ts';
import type { StepFailure } from '../follow/diagnosis.ts';
import { followJob, type JobEnd } from '../follow/follow.ts';
import { jobFailure, jobMarkdown, jobMetricTable, jobSentence } from '../report/job-report.ts';
import type { AzureTarget } from './azure-target.ts';
import { type BegunJob, begunJob, cancelAndSay, cancelWithRun } from './cancel-with-run.ts';
import type { Following } from './follow-inputs.ts';
import { setJobOutputs } from './job-outputs.ts';
import { jobPrinter } from './job-printer.ts';
import { keepLogs, logPrinter } from './kept-logs.ts';
import { logMemory } from './log-memory.ts';
import { messages } from './messages.ts';
import type { Outcome, Pipeline } from './pipeline.ts';
import type { Ports } from './run-task.ts';
import { sayStep } from './say-step.ts';

/** Follows a job to its end and reports it; the job's end is the task's end. @throws UserError when the job did not complete */
export async function followToEnd(
  workspace: Workspace,
  job: Job,
  following: Following,
  ports: Ports,
): Promise<Outcome> {
  const { pipeline, clock } = ports;
  const url = studioUrl(workspace, job);
  sayStep(job, pipeline);
  pipeline.say(messages.Following, { job: job.name, url });
  const end = await withTimeout(workspace, job.name, following, ports, (signal) => {
    const memory = logMemory(following.memory, following.stepId, job.name);
    const logs = { choice: following.logs, positions: memory.read(), ...logPrinter(pipeline) };
    const tell = jobPrinter(pipeline, clock.now);
    const onPositions = memory.write;
    const steps = job.properties.jobType !== 'Command';
    const interval = following.pollInterval;
    return followJob(workspace, job.name, { clock, signal, tell, logs, onPositions, interval, steps });
  }).catch((error: unknown) => {
    // Outputs are set at every end: later steps can tell a job that is not known to have ended.
    if (error instanceof UserError && error.code === 'JobNotFollowed') pipeline.setOutput('status', 'Unknown');
    throw error;
  });
  // The last reads of an ended job are cut short by a cancelled run.
  pipeline.signal.throwIfAborted();
  sayMissingLogs(end, url, pipeline);
  await keepLogs(workspace.client, end.logs.cut(), pipeline);
  const metrics = await readMetrics(workspace, job.name, pipeline);
  return report(job.name, end, metrics, url, ports);
}

/** Says how the job ended in every way that people read: outputs, table, summary, result. */
function report(job: string, end: JobEnd, metrics: Metrics, url: string, { pipeline, clock }: Ports): Outcome {
  const outputs = setJobOutputs(end, metrics, pipeline);
  if (Object.keys(metrics).length > 0) pipeline.table(jobMetricTable(metrics, outputs));
  const sentence = pipeline.translate(jobSentence(job, end));
  pipeline.summary('job.md', jobMarkdown(end, metrics, sentence, url, clock.now()));
  if (end.status !== 'Completed') {
    for (const failure of end.failures) sayFailure(failure, pipeline);
    if (end.moreFailed > 0) pipeline.say(messages.MoreFailed, { count: end.moreFailed, url });
    throw jobFailure(job, end, url);
  }
  return { result: end.view.warnings.length > 0 ? 'SucceededWithIssues' : 'Succeeded', message: sentence };
}

/** The agent does not wait for this cancellation, so a service in trouble has time to recover. */
const CANCEL_AFTER_TIMEOUT_MS = 60_000;

/** Runs what follows the job under the time limit that the user set. @throws UserError `JobTimedOut` */
async function withTimeout<T>(
  workspace: Workspace,
  job: string,
  { timeout, cancelOnTimeout }: Following,
  { pipeline, clock }: Ports,
  follow: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeout === undefined) return follow(pipeline.signal);
  const limit = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([pipeline.signal, limit.signal]);
  void clock.sleep(timeout, AbortSignal.any([done.signal, pipeline.signal])).then(() => {
    if (!done.signal.aborted && !pipeline.signal.aborted) limit.abort(new Error('The time is up.'));
  });
  try {
    return await follow(signal);
  } catch (error) {
    if (!limit.signal.aborted || pipeline.signal.aborted) throw error;
    const isCancelled =
      cancelOnTimeout &&
      (await cancelAndSay(workspace, job, pipeline, clock, CANCEL_AFTER_TIMEOUT_MS, pipeline.signal));
    // When the run is cancelled too, what becomes of the job is said there.
    pipeline.signal.throwIfAborted();
    pipeline.setOutput('status', isCancelled ? 'CancelRequested' : 'Running');
    const notCancelled = cancelOnTimeout ? messages.JobTimedOutMayRun : messages.JobTimedOutRunning;
    throw new UserError({
      code: 'JobTimedOut',
      message: fill(messages.JobTimedOut, { job, limit: formatDuration(timeout) }),
      fix: fill(isCancelled ? messages.JobTimedOutCancelled : notCancelled),
    });
  } finally {
    done.abort();
  }
}

/** The job ends with the run, unless the user wants it to go on. Its state is an output in every case in which there is one. */
export function followedWithRun<T>(
  job: BegunJob,
  target: AzureTarget,
  { cancelJob }: Pick<Following, 'cancelJob'>,
  ports: Ports,
  work: () => Promise<T>,
): Promise<T> {
  const { pipeline } = ports;
  const begun = begunJob(job, target, ports, () => pipeline.setOutput('status', 'CancelRequested'));
  return cancelWithRun(
    pipeline,
    {
      async cancel() {
        if (cancelJob) return begun.cancel();
        if (job.name === undefined) return;
        pipeline.setOutput('status', 'Running');
        pipeline.say(messages.JobLeftRunning, { job: job.name });
      },
    },
    work,
  );
}

/** Metrics say nothing about how the job ended, so that they can't be read must not hide it. */
async function readMetrics(workspace: Workspace, jobName: string, pipeline: Pipeline): Promise<Metrics> {
  try {
    return await getJobMetrics(workspace, jobName);
  } catch (error) {
    pipeline.warn(pipeline.message(messages.MetricsUnknown, { reason: messageOf(error) }));
    return {};
  }
}

/** Sources that are named; a storage that lets nobody in hides the logs of every step. */
const MOST_NAMED = 5;

/** Says which logs were not shown to their end, and which are not there. */
function sayMissingLogs({ logs }: JobEnd, url: string, pipeline: Pipeline): void {
  const named = (sources: readonly string[]): string => {
    const list = sources
      .slice(0, MOST_NAMED)
      .map((source) => source || pipeline.message(messages.MainLog))
      .join(', ');
    const count = sources.length - MOST_NAMED;
    return count > 0 ? pipeline.message(messages.AndMore, { list, count }) : list;
  };
  const [unread, missing] = [logs.unread(), logs.missing()];
  if (unread.length > 0) pipeline.warn(pipeline.message(messages.LogUnread, { source: named(unread), url }));
  if (missing.length > 0) pipeline.say(messages.LogMissing, { source: named(missing), url });
}

function sayFailure({ label, error, hint, logTail }: StepFailure, pipeline: Pipeline): void {
  const step = label || pipeline.message(messages.TheJob);
  pipeline.say(messages.StepFailed, { step, error });
  if (hint) pipeline.say(messages.Hint, { hint });
  if (logTail.length > 0) pipeline.group(pipeline.message(messages.LastLines, { step }), logTail);
}
