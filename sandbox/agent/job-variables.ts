/** The variables that a job starts with: what the service sends and what the agent adds (facts of a build job). */
import { randomUUID } from 'node:crypto';
import { arch, hostname } from 'node:os';
import { join } from 'node:path';
import type { DevOps, DevOpsRun } from '../contracts.ts';
import type { Job, Stage } from './yaml/model.ts';

export interface RunFacts {
  devops: DevOps;
  run: DevOpsRun;
  buildNumber: string;
  definitionName: string;
  branch: string;
  commit: string;
  reason: string;
  repository: string;
}

/** The behaviour here is that of agents from August 2026; the number only has to satisfy a task's minimum. */
const agentVersion = '4.273.0';
const agentName = 'Sandbox Agent';

/** Variables that are the same in the whole run; stage and job conditions see them too. */
export function runVariables(facts: RunFacts): Record<string, string> {
  const { devops, run, branch, commit } = facts;
  return {
    system: 'build',
    'System.CollectionUri': devops.collectionUrl,
    'System.TeamFoundationCollectionUri': devops.collectionUrl,
    'System.TeamFoundationServerUri': devops.collectionUrl,
    'System.TaskDefinitionsUri': devops.collectionUrl,
    'System.TeamProject': devops.project.name,
    'System.TeamProjectId': devops.project.id,
    'System.HostType': 'build',
    'System.ServerType': 'Hosted',
    'System.Culture': 'en-US',
    'System.PlanId': run.planId,
    'System.TimelineId': run.timelineId,
    'System.DefinitionId': String(run.definitionId),
    'System.DefinitionName': facts.definitionName,
    'System.EnableAccessToken': 'SecretVariable',
    'Build.BuildId': String(run.id),
    'Build.BuildUri': `vstfs:///Build/Build/${run.id}`,
    'Build.BuildNumber': facts.buildNumber,
    'Build.ContainerId': String(run.id),
    'Build.DefinitionName': facts.definitionName,
    'Build.DefinitionVersion': '1',
    'Build.Reason': facts.reason,
    'Build.QueuedBy': 'Sandbox User',
    'Build.RequestedFor': 'Sandbox User',
    'Build.RequestedForEmail': 'user@sandbox.localhost',
    'Build.SourceBranch': branch,
    'Build.SourceBranchName': branch.split('/').at(-1)!,
    'Build.SourceVersion': commit,
    'Build.Repository.Id': facts.repository,
    'Build.Repository.Name': facts.repository,
    'Build.Repository.Provider': 'TfsGit',
    'Build.Repository.Uri': `${devops.collectionUrl}${devops.project.name}/_git/${facts.repository}`,
    'Build.Repository.Clean': 'False',
    'Build.Repository.Git.SubmoduleCheckout': 'False',
    ...pullRequestVariables(facts),
  };
}

/** Of a run that validates a pull request, whose branch has its number: `refs/pull/7/merge`. */
function pullRequestVariables({ reason, branch }: RunFacts): Record<string, string> {
  const number = /^refs\/pull\/(\d+)\/merge$/.exec(branch)?.[1];
  if (reason !== 'PullRequest' || number === undefined) return {};
  return { 'System.PullRequest.PullRequestId': number, 'System.PullRequest.IsFork': 'False' };
}

/**
 * The predefined variables that `${{ variables['x'] }}` knows: those that are marked as available in templates on the
 * service's page of predefined variables, as far as a run here has them.
 */
export function templateVariables(facts: Omit<RunFacts, 'run' | 'buildNumber'>): Record<string, string> {
  const { devops, branch, definitionName, repository } = facts;
  return {
    'Build.DefinitionName': definitionName,
    'Build.Reason': facts.reason,
    'Build.Repository.Name': repository,
    'Build.Repository.Provider': 'TfsGit',
    'Build.RequestedFor': 'Sandbox User',
    'Build.SourceBranch': branch,
    'Build.SourceBranchName': branch.split('/').at(-1)!,
    'Build.SourceVersion': facts.commit,
    'System.CollectionUri': devops.collectionUrl,
    'System.HostType': 'build',
    'System.TeamFoundationCollectionUri': devops.collectionUrl,
    'System.TeamProject': devops.project.name,
    'System.TeamProjectId': devops.project.id,
  };
}

/** One of the copies that a job's strategy makes. */
export interface JobCopy {
  name: string;
  /** From 1. */
  position: number;
  total: number;
}

/** Folders of a build job below its own Agent.WorkFolder. */
export function jobFolders(workFolder: string) {
  const build = join(workFolder, '1');
  return {
    temp: join(workFolder, '_temp'),
    tools: join(workFolder, '_tool'),
    build,
    sources: join(build, 's'),
    binaries: join(build, 'b'),
    staging: join(build, 'a'),
    testResults: join(build, 'TestResults'),
  };
}

/** Variables of one job on the agent. */
export function jobVariables(
  stage: Stage,
  job: Job,
  jobId: string,
  workFolder: string,
  oidcRequestUri: string,
  copy?: JobCopy,
): Record<string, string> {
  const folders = jobFolders(workFolder);
  const displayName = copy ? `${job.displayName} ${copy.name}` : job.displayName;
  const name = copy?.name ?? '__default';
  return {
    'System.JobId': jobId,
    'System.StageName': stage.name,
    'System.StageDisplayName': stage.displayName,
    'System.StageAttempt': '1',
    'System.PhaseName': job.name,
    'System.PhaseDisplayName': job.displayName,
    'System.PhaseAttempt': '1',
    'System.JobName': name,
    'System.JobDisplayName': displayName,
    'System.JobIdentifier': `${stage.name}.${job.name}.${name}`,
    'System.JobPositionInPhase': String(copy?.position ?? 1),
    'System.TotalJobsInPhase': String(copy?.total ?? 1),
    'System.JobAttempt': '1',
    'System.OidcRequestUri': oidcRequestUri,
    'System.WorkFolder': workFolder,
    'System.IsAzureVM': '0',
    'System.IsDockerContainer': 'False',
    'System.DefaultWorkingDirectory': folders.sources,
    'System.ArtifactsDirectory': folders.staging,
    'Agent.AcceptTeeEula': 'False',
    'Agent.BuildDirectory': folders.build,
    'Agent.HomeDirectory': join(workFolder, '_agent'),
    'Agent.Id': '1',
    'Agent.IsSelfHosted': '1',
    'Agent.JobName': displayName,
    'Agent.JobStatus': 'Succeeded',
    'Agent.MachineName': hostname(),
    'Agent.Name': agentName,
    'Agent.OS': process.platform === 'darwin' ? 'Darwin' : 'Linux',
    'Agent.OSArchitecture': arch().toUpperCase(),
    'Agent.RootDirectory': workFolder,
    'Agent.TempDirectory': folders.temp,
    'Agent.ToolsDirectory': folders.tools,
    'Agent.Version': agentVersion,
    'Agent.WorkFolder': workFolder,
    'Build.ArtifactStagingDirectory': folders.staging,
    'Build.BinariesDirectory': folders.binaries,
    'Build.Repository.LocalPath': folders.sources,
    'Build.SourcesDirectory': folders.sources,
    'Build.StagingDirectory': folders.staging,
    'Common.TestResultsDirectory': folders.testResults,
    'Pipeline.Workspace': folders.build,
    GIT_TERMINAL_PROMPT: '0',
    VSTS_PROCESS_LOOKUP_ID: `vsts_${randomUUID()}`,
    ...(job.environment ? { 'Environment.Name': job.environment, 'Strategy.Name': 'runOnce' } : {}),
  };
}
