import { defineMessages } from '../core/message.ts';

export const messages = defineMessages({
  JobOutputNotFound: "The job has no output '{output}'.{hint}",
  JobOutputNotFoundFix:
    'Name one of its outputs, a step that has this one, or artifacts for the files that the job logged itself.',
  StepOutputNotFound: "The step '{step}' has no output '{output}'.{hint}",
  StepOutputNotFoundFix: 'Name one of its outputs, or artifacts for the files that the step logged itself.',
  NothingLogged: "The run {run} logged no files at '{path}'.{hint}",
  NothingLoggedFix: 'Name the folder that the job logged, as MLflow’s log_model was given it.',
  OutputEmpty: "The output '{output}' of the run {run} has no files, so there is nothing to register.",
  OutputPathEmpty: "The output '{output}' of the run {run} has no files at '{path}', so there is nothing to register.",
  UriEmpty: 'There are no files at {uri}, so there is nothing to register.',
  OutputEmptyFix: 'Check in Azure ML studio what the job wrote there, and the path that the job was given to write to.',
  ModelNotMlflow: "'{path}' is not an MLflow model, because the file MLmodel is not in it.{hint}",
  ModelNotMlflowFix: 'Name the folder that has the file MLmodel, or register it as a custom model.',
  VersionUnnamed:
    'The input modelVersion is empty, and this pipeline run registered no version of the model {model} in {place}.',
  VersionsOfRun:
    'The input modelVersion is empty, and this pipeline run registered several versions of the model {model} in {place}: {versions}.',
  VersionUnnamedFix:
    'Set modelVersion: $(register.modelVersion) of the step that registered it, a number, stage:<name>, or latest for the version that was created last, whoever registered it.',
  TraceStartInvalid: "'{value}' does not name what to trace.",
  TraceStartInvalidFix:
    'Write endpoint:<name>, deployment:<endpoint>/<name>, model:<name>:<version>, model:<name> for the newest version, job:<name>, build:<id>, release:<id>, commit:<id>, or the id of a model’s version.',
  TracedNothing:
    "No job and no deployment of the workspace '{workspace}' names the {kind} {id}; its {most} newest jobs were searched.",
  TracedNothingRead:
    "No job and no deployment of the workspace '{workspace}' names the {kind} {id}, as far as they could be read; {what} could not be read: {why}.",
  TracedNothingFix:
    'Check the id, and the workspace. Jobs of AzureMLSubmitJob and deployments of AzureMLDeployModel name the run that made them and its commit.',
  TracedModelNotFound: "There is no version '{version}' of the model '{model}' in {where}.",
  TracedModelNotFoundFix: 'Check name and version of the model; a version that was deleted can’t be traced.',
});
