import { defineMessages } from '../core/message.ts';

/** What several tasks say. */
export const messages = defineMessages({
  JobCancelled: 'The run was cancelled, so the job {job} was cancelled too.',
  JobHadEnded: 'The run was cancelled; the job {job} had ended before.',
  CancelUnknown:
    'The run was cancelled, but Azure ML did not confirm that the job {job} was. If it is in Azure ML studio, cancel it there: it may run and cost money.',
  IsStep: "{run} is the step '{step}' of the job {job}.",
  CancelFailed:
    'The run was cancelled, but the job {job} could not be cancelled. It may keep running and cost money: cancel it in Azure ML studio. {reason}',
  RunCancelled: 'The run was cancelled.',
  Defect: 'This is a defect of the task: {error} Please report it with the lines above at {page}.',
  ReadMore: 'See {page}',
  MoreProblems: 'The log has {count} more above the errors.',
});
