import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Connected: 'Workspace {workspace} in {region}.',
  FileKindNotSupported:
    'This file describes a {kind}. This task applies files of data, environments, models, components, computes, schedules and monitors.',
  JobFileFix: 'Submit a job with AzureMLSubmitJob@1; leave this file out of the pattern.',
  OtherFileFix: 'Leave this file out of the pattern.',
  FilesNotSupported: 'The input files names {count} files that this task does not apply.',
  FilesInvalid: '{count} files have problems.',
  Differs: '{file}: the {kind} {name} exists and differs:',
  AssetDiffers: '{count} of {total} files fix a version that exists with different content.',
  AssetDiffersAt: 'The {kind} {name} exists and differs from the file in {fields}.',
  AssetDiffersFix:
    'Raise the version in the file, or leave it out to get the next one. The version that exists was not changed.',
  VersionTaken: 'The {kind} {name} was created by somebody else in the meantime; comparing again.',
  Applied: '{kind} {name}: {action}, {id}',
  WhatIf: 'What if: these requests would be sent. Nothing was created or changed.',
  WhatIfFile: "The same as JSON, with the run's files: {path}",
  Unchanged: 'Nothing was sent: {count} of {count} exist and are equal.',
  Done: '{created} created, {updated} updated, {unchanged} unchanged.',
  WhatIfDone: 'What if: {created} would be created, {updated} updated, {unchanged} unchanged; nothing was sent.',
});
