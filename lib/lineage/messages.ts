import { defineMessages } from '../core/message.ts';

export const messages = defineMessages({
  JobOutputNotFound: "The job has no output '{output}'.{hint}",
  JobOutputNotFoundFix: 'Name one of its outputs, or a step that has this one.',
  StepOutputNotFound: "The step '{step}' has no output '{output}'.{hint}",
  StepOutputNotFoundFix: 'Name one of its outputs.',
});
