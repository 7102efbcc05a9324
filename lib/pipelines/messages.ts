import { defineMessages } from '../core/message.ts';

/** What several tasks say. */
export const messages = defineMessages({
  JobCancelled: 'The run was cancelled, so the job {job} was cancelled too.',
  CancelFailed:
    'The run was cancelled, but the job {job} could not be cancelled. It may keep running and cost money: cancel it in Azure ML studio. {reason}',
  TryingAgain: 'A request to Azure failed and is sent again in {pause}: {reason}',
  AskedToWait: 'Azure asks to wait {asked}; the task tries again in {pause}: {reason}',
  RunCancelled: 'The run was cancelled.',
  Defect: 'This is a defect of the task: {error} Please report it with the lines above at {page}.',
  ReadMore: 'See {page}',
  MoreProblems: 'The log has {count} more above the errors.',
});
