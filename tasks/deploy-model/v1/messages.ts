import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  Connected: 'Workspace {workspace} in {region}.',
  InputUnused: 'The input {input} has no effect here: it applies {when}.',
  UnusedByRollback: 'mode: rollback does not use these inputs of mode: deploy: {inputs}.',
  MirrorUnused:
    'The input mirrorPercent has no effect here: no other deployment serves requests that could be copied to {deployment}.',
  EndpointNow: 'The endpoint {endpoint} exists; its traffic is {traffic}.',
  EndpointMissing: 'The endpoint {endpoint} does not exist yet.',
  TakenUp: 'The run {run} began this rollout; it continues from {traffic}.',
  Undone: 'The run {run} left a rollout of {deployment} unfinished at {traffic}; it is undone first.',
  Differs: 'The {kind} {name} exists and differs:',
  Same: 'The {kind} {name} exists and is the same.',
  EndpointUpdated: 'The endpoint {endpoint} was changed.',
  StepCreateEndpoint: 'Creating the endpoint {endpoint}.',
  StepReplaceEndpoint: 'Deleting the endpoint {endpoint}, whose creation failed, and creating it again.',
  StepClaim: 'Saving the traffic of {endpoint} in its tags: {traffic}.',
  VariablesSaved:
    'The earlier definition of {deployment} is saved in the tags of {endpoint}, so that it can be put back: whoever may read the endpoint can read the values of its environment variables {variables}.',
  SecretsNotSaved:
    'The values of the environment variables {variables} of {deployment} hold secrets of this run, so they are not saved. A rollback by another run takes those that the deployment has then.',
  StepAwait: 'Waiting until {what} takes changes again.',
  PlannedWhileBusy:
    'The endpoint {endpoint} is being changed right now, so this plan may be another one when that has ended.',
  StepDeploy: 'Deploying {deployment} without any requests; this takes minutes.',
  StepChange: 'Changing {deployment} in place; it keeps its requests, and this takes minutes.',
  StepSmoke: 'Testing {deployment}.',
  StepMirror: 'Copying {percent} % of the requests to {deployment}.',
  StepTraffic: 'Giving {deployment} {percent} % of the requests: {traffic}.',
  StepWait: 'Stopping at {percent} %, as the input to says.',
  StepRelease: 'Recording the release in the tags of {endpoint}.',
  StepRemove: 'Deleting the deployment {deployment}, which has no requests.',
  StepRestore: 'Restoring the earlier traffic: {traffic}.',
  StepRedeploy: 'Putting the earlier definition of {deployment} back.',
  NotRemoved: 'The deployment {deployment} could not be deleted, and costs money until it is: {reason}',
  AddressUnknown: 'The address and key of {endpoint} could not be read: {reason}',
  NoKey: 'The endpoint {endpoint} takes Microsoft Entra ID tokens, so there is no key to provide.',
  MayBeAtIt: 'The run {run} may still be rolling out {deployment}.',
  NotAsLeft: 'Somebody changed the traffic of {endpoint} after that rollout had set {traffic}.',
  StepClose: 'Recording the end of the rollout in the tags of {endpoint}.',
  StillProvisioning: '{what}: {status} for {duration}.',
  Failed: 'The rollout of {deployment} failed: {reason}',
  NoSmokeTests:
    'There are no smoke tests: the deployment counts as good once it is provisioned. Name some in smokeTests.',
  NobodyToCompareWith: 'No other deployment serves, so the golden data has nothing to compare {deployment} with.',
  GoldenReplayed: '{requests} golden requests were sent to {live} and to {deployment}; {differing} answers differ.',
  GoldenFailed:
    '{differing} of {requests} golden requests are answered differently from {live}; at most {most} percent may be.',
  GoldenUnanswered:
    'The live deployment {live} answered none of the {requests} golden requests, so {deployment} was not compared with it: {problem} Leave out goldenData to replace a deployment that fails.',
  SmokeTestsDone: '{done} of {total} smoke tests were sent.',
  GoldenDone: '{done} of {total} golden requests were sent.',
  SmokeFailed: '{failed} of {total} smoke tests failed; {test}: {problem}',
  Baking: 'Watching {deployment} at {percent} % for {duration}.',
  StillBaking: 'Watching {deployment} at {percent} %: {left} left.',
  Unhealthy: 'The deployment {deployment} is not healthy at {percent} %: {reasons}',
  NoTrial: 'There are no trialInputs, so the deployment is not tried before it becomes the default one.',
  TrialStarted: 'The trial of {deployment} is the job {job}.',
  TrialWroteNothing: 'The trial job {job} completed, but wrote nothing to {outputs}.',
  DeploymentLog: 'Log of the deployment {deployment}: last lines',
  InitializerLog: 'Log of what fetches the model and the code of {deployment} (storage initializer): last lines',
  DeploymentLogUnread: 'The log of the deployment {deployment} could not be read: {reason}',
  Released: 'The deployment {deployment} of {endpoint} was released: {traffic}.',
  AlreadyReleased:
    'The deployment {deployment} of {endpoint} serves already and is the same, so it was left as it is: {traffic}.',
  Waiting: 'The rollout of {deployment} waits: {traffic}. A step whose input from is {percent} continues it.',
  RolledBack:
    'The deployment {deployment} was not released. {reason} The traffic of {endpoint} is as before: {traffic}.',
  Stopped: 'The deployment {deployment} was not released. {reason} The traffic of {endpoint} is {traffic}.',
  RolledBackFix:
    'The deployment {deployment} is still there without requests, so that it can be examined; it costs money until it is deleted.',
  StoppedFix: 'Run this stage again, or go back with mode: rollback.',
  DiagnosedFix: '{cause} {next}',
  WhatIfDone: 'What if: the rollout of {deployment} has {steps} steps; nothing was created or changed.',
  WhatIfSame:
    'What if: the deployment {deployment} serves already and is the same, so there is nothing to roll out; nothing was created or changed.',
  MayNotReadKey:
    'The service connection may not read the key of the endpoint, which its requests are signed with: it needs the action {action}.',
  MayNotReadKeyFix:
    'Give its application the role AzureML Data Scientist on the workspace, or leave out smokeTests, goldenData and provideCredential.',
  Abandoning: 'The run was cancelled; ending the rollout of {endpoint}.',
  NothingToAbandon: 'This rollout has not changed the endpoint {endpoint}, so there is nothing to restore.',
  ReleasedBefore:
    'The deployment {deployment} of {endpoint} was released before the run was cancelled. Deployments that were to be deleted may remain.',
  Abandoned: 'The earlier traffic of {endpoint} is being restored: {traffic}. Azure ML has accepted it.',
  AbandonedAsIs:
    'The traffic of {endpoint} stays {traffic}, as the input onFailure says; before the rollout it was {earlier}. To restore it, run this task with mode: rollback and endpointName: {endpoint}.',
  AbandonFailed:
    'The earlier traffic of {endpoint} could not be restored within {within}: {reason} Its traffic is {traffic}, or what the change under way sets; before the rollout it was {earlier}. To restore it, run this task with mode: rollback and endpointName: {endpoint}, which waits until the endpoint takes changes.',
  DefinitionLeft:
    'The deployment {deployment} was being changed in place and may have its new definition. To put the earlier one back, run this task with mode: rollback and endpointName: {endpoint}.',
  BatchAbandoned:
    'The earlier default deployment of {endpoint} is being restored: {traffic}. Azure ML has accepted it.',
  BatchAbandonedAsIs:
    'The default deployment of {endpoint} stays {traffic}, as the input onFailure says; before the rollout it was {earlier}. To restore it, run this task with mode: rollback, endpointType: batch and endpointName: {endpoint}.',
  BatchAbandonFailed:
    'The earlier default deployment of {endpoint} could not be restored within {within}: {reason} It is {traffic}, or what the change under way sets; before the rollout it was {earlier}. To restore it, run this task with mode: rollback, endpointType: batch and endpointName: {endpoint}, which waits until the endpoint takes changes.',
  ReleaseFile: 'The release is described in {path}.',
  RestorePlan:
    'The traffic of {endpoint} goes back from {from} to {to}, as it was before the rollout of {deployment} by the run {run}.',
  RestoreWhatIf: 'What if: the traffic of {endpoint} would go back to {traffic}; nothing was changed.',
  Restored: 'The traffic of {endpoint} is {traffic} again.',
  BatchNow: 'The endpoint {endpoint} exists; its default deployment is {traffic}.',
  BatchClaim: 'Saving the default deployment of {endpoint} in its tags: {traffic}.',
  BatchDeploy: 'Creating the deployment {deployment}; the default deployment stays as it is.',
  BatchTry: 'Trying {deployment}.',
  BatchSwitch: 'Making {deployment} the default deployment.',
  BatchRestore: 'Restoring the earlier default deployment: {traffic}.',
  BatchRemove: 'Deleting the deployment {deployment}, which is not the default one.',
  BatchReleased: 'The deployment {deployment} is the default deployment of {endpoint}.',
  BatchUnchanged:
    'The deployment {deployment} is the default deployment of {endpoint} already and is the same, so it was left as it is.',
  BatchRolledBack:
    'The deployment {deployment} was not released. {reason} The default deployment of {endpoint} is as before: {traffic}.',
  BatchStopped:
    'The deployment {deployment} was not released. {reason} The default deployment of {endpoint} is {traffic}.',
  BatchKept:
    'The deployment {deployment} is still there and can be invoked by its name; it costs nothing while no job runs.',
  BatchRestorePlan:
    'The default deployment of {endpoint} goes back from {from} to {to}, as it was before the rollout of {deployment} by the run {run}.',
  BatchRestoreWhatIf: 'What if: the default deployment of {endpoint} would be {traffic} again; nothing was changed.',
  BatchRestored: 'The default deployment of {endpoint} is {traffic} again.',
  BatchNothingToRestore:
    'The default deployment of {endpoint} is as it was before the last rollout: {traffic}. Nothing was changed.',
  NothingToRestore: 'The traffic of {endpoint} is as it was before the last rollout: {traffic}. Nothing was changed.',
});
