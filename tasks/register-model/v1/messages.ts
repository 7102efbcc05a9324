import { defineMessages } from '../../../lib/core/message.ts';

export const messages = defineMessages({
  NoPlace: 'The inputs outputName, path and modelUri are empty, so nothing says where the model is.',
  NoPlaceFix:
    'Set outputName to an output of the job, path to a folder that the job logged, or modelUri to the URI of the model.',
  TwoPlaces: 'The inputs {one} and {other} both say where the model is.',
  TwoPlacesFix: 'Give only one of them.',
  TypeOfOutput: "The model is registered as {type}, because the output '{output}' is of type {outputType}.",
  TypeOfFiles: 'The model is registered as {type}. Set modelType for another type.',
  LeftOut:
    'Azure ML takes 50 properties of 1,000 characters; {count} facts about the model are not recorded with it: {names}.',
  VerdictOfStep:
    "The verdict '{verdict}' is not recorded with the model: it is on the step '{step}', which neither made the model nor read it. Judge the step that made it, one that reads it, or the job as a whole.",
  VerdictOfJob:
    "The verdict '{verdict}' is not recorded with the model: it is on the job {job}, but {uri} is of another job. Judge that job, or the version once it is registered.",
  VerdictBrought: "Its job was judged again, so model {model} version {version} has the verdict '{verdict}' now.",
  WouldBringVerdict: "What if: model {model} version {version} would get the newer verdict '{verdict}' of its job.",
  VersionTaken: 'Version {version} of {model} was taken in the meantime; trying the next.',
  Registered: 'Model {model} version {version} was registered from {origin}.',
  AlreadyRegistered:
    'This step registered the model {model} version {version} before, from {origin}, so nothing was done.',
  FromOutput: "the output '{output}' of {maker}",
  FromUri: '{uri}, made by {maker}',
  OfJob: 'the job {job}',
  StepOfJob: "the step '{step}' of the job {job}",
  Provenance: 'It comes from {parts}.',
  Commit: 'the commit {commit} of {branch}',
  Data: 'the data {data}',
  And: 'and',
  EnvironmentUnknown: "The environment of the step '{step}' is not recorded: {reason}",
  JobNotTagged: 'The job {job} could not be marked with the model’s version: {reason}',
  WhatIfDone: 'What if: model {model} version {version} would be registered; nothing was sent.',
});
