import { defineMessages } from '../core/message.ts';

/** What several tasks say. */
export const messages = defineMessages({
  CancellingJob: 'The run was cancelled; cancelling the job {job} too.',
  JobLeftRunning: 'The run was cancelled; the job {job} keeps running, because cancelJob is false.',
  JobCancelled: 'The job {job} is being cancelled.',
  JobHadEnded: 'The job {job} had ended before.',
  CancelFailed:
    'The job {job} could not be cancelled. It may keep running and cost money: cancel it in Azure ML studio. {reason}',
  TryingAgain: 'A request to Azure failed and is sent again in {pause}: {reason}',
  AskedToWait: 'Azure asks to wait {asked}; the task tries again in {pause}: {reason}',
  Following: 'Following the job {job}: {url}',
  JobStatus: 'Job is {status}',
  StillWaiting: 'Job is {status}, which is not an end; the task keeps waiting.',
  JobAlive: 'Still {status} after {duration}.',
  JobWarning: 'The job warns: {text}',
  Unreachable: 'Azure ML did not answer this time; the task keeps following the job. {reason}',
  StepsChanged: '{ended} of {total} steps have ended; changed:',
  LogRestarted: '{source} | the log begins anew: the step was started again',
  LogCut: '{source} | further lines are not shown here; the whole log is kept as a file of this run when the job ends',
  LogKept: 'The whole log of {source}: {path}',
  LogNotKept: 'The whole log of {source} could not be kept: {reason}',
  LogUnread: 'The log of {source} could not be read to its end. It is in Azure ML studio: {url}',
  MainLog: 'the job',
  StepFailed: '{step} failed: {error}',
  TheJob: 'The job',
  Hint: 'What usually helps: {hint}',
  LastLines: '{step}: last lines',
  IsStep: "{run} is the step '{step}' of the job {job}.",
  OutputShared:
    "The metrics {metrics} have one output, {output}; its value is that of '{kept}'. The output metrics has all.",
  MetricsCut:
    'The output metrics has only {kept} of {total} metrics, because outputs are limited to {characters} characters.',
  OutputsCut: 'Only {count} of {total} metrics are outputs of their own; the output metrics has the others.',
  MetricsUnknown: 'The metrics of the job could not be read: {reason}',
  JobTimedOut: 'The job {job} did not end within {limit}; it timed out.',
  JobTimedOutCancelled: 'The job was cancelled. Raise the input timeoutInMinutes if it needs more time.',
  JobTimedOutRunning: 'The job keeps running, because cancelOnTimeout is false; run this step again to follow it.',
  RunCancelled: 'The run was cancelled.',
  Defect: 'This is a defect of the task: {error} Please report it with the lines above at {page}.',
  ReadMore: 'See {page}',
  MoreProblems: 'The log lists {count} more problems above the errors.',
});
