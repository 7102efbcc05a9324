/** The in-box tasks that the sandbox's agent runs itself; only the inputs that it honours or may safely ignore. */
import type { TaskDefinition, TaskInput } from '../task-definition.ts';

const input = (name: string, type = 'string', more: Partial<TaskInput> = {}): TaskInput => ({ name, type, ...more });
const required = (name: string, type = 'string', more: Partial<TaskInput> = {}): TaskInput =>
  input(name, type, { required: true, ...more });
const flag = (name: string, defaultValue = 'false'): TaskInput => input(name, 'boolean', { defaultValue });
const choice = (name: string, defaultValue: string, ...aliases: string[]): TaskInput =>
  input(name, 'pickList', { ...(aliases.length > 0 && { aliases }), defaultValue });
const texts = (...names: string[]): TaskInput[] => names.map((name) => input(name));

/**
 * @param task name and major version: `Bash@3`
 * @param id empty where it is not known; such a task is found by name only
 */
function builtin(
  task: string,
  id: string,
  [friendlyName, description]: [string, string],
  inputs: TaskInput[],
  runsOn = ['Agent', 'DeploymentGroup'],
): TaskDefinition {
  const [name = '', major] = task.split('@');
  const version = { Major: Number(major), Minor: 0, Patch: 0 };
  return { runsOn, author: 'Microsoft Corporation', name, id, friendlyName, description, inputs, version, folder: '' };
}

const workingDirectory = input('workingDirectory', 'filePath');

/** A script in a file or in the pipeline. */
const scriptInputs = [
  input('targetType', 'radio', { defaultValue: 'filePath' }),
  required('filePath', 'filePath', { visibleRule: 'targetType = filePath' }),
  input('arguments', 'string', { visibleRule: 'targetType = filePath' }),
  required('script', 'multiLine', { visibleRule: 'targetType = inline' }),
  workingDirectory,
  flag('failOnStderr'),
];

/** What a step `checkout` says beside its repository; the keys in the file are the names of the inputs. */
export const checkoutOptions = [
  'clean',
  'fetchDepth',
  'fetchFilter',
  'fetchTags',
  'lfs',
  'path',
  'persistCredentials',
  'submodules',
  'workspaceRepo',
];

const node: [string, string] = ['Use Node.js', 'Set up a Node.js environment'];
const nodeInputs = texts(
  'versionSpec',
  'version',
  'versionSource',
  'versionFilePath',
  'checkLatest',
  'force32bit',
  'nodejsMirror',
  'retryCountOnDownloadFails',
  'delayBetweenRetries',
);

const validation: [string, string] = ['Manual validation', 'Pause a pipeline run to wait for manual interaction'];
const validationInputs = [
  input('notifyUsers', 'identities'),
  input('approvers'),
  input('allowApproversToApproveTheirOwnRuns', 'boolean'),
  input('instructions', 'multiLine'),
  input('onTimeout', 'radio', { defaultValue: 'reject' }),
];

export const builtinDefinitions: readonly TaskDefinition[] = [
  builtin(
    'CmdLine@2',
    'd9bafed4-0b18-4f58-968d-86655b4d2ce9',
    ['Command line', 'Run a command line script using Bash on Linux and macOS'],
    [required('script', 'multiLine'), workingDirectory, flag('failOnStderr')],
  ),
  builtin(
    'Bash@3',
    '6c731c3c-3c68-459a-a5c9-bde6e6595b5b',
    ['Bash', 'Run a Bash script on macOS, Linux, or Windows'],
    [...scriptInputs, input('bashEnvValue'), input('noProfile', 'boolean'), input('noRc', 'boolean')],
  ),
  builtin(
    'PowerShell@2',
    'e213ff0f-5d5c-4791-802d-52ea3e7be1f1',
    ['PowerShell', 'Run a PowerShell script on Linux, macOS, or Windows'],
    [
      ...scriptInputs,
      choice('errorActionPreference', 'stop'),
      choice('warningPreference', 'default'),
      flag('ignoreLASTEXITCODE'),
      flag('pwsh'),
    ],
  ),
  builtin(
    'checkout@1',
    '6d15af64-176c-496d-b583-fd2ae21d4df4',
    ['Get sources', 'Get sources from a repository.'],
    texts('repository', ...checkoutOptions),
  ),
  builtin(
    'PublishPipelineArtifact@1',
    'ecdc45f6-832d-4ad9-b52b-ee49e94659be',
    ['Publish Pipeline Artifacts', 'Publish (upload) a file or directory as a named artifact for the current run'],
    [
      required('path', 'filePath', { aliases: ['targetPath'], defaultValue: '$(Pipeline.Workspace)' }),
      input('artifactName', 'string', { aliases: ['artifact'] }),
      choice('artifactType', 'pipeline', 'publishLocation'),
    ],
  ),
  builtin(
    'PublishBuildArtifacts@1',
    '2ff763a7-ce83-4e1f-bc89-0ae63477cebe',
    ['Publish build artifacts', 'Publish build artifacts to Azure Pipelines or a Windows file share'],
    [
      required('PathtoPublish', 'filePath', { defaultValue: '$(Build.ArtifactStagingDirectory)' }),
      required('ArtifactName', 'string', { defaultValue: 'drop' }),
      choice('ArtifactType', 'Container', 'publishLocation'),
    ],
  ),
  builtin(
    'DownloadPipelineArtifact@2',
    '61f2a582-95ae-4948-b34d-a1b3c4f6a737',
    ['Download Pipeline Artifacts', 'Download build and pipeline artifacts'],
    [
      choice('buildType', 'current', 'source'),
      input('artifactName', 'string', { aliases: ['artifact'] }),
      input('itemPattern', 'multiLine', { aliases: ['patterns'], defaultValue: '**' }),
      required('targetPath', 'filePath', { aliases: ['path', 'downloadPath'], defaultValue: '$(Pipeline.Workspace)' }),
    ],
  ),
  builtin(
    'PublishTestResults@2',
    '0b0f01ed-7dde-43ff-9cbb-e48954daf9b1',
    ['Publish Test Results', 'Publish test results to Azure Pipelines'],
    [
      choice('testRunner', 'JUnit', 'testResultsFormat'),
      required('testResultsFiles', 'multiLine', { defaultValue: '**/TEST-*.xml' }),
      input('searchFolder', 'string', { defaultValue: '$(System.DefaultWorkingDirectory)' }),
      ...[
        'mergeTestResults',
        'failTaskOnFailedTests',
        'failTaskOnFailureToPublishResults',
        'failTaskOnMissingResultsFile',
      ].map((name) => flag(name)),
      input('testRunTitle'),
      input('platform', 'string', { aliases: ['buildPlatform'] }),
      input('configuration', 'string', { aliases: ['buildConfiguration'] }),
      flag('publishRunAttachments', 'true'),
    ],
  ),
  builtin(
    'UsePythonVersion@0',
    '33c63b11-352b-45a2-ba1b-54cb568a29ca',
    ['Use Python version', 'Use the specified version of Python from the tool cache'],
    [
      required('versionSpec', 'string', { defaultValue: '3.x' }),
      flag('addToPath', 'true'),
      choice('architecture', 'x64'),
      input('disableDownloadFromRegistry', 'boolean'),
      input('allowUnstable', 'boolean'),
      input('githubToken'),
    ],
  ),
  builtin('NodeTool@0', '31c75bbb-bcdf-4706-8d7c-4da6a1959bc2', node, nodeInputs),
  builtin('UseNode@1', '', node, nodeInputs),
  builtin('ManualValidation@0', '', validation, validationInputs, ['Server']),
  builtin('ManualValidation@1', '', validation, validationInputs, ['Server']),
  builtin(
    'Delay@1',
    '28782b92-5e8e-4458-9751-a71cd1492bae',
    ['Delay', 'Delay further execution of a workflow by a fixed time'],
    [required('delayForMinutes', 'string', { defaultValue: '0' })],
    ['Server'],
  ),
];
