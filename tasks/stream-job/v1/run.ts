import { getJobMetrics } from '../../../lib/azureml/job-metrics.ts';
import { getJob, studioUrl } from '../../../lib/azureml/jobs.ts';
import type { Metrics } from '../../../lib/azureml/metrics.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { messageOf } from '../../../lib/core/errors.ts';
import { type StepFailure, watchJob } from '../../../lib/follow/watch.ts';
import { type Begun, begunJob, cancelWithRun } from '../../../lib/pipelines/cancel-with-run.ts';
import type { Outcome, Pipeline } from '../../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { sayStep } from '../../../lib/pipelines/say-step.ts';
import { jobFailure, jobMetricTable, jobSentence } from '../../../lib/report/job-report.ts';
import type { Inputs } from './inputs.ts';
import { messages } from './messages.ts';
import { setOutputs } from './outputs.ts';
import { printer } from './printer.ts';

/** Follows the job to its end; its end is the task's end. */
export async function run(inputs: Inputs, { pipeline, clock, connect }: Ports): Promise<Outcome> {
  const { target, jobName } = inputs;
  const workspace = await connect(target);
  const job = await getJob(workspace, jobName);
  const url = studioUrl(workspace, job);
  sayStep(job, pipeline);
  pipeline.say(messages.Following, { job: jobName, url });
  const result = await cancelWithRun(pipeline, begun(workspace, inputs, pipeline), () =>
    watchJob(workspace, jobName, {
      clock,
      signal: pipeline.signal,
      listener: printer(pipeline),
      minimumInterval: inputs.pollInterval,
    }),
  );
  const metrics = await readMetrics(workspace, jobName, pipeline);
  const outputs = setOutputs(result, metrics, pipeline);
  if (Object.keys(metrics).length > 0) pipeline.table(jobMetricTable(metrics, outputs));
  if (result.status === 'Completed')
    return { result: 'Succeeded', message: pipeline.translate(jobSentence(jobName, result)) };
  for (const failure of result.failures) sayFailure(failure, pipeline);
  throw jobFailure(jobName, result, url);
}

/** The job, which ends with the run unless the user wants it to go on. */
function begun(workspace: Workspace, { jobName: job, cancelJob }: Inputs, pipeline: Pipeline): Begun {
  const { cancel, notCancelled } = begunJob(workspace, job, pipeline);
  return {
    async cancel() {
      pipeline.say(cancelJob ? messages.CancellingJob : messages.JobLeftRunning, { job });
      if (cancelJob) await cancel();
    },
    notCancelled,
  };
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

function sayFailure({ label, error, logTail }: StepFailure, pipeline: Pipeline): void {
  pipeline.say(messages.StepFailed, { step: label || pipeline.message(messages.TheJob), error });
  const title = label
    ? pipeline.message(messages.LastLines, { step: label })
    : pipeline.message(messages.LastLinesOfLog);
  if (logTail.length > 0) pipeline.group(title, logTail);
}
