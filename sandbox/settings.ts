/** The workspaces of the sandbox, and its registry. */
import type { WorkspaceSettings } from './contracts.ts';

/** Names and ids are fixed so that examples and docs can quote them; none exists in a real tenant. */
export const workspaceSettings: WorkspaceSettings = {
  tenantId: '5ab0c1de-0000-4000-8000-0000000000aa',
  subscriptionId: '5ab0c1de-0000-4000-8000-000000000001',
  resourceGroup: 'sandbox-rg',
  workspaceName: 'sandbox-ws',
  workspaceId: '5ab0c1de-0000-4000-8000-0000000000bb',
  location: 'eastus',
};

/** The second workspace, in a resource group of its own: what models are promoted to. It starts empty. */
export const productionSettings: WorkspaceSettings = {
  ...workspaceSettings,
  resourceGroup: 'sandbox-prod-rg',
  workspaceName: 'sandbox-prod-ws',
  workspaceId: '5ab0c1de-0000-4000-8000-0000000000bc',
};

/** ARM id of the workspace. */
export const workspaceArmId = (settings: WorkspaceSettings): string =>
  `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${settings.workspaceName}`;

/** ARM id of the registry `azureml`, where curated assets live. */
export const registryArmId = (settings: WorkspaceSettings): string =>
  `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.MachineLearningServices/registries/azureml`;

/** What ids of the registry's assets start with. */
export const registryAssetRoot = 'azureml://registries/azureml';
