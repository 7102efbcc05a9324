import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  InputUnused: 'The input {input} is not used for the source {source}.',
  Compiled: '{file} is valid; the job is named {job}.',
  ComponentFound: 'The component {component} exists and all of its inputs have values; the job is named {job}.',
  EndpointFound: 'The batch endpoint {endpoint} has the deployment {deployment}.',
  Legacy:
    'Published pipelines are legacy: they belong to the SDK v1, which is retired. Deploy a pipeline component to a batch endpoint instead.',
  Connected: 'Workspace {workspace} in {region}.',
  JobFound: 'This step submitted the job {job} before; it is {status}. No other job is started.',
  JobFoundAfterAll: 'The answer to the request was lost, but the job {job} was submitted; it is {status}.',
  Submitted: 'Job {job} was submitted: {url}',
  WhatIf: 'What if: these requests would be sent. Nothing was created or changed.',
  WhatIfFile: "The same as JSON, with the run's files: {path}",
  WhatIfDone: 'What if: {count} requests for the job {job}; nothing was created or changed.',
  WhatIfStart: 'What if: one request, which starts a job; nothing was created or changed.',
  StartUnclear:
    'The run was cancelled while a job was being started, and Azure ML did not say which. Check Azure ML studio for a job that keeps running. {reason}',
  NotSubmitted: 'Azure ML had asked to wait and did not take the job {job}; nothing was submitted.',
  StartOpen: 'An earlier try of this step asked Azure ML to start a job and got no answer, so that job may be running.',
  StartOpenFix:
    'Check Azure ML studio for it. To start another one, run the stage again; leave out retryCountOnTaskFailure for this source if that should not be asked.',
  SubmissionUnclear: 'It is unknown whether the job {job} was submitted: {reason} It may be running.',
  SubmissionUnclearFix: 'Run this step again: it finds the job if there is one.',
  JobExists: "This step submitted the job '{job}' in an earlier attempt; it is {status}.",
  JobExistsFix: 'Set the input onExisting to attach to follow that job, or to new to start another one.',
  JobNameTaken: "A job '{job}' already exists ({status}); every job needs a name of its own.",
  JobNameTakenFix: 'Leave the job name empty, or include the run in it, for example train-$(Build.BuildId).',
});
