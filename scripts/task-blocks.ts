/** What every task.json has: written once here, and into the files by scripts/generate.ts. */
import { WORKSPACE_API } from '../lib/azureml/api-versions.ts';
import type { TaskInput, TaskKind } from './layout.ts';

const REPOSITORY = 'https://github.com/model-bridge/model-bridge';

/** The fields that are the same in all tasks of a kind. @param slug folder of the task, `submit-job` */
export function sharedFields(slug: string, kind: TaskKind): Record<string, unknown> {
  const page = `${REPOSITORY}/blob/main/docs/tasks/${slug}.md`;
  return {
    $schema: 'https://raw.githubusercontent.com/Microsoft/azure-pipelines-task-lib/master/tasks.schema.json',
    helpUrl: page,
    helpMarkDown: `[Inputs, outputs and examples](${page})`,
    author: 'Model Bridge contributors',
    category: 'Deploy',
    dataSourceBindings: targetBindings(),
    visibility: ['Build', 'Release'],
    ...(kind === 'agent' ? agentFields() : {}),
  };
}

/** How the agent runs a task's bundle; 3.248.0 is the first agent with Node 20 on every system. */
function agentFields(): Record<string, unknown> {
  return {
    runsOn: ['Agent', 'DeploymentGroup'],
    demands: [],
    minimumAgentVersion: '3.248.0',
    execution: { Node24: { target: 'index.js' }, Node20_1: { target: 'index.js' } },
    restrictions: { commands: { mode: 'any' } },
  };
}

const AGENT_IDENTITIES =
  'Workload identity federation is recommended; a service principal with secret or certificate and a managed identity work too.';
/** A managed identity belongs to the machine of an agent, which server tasks and gates don't have. */
const SERVER_IDENTITIES =
  'Workload identity federation is recommended; a service principal works too. A managed identity does not: this task runs without an agent.';

/** The workspace that a task works on: the first inputs of every task. */
export function targetInputs(kind: TaskKind): TaskInput[] {
  const identities = kind === 'agent' ? AGENT_IDENTITIES : SERVER_IDENTITIES;
  return [
    {
      name: 'connectedServiceNameARM',
      aliases: ['azureSubscription', 'serviceConnection'],
      type: 'connectedService:AzureRM',
      label: 'Azure Resource Manager connection',
      defaultValue: '',
      required: true,
      helpMarkDown: `Service connection that reaches the workspace. ${identities} Its identity needs the role **AzureML Data Scientist** on the workspace.`,
    },
    picker('resourceGroupName', ['resourceGroup'], 'Resource group', 'Resource group of the workspace.'),
    picker('workspaceName', ['azureMLWorkspaceName'], 'Azure Machine Learning workspace', 'Name of the workspace.'),
  ];
}

/** A list that the service connection fills, and that takes any other text too. */
function picker(name: string, aliases: string[], label: string, helpMarkDown: string): TaskInput {
  const properties = { EditableOptions: 'True' };
  return { name, aliases, type: 'pickList', label, defaultValue: '', required: true, helpMarkDown, properties };
}

/** What fills the pickers of the classic editor. */
function targetBindings(): Record<string, unknown>[] {
  const endpointId = '$(connectedServiceNameARM)';
  return [
    { target: 'resourceGroupName', endpointId, dataSourceName: 'AzureResourceGroups' },
    {
      target: 'workspaceName',
      endpointId,
      endpointUrl: `{{{endpoint.url}}}subscriptions/{{{endpoint.subscriptionId}}}/resourceGroups/{{{resourceGroupName}}}/providers/Microsoft.MachineLearningServices/workspaces?api-version=${WORKSPACE_API}`,
      resultSelector: 'jsonpath:$.value[*]',
      resultTemplate: '{"Value":"{{{name}}}","DisplayValue":"{{{name}}}"}',
      parameters: { resourceGroupName: '$(resourceGroupName)' },
    },
  ];
}

/** Fields of task.json in the order in which they are written; any other comes last. */
export const FIELD_ORDER = [
  '$schema',
  'id',
  'name',
  'friendlyName',
  'description',
  'helpUrl',
  'helpMarkDown',
  'author',
  'category',
  'visibility',
  'runsOn',
  'demands',
  'minimumAgentVersion',
  'version',
  'preview',
  'instanceNameFormat',
  'groups',
  'inputs',
  'dataSourceBindings',
  'outputVariables',
  'execution',
  'restrictions',
];
