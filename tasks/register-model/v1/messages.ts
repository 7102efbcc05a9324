import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  AlreadyRegistered: 'This step has registered the model {model} version {version} before, so nothing was done: {id}',
  VersionTaken: 'Version {version} of {model} was taken in the meantime; trying the next.',
  Registered: 'Model {model} version {version} was registered: {id}',
  WhatIfDone: 'What if: model {model} version {version} would be registered; nothing was sent.',
});
