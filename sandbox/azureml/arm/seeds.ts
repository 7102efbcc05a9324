/** What a fresh workspace holds: datastores, computes and a few curated environments. */
import type { Resource, ResourceStore, WorkspaceSettings } from '../../contracts.ts';
import { noNodes } from './shapes/compute-answer.ts';

/** The containers behind the two datastores of blobs. */
export const datastoreContainers = (settings: WorkspaceSettings): Record<string, string> => ({
  workspaceblobstore: `azureml-blobstore-${settings.workspaceId}`,
  workspaceartifactstore: 'azureml', // the account is the workspace's own
});

/** Stores what isn't there yet; addresses that changed with a restart (the blob endpoint) are refreshed. */
export function seedWorkspace(
  resources: ResourceStore,
  settings: WorkspaceSettings,
  storage: { accountName: string; endpoint: string; identityBased: boolean },
): void {
  for (const [name, containerName] of Object.entries(datastoreContainers(settings))) {
    resources.put(`datastores/${name}`, {
      properties: {
        ...resources.get(`datastores/${name}`)?.properties,
        ...storeOf('AzureBlob', storage.accountName, storage.endpoint, storage.identityBased),
        containerName,
        ...(name === 'workspaceblobstore' ? defaultStore(settings) : otherStore),
      },
    });
  }
  // The two file shares of every workspace, as resources: nothing serves files.
  for (const [name, share] of [
    ['workspacefilestore', `azureml-filestore-${settings.workspaceId}`],
    ['workspaceworkingdirectory', `code-${settings.workspaceId}`],
  ] as const) {
    const { accountName, endpoint, identityBased } = storage;
    resources.put(`datastores/${name}`, {
      properties: {
        ...storeOf('AzureFile', accountName, endpoint, identityBased),
        fileShareName: share,
        ...otherStore,
      },
    });
  }
  for (const [name, vmSize] of [
    ['cpu-cluster', 'STANDARD_DS3_V2'],
    ['gpu-cluster', 'STANDARD_NC6S_V3'],
  ] as const) {
    const path = `computes/${name}`;
    if (!resources.get(path))
      resources.put(path, { location: settings.location, properties: amlCompute(vmSize, settings) });
  }
}

const storeOf = (datastoreType: string, accountName: string, endpoint: string, identityBased: boolean) => ({
  datastoreType,
  accountName,
  endpoint,
  protocol: 'https',
  credentials: { credentialsType: identityBased ? 'None' : 'AccountKey' },
  description: null,
  tags: null,
  properties: null,
});

const defaultStore = ({ subscriptionId, resourceGroup }: WorkspaceSettings) => ({
  serviceDataAccessAuthIdentity: 'WorkspaceSystemAssignedIdentity',
  subscriptionId,
  resourceGroup,
  isDefault: true,
});
const otherStore = {
  serviceDataAccessAuthIdentity: 'None',
  subscriptionId: null,
  resourceGroup: null,
  isDefault: false,
};

/** Stores the curated environments in a registry's or workspace's store. */
export function seedCuratedEnvironments(resources: ResourceStore): void {
  for (const { name, version, image } of curatedEnvironments) {
    const path = `environments/${name}/versions/${version}`;
    if (resources.get(path)) continue;
    const curated = { description: 'Curated environment of the sandbox.', tags: { Preview: '' }, properties: {} };
    resources.put(`environments/${name}`, { properties: { ...curated, isArchived: false } }, 'Microsoft');
    resources.put(
      path,
      {
        properties: {
          ...curated,
          environmentType: 'Curated',
          image,
          osType: 'Linux',
          isAnonymous: false,
          isArchived: false,
          provisioningState: 'Succeeded',
        },
      },
      'Microsoft',
    );
  }
}

/** Names of real curated environments; the sandbox runs their jobs with the local Python. */
const curatedEnvironments = [
  { name: 'AzureML-sklearn-1.5', version: '1', image: 'mcr.microsoft.com/azureml/curated/sklearn-1.5:1' },
  { name: 'sklearn-1.5', version: '1', image: 'mcr.microsoft.com/azureml/curated/sklearn-1.5:1' },
  {
    name: 'AzureML-acpt-pytorch-2.2-cuda12.1',
    version: '1',
    image: 'mcr.microsoft.com/azureml/curated/acpt-pytorch-2.2-cuda12.1:1',
  },
  {
    name: 'acpt-pytorch-2.2-cuda12.1',
    version: '1',
    image: 'mcr.microsoft.com/azureml/curated/acpt-pytorch-2.2-cuda12.1:1',
  },
];

function amlCompute(vmSize: string, settings: WorkspaceSettings): Resource['properties'] {
  const at = new Date().toISOString();
  return {
    computeType: 'AmlCompute',
    computeLocation: settings.location,
    description: null,
    provisioningState: 'Succeeded',
    provisioningErrors: null,
    createdOn: at,
    modifiedOn: at,
    isAttachedCompute: false,
    disableLocalAuth: false,
    properties: {
      vmSize,
      vmPriority: 'Dedicated',
      scaleSettings: { minNodeCount: 0, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: 'PT120S' },
      osType: 'Linux',
      isolatedNetwork: false,
      remoteLoginPortPublicAccess: 'NotSpecified',
      allocationState: 'Steady',
      allocationStateTransitionTime: at,
      errors: null,
      ...noNodes,
    },
  };
}
