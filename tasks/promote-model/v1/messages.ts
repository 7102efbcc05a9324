import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  TagInvalid: "it is '{text}', which is not of the form name=value.",
  TagInvalidFix: 'Write for example champion=true.',
  AssetInvalid: "it has '{text}', which is not of the form name:version.",
  AssetInvalidFix: 'Write one per line, for example train-env:5.',
  VerdictInvalid: "it has '{text}', which is not a verdict of the gate; allowed are {allowed}.",
  VerdictInvalidFix: 'Write pass, or pass, noBaseline to let the first model of its kind pass as well.',
  EnvironmentUnknown:
    'The model does not say in which environment it was made, so none goes along. Name one in the input environments if the target needs it.',
  EnvironmentShared: 'The environment {name} is not copied, since every workspace finds it there.',
  EnvironmentAnonymous:
    'The model was made in an environment without a name, which is not copied. Name one in the input environments if the target needs it.',
  ComponentUnknown:
    'The registered component that made the model is not known, so none goes along. Name one in the input components if the target needs it.',
  ComponentShared: 'The component that made the model is in a registry or has no name, so it is not copied.',
  StageTwice: "The inputs stage and previousStage are both '{stage}', so two versions would have the stage.",
  StageTwiceFix: 'Set previousStage to the stage that the previous version gets, for example Retired.',
  TwoRegistries: 'The inputs sourceRegistryName and registryName both name a registry.',
  RegistryWithoutWorkspace: 'The input sourceRegistryName names where the model is, but nothing says where it goes.',
  StageOfRegistry:
    'The inputs stage, tags and exclusiveTag change a version in a workspace, but the model goes to a registry alone.',
  ComponentsNeedTarget: 'The input components copies components, but registryName and targetWorkspaceName are empty.',
  NothingToDo:
    'Nothing says where the model goes: registryName, targetWorkspaceName, stage, tags and exclusiveTag are empty.',
  TogetherFix: 'Give a registry, a workspace or both to copy to; or a stage or tags for a version in a workspace.',
  Found: 'Model {model} version {version} in {place}: {id}',
  VerdictMissing: 'The model {model} version {version} has no verdict of the gate; promotion requires {allowed}.',
  VerdictOther: "The model {model} version {version} has the verdict '{verdict}'; promotion requires {allowed}.",
  VerdictFix:
    'Judge it with AzureMLEvaluateModel, which writes its verdict to the model, or leave requireVerdict empty.',
  VerdictFirstFix:
    'There was no model to compare it with. Set requireVerdict to pass, noBaseline if a first model may be promoted.',
  VersionTaken: 'There is a version {version} of the model {model} in {place} already, which is not a copy of {id}.',
  VersionTakenFix:
    'Set targetModelVersion to a version that is free, or targetModelName to another name. Nothing was written.',
  VersionDeleted:
    'The {kind} {name} version {version} was deleted from {place}, which does not take a deleted version again.',
  VersionDeletedFix: 'Set targetModelVersion to another version, or targetModelName to another name.',
  AssetDeletedFix: 'Register it under another version, and name that one in the inputs environments or components.',
  AssetTaken:
    'There is a version {version} of the {kind} {name} in {place} already, which is not the one of the source: {fields} differs.',
  AssetTakenFix:
    'Register it under a version that is free, and name that one in the inputs environments or components; or leave it out.',
  MayNotWrite: 'The service connection may not write {what} in {place}.',
  MayNotWriteFix:
    'Give its application the role {role} there; a new role assignment takes some minutes to work. Nothing was written.',
  AssetMissing: 'There is no {kind} {name} version {version} in {place}.',
  AssetMissingFix: 'Check the inputs environments and components. Nothing was written.',
  AssetLeftOut:
    'The model was made with the {kind} {name} version {version}, which is not in {place} and is not copied.',
  EnvironmentWithBuild: 'The environment {name} version {version} has a build context, which only a registry can copy.',
  EnvironmentWithBuildFix:
    'Copy through a registry (registryName) and refer to the environment there, or register it in the target workspace.',
  ComponentNotCopyable:
    'The component {name} version {version} is of type {type}; only components of type command can be copied to a workspace.',
  ComponentNotCopyableFix:
    'Register it in the target workspace from its file, with AzureMLApplyAsset, or refer to it in the registry. Nothing was written.',
  Importing: '{place} copies {name} version {version} by itself; waiting until it is there.',
  StillImporting: 'Still waiting after {duration}.',
  ImportRefused: '{place} does not copy it by itself, so the files go through this agent: {reason}',
  ImportLate: 'The registry accepted {name} version {version}, but it did not appear within {limit}.',
  ImportLateFix: 'Run the job again: it continues to wait.',
  Copying:
    'Copying {name} version {version} to {place}: {percent} percent, {done} of {size}, {files} of {totalFiles} files',
  Copied: '{name} version {version} is in {place}: {id}',
  CompanionCopied: 'The {kind} {name} version {version} is in {place}.',
  ClaimsDropped: '{name} version {version} in {place} begins without {tags}, which are of the original.',
  ClaimsKept:
    '{name} version {version} in {place} still has {tags}, which are of the original and not of this copy: {reason}',
  StageSet: 'Version {version} is in the stage {stage}.',
  SteppedDown: 'Version {version} has stepped down: {change}.',
  WhatIfDone: 'What if: {count} changes; nothing was written.',
  AllDone: 'Nothing had to be done: model {model} version {version} is promoted.',
  Done: 'Model {model} version {version} is promoted: {id}',
});
