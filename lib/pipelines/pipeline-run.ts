import type { PipelineRun } from '../lineage/pipeline-run.ts';
import type { TaskInputs } from './pipeline.ts';

/**
 * The run that the task is part of, from the agent's predefined variables. The step's identity is made of names, which stay
 * the same when a stage is re-run; its ids do not.
 */
export function readPipelineRun(inputs: TaskInputs): PipelineRun {
  const variable = (name: string): string => inputs.variable(name) ?? '';
  // System.HostType is 'release' in a stage's agent job and 'deployment' in a deployment group's; both have a release.
  const isRelease = variable('Release.ReleaseId') !== '';
  const collectionUrl = variable('System.CollectionUri') || variable('System.TeamFoundationCollectionUri');
  const project = variable('System.TeamProject');
  const id = variable(isRelease ? 'Release.ReleaseId' : 'Build.BuildId');
  const page = isRelease ? `_releaseProgress?releaseId=${id}` : `_build/results?buildId=${id}`;
  const names = ['System.PhaseName', 'System.JobName', 'Agent.JobName', 'System.JobPositionInPhase'];
  const step = [
    variable(isRelease ? 'Release.EnvironmentId' : 'System.StageName'),
    ...names.map(variable),
    variable('System.TaskInstanceName') || variable('System.TaskInstanceId'),
  ];
  const attempt = isRelease ? ['Release.AttemptNumber'] : ['System.StageAttempt', 'System.JobAttempt'];
  return {
    collectionUrl,
    project,
    kind: isRelease ? 'release' : 'build',
    id,
    number: variable(isRelease ? 'Release.ReleaseName' : 'Build.BuildNumber') || id,
    url: collectionUrl && id ? `${collectionUrl}${encodeURIComponent(project)}/${page}` : '',
    repository: variable('Build.Repository.Uri'),
    branch: variable('Build.SourceBranch'),
    commit: variable('Build.SourceVersion'),
    definition: variable(isRelease ? 'Release.DefinitionId' : 'System.DefinitionId'),
    requestedFor: variable('Build.RequestedFor') || variable('Release.RequestedFor'),
    // The number is that of GitHub, where the id is another one.
    pullRequest: variable('System.PullRequest.PullRequestNumber') || variable('System.PullRequest.PullRequestId'),
    step: step.join('/'),
    attempt: attempt.map(variable).join('/'),
  };
}
