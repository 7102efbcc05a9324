import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Tracing: 'Tracing {from} through Azure ML and Azure DevOps.',
  Tagged: 'This run has the build tags {tags}.',
  NotTagged: 'The build tags {tags} could not be added to this run: {why}',
  WhatIfTags: 'What if: this run would get the build tags {tags}; nothing was sent.',
  Traced: 'Traced {what}: {count} things, none missing.',
  TracedInPart: 'Traced {what}: {count} things; {missing} could not be found, and the log says why.',
});
