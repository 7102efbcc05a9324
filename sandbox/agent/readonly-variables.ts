/** Names that only the service and the agent set; a task that overwrites one gets a warning (agent: Constants.cs). */
const names = `
Agent.AcceptTeeEula Agent.BuildDirectory Agent.CloudId Agent.HomeDirectory Agent.Id Agent.IsSelfHosted Agent.JobName
Agent.JobStatus Agent.MachineName Agent.Name Agent.OS Agent.OSArchitecture Agent.ProxyUrl Agent.ReleaseDirectory
Agent.RootDirectory Agent.ServerOMDirectory Agent.TempDirectory Agent.ToolsDirectory Agent.Version Agent.WorkFolder
Build.ArtifactStagingDirectory Build.BinariesDirectory Build.BuildId Build.BuildNumber Build.BuildUri Build.ContainerId
Build.DefinitionName Build.DefinitionVersion Build.QueuedBy Build.QueuedById Build.Reason Build.Repository.Clean
Build.Repository.Git.SubmoduleCheckout Build.Repository.Id Build.Repository.LocalPath Build.Repository.Name
Build.Repository.Provider Build.Repository.Uri Build.RequestedFor Build.RequestedForEmail Build.RequestedForId
Build.SourceBranch Build.SourceBranchName Build.SourceVersion Build.SourceVersionAuthor Build.SourceVersionMessage
Build.SourcesDirectory Build.StagingDirectory Common.TestResultsDirectory Pipeline.Workspace System.AccessToken
System.ArtifactsDirectory System.CollectionId System.CollectionUri System.Culture System.DefaultWorkingDirectory
System.DefinitionId System.DefinitionName System.EnableAccessToken System.HostType System.IsAzureVM
System.IsDockerContainer System.JobAttempt System.JobDisplayName System.JobId System.JobName System.OidcRequestUri
System.PhaseAttempt System.PhaseDisplayName System.PhaseName System.PlanId System.PullRequest.IsFork
System.PullRequest.PullRequestId System.PullRequest.PullRequestNumber System.PullRequest.SourceBranch
System.PullRequest.SourceRepositoryURI System.PullRequest.TargetBranch System.ServerType System.StageAttempt
System.StageDisplayName System.StageName System.TaskDefinitionsUri System.TaskDisplayName System.TaskInstanceId
System.TaskInstanceName System.TeamFoundationCollectionUri System.TeamFoundationServerUri System.TeamProject
System.TeamProjectId System.TimelineId System.WorkFolder Task.DisplayName
`;

export const readonlyVariables: ReadonlySet<string> = new Set(names.trim().toLowerCase().split(/\s+/));
