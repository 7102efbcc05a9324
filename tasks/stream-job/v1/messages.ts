import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Following: 'Following the job {job}: {url}',
  Status: 'Job is {status}',
  StillThere: 'Still {status} after {duration}.',
  Unreachable: 'Azure ML did not answer this time; the task keeps following the job. {reason}',
  StepFailed: '{step} failed: {error}',
  TheJob: 'The job',
  LastLines: 'Last lines of {step}',
  LastLinesOfLog: 'Last lines of the log',
  MetricsUnknown: 'The metrics of the job could not be read: {reason}',
  OutputShared:
    "The metrics {metrics} have one output, {output}; its value is that of '{kept}'. The output metrics has all.",
  MetricsCut:
    'The output metrics has only {kept} of {total} metrics, because outputs are limited to {characters} characters.',
  OutputsCut: 'Only {count} of {total} metrics are outputs of their own; the output metrics has the others.',
  StepsChanged: '{ended} of {total} steps are completed; changed:',
  JobLeftRunning: 'The run was cancelled; the job {job} keeps running, as the input cancelJob says.',
  CancellingJob: 'The run was cancelled; cancelling the job {job} too.',
});
