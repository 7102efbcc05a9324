import { defineMessages } from '../core/message.ts';

/** Sentences of reports, which appear in the log, on the summary page and in errors. */
export const messages = defineMessages({
  GatePassed: 'The model passes the gate.',
  GateNoBaseline: 'The model passes the gate; there is no baseline to compare it with yet.',
  GateFailed: 'The model does not pass the gate. {failed} of {total} conditions failed.',
  GateFailedBecause: 'The model does not pass the gate. {failed} of {total} conditions failed. Failed: {reasons}.',
  GateFailedFix: 'Improve the model, or change the rules if they are wrong.',
  JobEnded: 'Job {job} ended as {status} after {duration}.',
  JobEndedBecause: 'Job {job} ended as {status} after {duration}. {error}',
  JobEndedBecauseOfStep: "Job {job} ended as {status} after {duration}. The step '{step}' failed: {error}",
  JobFailedFix: 'See the last lines of its log above, or {url}',
  JobFailedHint: '{hint} See the last lines of its log above, or {url}',
  JobCanceledFix: 'Someone or something else cancelled it; see {url}',
});
