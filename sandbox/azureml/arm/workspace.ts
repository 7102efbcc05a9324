/** The workspace, its resource group and its subscription. */
import express, { type Request } from 'express';
import type { Resource, WorkspaceSettings } from '../../contracts.ts';
import { registryArmId, workspaceArmId } from '../../settings.ts';
import { apiVersionOf, requireResourceGroup } from './access.ts';
import type { ProviderContext } from './context.ts';
import * as errors from './errors.ts';
import { anything, object } from './shape.ts';

const provider = '/providers/Microsoft.MachineLearningServices';
const group = '/subscriptions/:subscription/resourceGroups/:resourceGroup';

/** Routes above the workspace: subscriptions, resource groups, workspaces and registries as lists. */
export function createSubscription(context: ProviderContext): express.Router {
  const { settings } = context;
  const router = express.Router();
  const subscription = {
    id: `/subscriptions/${settings.subscriptionId}`,
    subscriptionId: settings.subscriptionId,
    tenantId: settings.tenantId,
    displayName: 'Sandbox',
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'Sandbox', spendingLimit: 'On' },
    authorizationSource: 'RoleBased',
  };
  const resourceGroup = ({ subscriptionId, resourceGroup: name, location }: WorkspaceSettings) => ({
    id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location,
    properties: { provisioningState: 'Succeeded' },
  });
  const inGroup = (request: Request) => requireResourceGroup(settings, request);

  router.get('/subscriptions', (_request, response) => response.json({ value: [subscription] }));
  router.get('/subscriptions/:subscription', (request, response) => {
    inGroup(request);
    response.json(subscription);
  });
  router.get(['/subscriptions/:subscription/resourceGroups', group], (request, response) => {
    inGroup(request);
    const all = context.workspaces.map((workspace) => resourceGroup(workspace.settings));
    response.json(request.params.resourceGroup ? resourceGroup(settings) : { value: all });
  });
  router.get(
    [`/subscriptions/:subscription${provider}/workspaces`, `${group}${provider}/workspaces`],
    (request, response) => {
      inGroup(request);
      const { resourceGroup: name } = request.params;
      const listed = context.workspaces.filter((each) => name === undefined || each.settings === settings);
      response.json({ value: listed.map((workspace) => workspaceResource({ ...context, ...workspace })) });
    },
  );
  router.get(
    [`/subscriptions/:subscription${provider}/registries`, `${group}${provider}/registries`],
    (request, response) => {
      inGroup(request);
      const hasRegistry = request.params.resourceGroup === undefined || settings === context.workspaces[0]?.settings;
      response.json({ value: hasRegistry ? [registryResource(context)] : [] });
    },
  );
  return router;
}

/** `GET`, `PATCH` and the actions of the workspace itself; relative to it. */
export function createWorkspace(context: ProviderContext): express.Router {
  const { blobs } = context;
  const router = express.Router();
  router.get('/', (_request, response) => response.json(workspaceResource(context)));
  router.patch('/', (request, response) => {
    const fields = { tags: anything, properties: anything, identity: anything, sku: anything, kind: anything };
    object({}, fields)(request.body, { path: '', apiVersion: apiVersionOf(request) });
    const { tags, properties } = request.body;
    const { description, friendlyName } = properties ?? {};
    const older = context.resources.get('workspace/settings')?.properties ?? {};
    const changed = { tags, description, friendlyName };
    const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
    context.resources.put('workspace/settings', { properties: { ...older, ...given } });
    response.json(workspaceResource(context));
  });
  const fixed = () => {
    throw errors.workspaceFixed();
  };
  router.put('/', fixed);
  router.delete('/', fixed);
  router.post('/listKeys', (_request, response) =>
    response.json({ userStorageKey: blobs.accountKey, userStorageResourceId: storageAccountId(context) }),
  );
  router.post('/resyncKeys', (_request, response) => response.status(200).end());
  router.post('/diagnose', (_request, response) => response.json({ value: {} }));
  return router;
}

/** The workspace as `GET` answers it. */
export function workspaceResource(context: ProviderContext): Resource {
  const { settings, resources } = context;
  const id = workspaceArmId(settings);
  const own = resources.get('workspace/settings');
  const { tags, description, friendlyName } = own?.properties ?? {};
  return {
    id,
    name: settings.workspaceName,
    type: 'Microsoft.MachineLearningServices/workspaces',
    location: settings.location,
    tags: tags ?? {},
    etag: null,
    properties: {
      ...workspaceProperties(context),
      friendlyName: friendlyName ?? settings.workspaceName,
      description: description ?? '',
    },
    identity: {
      type: 'SystemAssigned',
      principalId: '5ab0c1de-0000-4000-8000-00000000d0ff',
      tenantId: settings.tenantId,
    },
    kind: 'Default',
    sku: { name: 'Basic', tier: 'Basic' },
    systemData: {
      createdAt: created,
      createdBy: 'sandbox',
      createdByType: 'User',
      lastModifiedAt: own?.systemData?.lastModifiedAt ?? created,
      lastModifiedBy: 'sandbox',
      lastModifiedByType: 'User',
    },
  };
}

const created = '2026-01-01T00:00:00.0000000Z';

/** How storage is opened: the service says it in lower case. */
function authModeOf({ resources }: ProviderContext): string {
  const store = resources.get('datastores/workspaceblobstore')?.properties;
  return store?.credentials.credentialsType === 'None' ? 'identity' : 'accesskey';
}

/** What no client changes, in the service's order. */
function workspaceProperties(context: ProviderContext): Resource['properties'] {
  const { settings, url } = context;
  const siblings = `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers`;
  return {
    friendlyName: settings.workspaceName,
    description: '',
    storageAccount: storageAccountId(context),
    keyVault: `${siblings}/Microsoft.Keyvault/vaults/sandbox-kv`,
    applicationInsights: `${siblings}/Microsoft.insights/components/sandbox-ai`,
    hbiWorkspace: false,
    tenantId: settings.tenantId,
    imageBuildCompute: null,
    provisioningState: 'Succeeded',
    managedNetwork: {
      changeableIsolationModes: ['AllowInternetOutbound', 'AllowOnlyApprovedOutbound'],
      isolationMode: 'Disabled',
      enableNetworkMonitor: false,
      enableFirewallLog: false,
    },
    allowRoleAssignmentOnRG: true,
    v1LegacyMode: false,
    softDeleteEnabled: false,
    containerRegistry: `${siblings}/Microsoft.ContainerRegistry/registries/sandboxcr`,
    creationTime: created,
    notebookInfo: {
      resourceId: settings.workspaceId.replace(/-/g, ''),
      fqdn: `ml-${settings.workspaceName}-${settings.location}-${settings.workspaceId}.${settings.location}.notebooks.azure.localhost`,
      isPrivateLinkEnabled: false,
      notebookPreparationError: null,
    },
    storageHnsEnabled: false,
    workspaceId: settings.workspaceId,
    linkedModelInventoryArmId: null,
    privateLinkCount: 0,
    publicNetworkAccess: 'Enabled',
    ipAllowlist: [],
    networkAcls: { defaultAction: 'Allow', bypass: '', ipRules: [], resourceAccessRules: [] },
    discoveryUrl: `${url}/discovery`,
    mlFlowTrackingUri: `azureml://${new URL(url).host}/mlflow/v1.0${workspaceArmId(settings)}`,
    serverlessComputeSettings: null,
    EnableSoftwareBillOfMaterials: false,
    sdkTelemetryAppInsightsKey: '5ab0c1de-0000-4000-8000-00000000d0fd',
    sasGetterUri: '',
    enableDataIsolation: false,
    systemDatastoresAuthMode: authModeOf(context),
    enableServiceSideCMKEncryption: false,
  };
}

/** The registry `azureml` as `GET` answers it. */
export function registryResource({ settings, url }: ProviderContext): Resource {
  return {
    id: registryArmId(settings),
    name: 'azureml',
    type: 'Microsoft.MachineLearningServices/registries',
    location: settings.location,
    tags: {},
    identity: {
      type: 'SystemAssigned',
      principalId: '5ab0c1de-0000-4000-8000-00000000d0fe',
      tenantId: settings.tenantId,
    },
    properties: {
      discoveryUrl: `${url}/registrymanagement/v1.0/registries/azureml/discovery`,
      mlFlowRegistryUri: null,
      publicNetworkAccess: 'Enabled',
      intellectualPropertyPublisher: null,
      regionDetails: [{ location: settings.location, acrDetails: [], storageAccountDetails: [] }],
    },
  };
}

const storageAccountId = ({ settings, blobs }: ProviderContext): string =>
  `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${blobs.accountName}`;
