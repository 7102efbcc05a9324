import type { PipelineRun } from '../lineage/pipeline-run.ts';
import type { TaskInputs } from './pipeline.ts';

/**
 * The run that the task is part of, from the agent's predefined variables. Attempts are part of the step's identity:
 * a stage that is run again starts anew, while a task that the agent retries has the same values and finds what it made.
 */
export function readPipelineRun(inputs: TaskInputs): PipelineRun {
  const variable = (name: string): string => inputs.variable(name) ?? '';
  // System.HostType is 'release' in a stage's agent job and 'deployment' in a deployment group's; both have a release.
  const isRelease = variable('Release.ReleaseId') !== '';
  const collectionUrl = variable('System.CollectionUri') || variable('System.TeamFoundationCollectionUri');
  const project = variable('System.TeamProject');
  const id = variable(isRelease ? 'Release.ReleaseId' : 'Build.BuildId');
  const page = isRelease ? `_releaseProgress?releaseId=${id}` : `_build/results?buildId=${id}`;
  const step = isRelease
    ? ['Release.EnvironmentId', 'Release.AttemptNumber', 'System.JobId', 'System.TaskInstanceId']
    : [
        'System.StageName',
        'System.StageAttempt',
        'System.PhaseName',
        'System.JobName',
        'System.JobAttempt',
        'System.JobId',
        'System.TaskInstanceId',
      ];
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
    requestedFor: variable('Build.RequestedFor') || variable('Release.RequestedFor'),
    step: step.map(variable).join('/'),
  };
}
