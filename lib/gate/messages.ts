import { defineMessages } from '../core/message.ts';

export const messages = defineMessages({
  BaselineInvalid:
    "it is '{value}'; allowed are 'none', 'model:<name>', 'model:<name>:<version>', 'model:<name>@latest', 'model:<name>@stage=Production', 'model:<name>@<tag>=<value>', 'endpoint:<name>', 'job:<name>', 'build:previous', 'build:<id>' and 'file:<path>'.",
  BaselineInvalidFix: 'For example model:churn compares with the newest version of the model churn.',
  BaselineMissing: "Rule {line} reads 'baseline', but the baseline is 'none'.",
  BaselineMissingFix:
    'Name a model as the baseline, for example model:churn; while that model does not exist yet, the verdict is noBaseline.',
  BaselineNotFound: "The model '{model}' in the workspace '{workspace}' has no version {version} to be the baseline.",
  BaselineNotFoundFix: 'Write model:{model} to compare with the newest version, if there is one.',
  BaselineUnmeasured:
    'The baseline {id} has no metrics: none were recorded at its registration, and its run {run} logged none or was deleted.',
  BaselineOfUnknownRun:
    'The baseline {id} has no metrics: none were recorded at its registration, and the run that made it is unknown.',
  RecordedStepFix:
    'Name the step by its display name when the model was registered, or leave the step empty to judge all that was recorded.',
  BaselineUnmeasuredFix:
    'Register models with AzureMLRegisterModel, which records their metrics, or choose another baseline.',
  BaselineJobNotFound: "There is no job '{job}' in the workspace '{workspace}' to be the baseline.",
  BaselineJobNotFoundFix: 'It may have been deleted. Name another job, or a model, whose version records its metrics.',
  BaselineJobUnmeasured: "The baseline job '{job}' logged no metrics.",
  BaselineNotCompleted: "The baseline job '{job}' has to be Completed, but it is {status}.",
  BaselineNotCompletedFix: 'Wait for the job and run this one again, or name another baseline whose job has completed.',
  BuildNotCompleted: "The baseline job '{job}' of the build {build} has to be Completed, but it is {status}.",
  BuildWithoutJob: 'The baseline is build:{id}, but no job of this step was submitted in the build {id}.{known}',
  BuildIsOwn: "The baseline is build:{id}, but the build {id} is the candidate's own.",
  BuildWithoutJobFix:
    'Write the id of a build of this pipeline (its address has it as buildId, it is not the number), or build:previous.',
  PassedOver: 'The job {job} of the build {build} is {status}, so it is not the baseline.',
  NoModel: 'there is no model {model} yet.',
  NoModelButLike: 'there is no model {model} yet. If you meant {similar}, correct the input baseline.',
  NoActiveVersion: 'every version of the model {model} is archived.',
  NoTaggedVersion: "no version of the model {model} has {tag} '{value}'.{known}",
  NoEndpoint: 'there is no endpoint {endpoint} yet.{known}',
  NoDefault: 'the batch endpoint {endpoint} has no default deployment.',
  NoTraffic: 'the endpoint {endpoint} has no deployment with traffic.',
  NoEarlierBuild: 'no completed job of an earlier build of this pipeline was found.',
  NoEarlierBuildAmong:
    'no completed job of an earlier build of this pipeline was found among the {most} newest jobs of the workspace.',
  Archived: 'The baseline {baseline} is archived.',
  MostTraffic: 'The deployment {deployment} of the endpoint {endpoint} has the most traffic ({percent} %).',
  SameTraffic:
    'The deployments {deployment} and {other} of the endpoint {endpoint} have the same share of the traffic ({percent} %); {deployment} counts, the first by name.',
  DefaultDeployment: 'The deployment {deployment} is the default one of the batch endpoint {endpoint}.',
  DeploymentWithoutModel:
    "The deployment '{deployment}' of the endpoint '{endpoint}' serves no registered model, so its metrics are unknown.",
  DeploymentElsewhere:
    "The deployment '{deployment}' of the endpoint '{endpoint}' serves {model}, which can't be read from the workspace '{workspace}'.",
  DeploymentModelFix:
    'Deploy registered models of this workspace or of a registry, or name the baseline as model:<name>.',
  CandidateNotInBuild:
    "The baseline is build:{id}, but the job '{job}' was not submitted by AzureMLSubmitJob in a build, so its pipeline is unknown.",
  CandidateNotInBuildFix: 'Submit the job with AzureMLSubmitJob, or name the baseline as job:<name>.',
  BuildNeedsJob:
    'The baseline is build:{id}, which is found by the job of the candidate, but the candidate is not a job.',
  CandidateModelNotFound: "There is no version {version} of the model '{model}' in the workspace '{workspace}'.",
  CandidateModelNotFoundFix:
    'Pass the outputs of the step that registered it: $(register.modelName):$(register.modelVersion).',
  CandidateUnmeasured:
    'The model {id} has no metrics: none were recorded at its registration, and its run is unknown or logged none.',
  NeverLogged:
    "Rule {line} does not need the metric '{name}', and neither the candidate nor the baseline has it. If you meant '{meant}', correct the rule.",
  ComparedNothing: "Rule {line} passed without the value of a metric: '{condition}'.{missing}",
  NoRuleCompared: 'The model is not judged, since every rule passed without the value of a metric: {rules}',
  NoRuleComparedFix: 'Correct the names in the rules, or add a rule for a metric that every model logs.',
  ModelInvalid: "'{model}' does not name a version of a model.",
  ModelInvalidFix: 'Write name:version, for example churn:7, or $(register.modelId).',
  ModelElsewhere: "'{model}' is not a model of the workspace '{workspace}', so its version can't be judged here.",
  StepNotCompleted: "The step '{step}' of the job '{job}' has to be Completed, but it is {status}.",
  StepNotCompletedFix:
    'Metrics of a step that did not complete are not judged. Run the job again, or judge another step.',
  MetricsFileMissing: 'The file of metrics {file} does not exist or is not readable.',
  MetricsFileMissingFix: 'Name a file of this job, for example one that an earlier step has written or downloaded.',
  MetricsFileInvalid: 'The file of metrics {file} is not a JSON object of numbers: {reason}',
  MetricsFileInvalidFix: 'Write numbers by their names, such as "accuracy": 0.91. Objects in it make names with dots.',
  MetricsTwice: "The metric '{name}' is in the file {file} and among those of the candidate.",
  MetricsTwiceFix: 'Call it by another name in the file, so that rules mean one of them.',
  PredictionsInvalid: 'The file of predictions {file} can not be used: {reason}',
  PredictionsInvalidFix:
    'Write CSV with a header and the columns label and prediction, and id where the order of the rows is not the same.',
  VerdictNotRecorded:
    'The verdict {verdict} could not be written to the tags of {target}, which keep an older one: {reason}',
  VerdictNotRecordedFix:
    'Give the identity of the connection the role AzureML Data Scientist, or set recordVerdict to false and remove the older tags.',
});
