/** The in-box tasks that the sandbox's agent runs itself; only the inputs that it honours or may safely ignore. */
import type { TaskDefinition, TaskInput } from '../task-definition.ts';

const input = (name: string, type = 'string', more: Partial<TaskInput> = {}): TaskInput => ({ name, type, ...more });
const required = (name: string, type = 'string', more: Partial<TaskInput> = {}): TaskInput =>
  input(name, type, { required: true, ...more });

interface Builtin {
  name: string;
  /** Empty where it is not known; such a task is found by name only. */
  id: string;
  major: number;
  friendlyName: string;
  description: string;
  inputs: TaskInput[];
  runsOn?: string[];
}

const builtins: Builtin[] = [
  {
    name: 'CmdLine',
    id: 'd9bafed4-0b18-4f58-968d-86655b4d2ce9',
    major: 2,
    friendlyName: 'Command line',
    description: 'Run a command line script using Bash on Linux and macOS',
    inputs: [
      required('script', 'multiLine'),
      input('workingDirectory', 'filePath'),
      input('failOnStderr', 'boolean', { defaultValue: 'false' }),
    ],
  },
  {
    name: 'Bash',
    id: '6c731c3c-3c68-459a-a5c9-bde6e6595b5b',
    major: 3,
    friendlyName: 'Bash',
    description: 'Run a Bash script on macOS, Linux, or Windows',
    inputs: [
      input('targetType', 'radio', { defaultValue: 'filePath' }),
      required('filePath', 'filePath', { visibleRule: 'targetType = filePath' }),
      input('arguments', 'string', { visibleRule: 'targetType = filePath' }),
      required('script', 'multiLine', { visibleRule: 'targetType = inline' }),
      input('workingDirectory', 'filePath'),
      input('failOnStderr', 'boolean', { defaultValue: 'false' }),
      input('bashEnvValue'),
      input('noProfile', 'boolean'),
      input('noRc', 'boolean'),
    ],
  },
  {
    name: 'PowerShell',
    id: 'e213ff0f-5d5c-4791-802d-52ea3e7be1f1',
    major: 2,
    friendlyName: 'PowerShell',
    description: 'Run a PowerShell script on Linux, macOS, or Windows',
    inputs: [
      input('targetType', 'radio', { defaultValue: 'filePath' }),
      required('filePath', 'filePath', { visibleRule: 'targetType = filePath' }),
      input('arguments', 'string', { visibleRule: 'targetType = filePath' }),
      required('script', 'multiLine', { visibleRule: 'targetType = inline' }),
      input('workingDirectory', 'filePath'),
      input('errorActionPreference', 'pickList', { defaultValue: 'stop' }),
      input('warningPreference', 'pickList', { defaultValue: 'default' }),
      input('failOnStderr', 'boolean', { defaultValue: 'false' }),
      input('ignoreLASTEXITCODE', 'boolean', { defaultValue: 'false' }),
      input('pwsh', 'boolean', { defaultValue: 'false' }),
    ],
  },
  {
    name: 'checkout',
    id: '6d15af64-176c-496d-b583-fd2ae21d4df4',
    major: 1,
    friendlyName: 'Get sources',
    description: 'Get sources from a repository.',
    inputs: [
      'repository',
      'clean',
      'fetchDepth',
      'fetchFilter',
      'fetchTags',
      'lfs',
      'path',
      'persistCredentials',
      'submodules',
      'workspaceRepo',
    ].map((name) => input(name)),
  },
  {
    name: 'PublishPipelineArtifact',
    id: 'ecdc45f6-832d-4ad9-b52b-ee49e94659be',
    major: 1,
    friendlyName: 'Publish Pipeline Artifacts',
    description: 'Publish (upload) a file or directory as a named artifact for the current run',
    inputs: [
      required('path', 'filePath', { aliases: ['targetPath'], defaultValue: '$(Pipeline.Workspace)' }),
      input('artifactName', 'string', { aliases: ['artifact'] }),
      input('artifactType', 'pickList', { aliases: ['publishLocation'], defaultValue: 'pipeline' }),
    ],
  },
  {
    name: 'PublishBuildArtifacts',
    id: '2ff763a7-ce83-4e1f-bc89-0ae63477cebe',
    major: 1,
    friendlyName: 'Publish build artifacts',
    description: 'Publish build artifacts to Azure Pipelines or a Windows file share',
    inputs: [
      required('PathtoPublish', 'filePath', { defaultValue: '$(Build.ArtifactStagingDirectory)' }),
      required('ArtifactName', 'string', { defaultValue: 'drop' }),
      input('ArtifactType', 'pickList', { aliases: ['publishLocation'], defaultValue: 'Container' }),
    ],
  },
  {
    name: 'DownloadPipelineArtifact',
    id: '61f2a582-95ae-4948-b34d-a1b3c4f6a737',
    major: 2,
    friendlyName: 'Download Pipeline Artifacts',
    description: 'Download build and pipeline artifacts',
    inputs: [
      input('buildType', 'pickList', { aliases: ['source'], defaultValue: 'current' }),
      input('artifactName', 'string', { aliases: ['artifact'] }),
      input('itemPattern', 'multiLine', { aliases: ['patterns'], defaultValue: '**' }),
      required('targetPath', 'filePath', { aliases: ['path', 'downloadPath'], defaultValue: '$(Pipeline.Workspace)' }),
    ],
  },
  {
    name: 'PublishTestResults',
    id: '0b0f01ed-7dde-43ff-9cbb-e48954daf9b1',
    major: 2,
    friendlyName: 'Publish Test Results',
    description: 'Publish test results to Azure Pipelines',
    inputs: [
      input('testRunner', 'pickList', { aliases: ['testResultsFormat'], defaultValue: 'JUnit' }),
      required('testResultsFiles', 'multiLine', { defaultValue: '**/TEST-*.xml' }),
      input('searchFolder', 'string', { defaultValue: '$(System.DefaultWorkingDirectory)' }),
      input('mergeTestResults', 'boolean', { defaultValue: 'false' }),
      input('failTaskOnFailedTests', 'boolean', { defaultValue: 'false' }),
      input('failTaskOnFailureToPublishResults', 'boolean', { defaultValue: 'false' }),
      input('failTaskOnMissingResultsFile', 'boolean', { defaultValue: 'false' }),
      input('testRunTitle'),
      input('platform', 'string', { aliases: ['buildPlatform'] }),
      input('configuration', 'string', { aliases: ['buildConfiguration'] }),
      input('publishRunAttachments', 'boolean', { defaultValue: 'true' }),
    ],
  },
  {
    name: 'UsePythonVersion',
    id: '33c63b11-352b-45a2-ba1b-54cb568a29ca',
    major: 0,
    friendlyName: 'Use Python version',
    description: 'Use the specified version of Python from the tool cache',
    inputs: [
      required('versionSpec', 'string', { defaultValue: '3.x' }),
      input('addToPath', 'boolean', { defaultValue: 'true' }),
      input('architecture', 'pickList', { defaultValue: 'x64' }),
      input('disableDownloadFromRegistry', 'boolean'),
      input('allowUnstable', 'boolean'),
      input('githubToken'),
    ],
  },
  ...[
    { name: 'NodeTool', id: '31c75bbb-bcdf-4706-8d7c-4da6a1959bc2', major: 0 },
    { name: 'UseNode', id: '', major: 1 },
  ].map((task) => ({
    ...task,
    friendlyName: 'Use Node.js',
    description: 'Set up a Node.js environment',
    inputs: [
      'versionSpec',
      'version',
      'versionSource',
      'versionFilePath',
      'checkLatest',
      'force32bit',
      'nodejsMirror',
      'retryCountOnDownloadFails',
      'delayBetweenRetries',
    ].map((name) => input(name)),
  })),
  ...[0, 1].map((major) => ({
    name: 'ManualValidation',
    id: '',
    major,
    friendlyName: 'Manual validation',
    description: 'Pause a pipeline run to wait for manual interaction',
    runsOn: ['Server'],
    inputs: [
      input('notifyUsers', 'identities'),
      input('approvers'),
      input('allowApproversToApproveTheirOwnRuns', 'boolean'),
      input('instructions', 'multiLine'),
      input('onTimeout', 'radio', { defaultValue: 'reject' }),
    ],
  })),
  {
    name: 'Delay',
    id: '28782b92-5e8e-4458-9751-a71cd1492bae',
    major: 1,
    friendlyName: 'Delay',
    description: 'Delay further execution of a workflow by a fixed time',
    runsOn: ['Server'],
    inputs: [required('delayForMinutes', 'string', { defaultValue: '0' })],
  },
];

export const builtinDefinitions: readonly TaskDefinition[] = builtins.map(({ major, ...task }) => ({
  runsOn: ['Agent', 'DeploymentGroup'],
  author: 'Microsoft Corporation',
  ...task,
  version: { Major: major, Minor: 0, Patch: 0 },
  folder: '',
}));
