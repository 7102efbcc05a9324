/** The resource provider `Microsoft.MachineLearningServices`, with its twin on the data plane. */
import express from 'express';
import { registryArmId, workspaceArmId } from '../../settings.ts';
import { createAbsent } from './absent.ts';
import { requireApiVersion, requireRole, requireScope } from './access.ts';
import { createAssets } from './assets.ts';
import { batchDeployments, batchEndpoints } from './batch-endpoints.ts';
import { createBatchInvocations, createBatchJobs } from './batch-invocations.ts';
import { computes } from './computes.ts';
import { connections } from './connections.ts';
import type { ProviderContext } from './context.ts';
import { datastores } from './datastores.ts';
import { jobs } from './jobs.ts';
import { createLocation } from './location.ts';
import { createOnlineSkus, onlineDeployments } from './online-deployments.ts';
import { onlineEndpoints } from './online-endpoints.ts';
import { createOperations } from './operation-log.ts';
import { createOperationResults } from './operations.ts';
import { createPermissions } from './permissions.ts';
import { createPublishedPipelines } from './published-pipelines.ts';
import { createRegistryDiscovery, createRegistryImport, createRegistryReferences } from './registry.ts';
import { createRegistryOperations } from './registry-operations.ts';
import { schedules } from './schedules.ts';
import { createSubscription, createWorkspace, registryResource } from './workspace.ts';

const group = '/subscriptions/:subscription/resourceGroups/:resourceGroup/providers/Microsoft.MachineLearningServices';

/** What a workspace has beside its assets. */
const collections = [
  jobs,
  datastores,
  computes,
  schedules,
  batchEndpoints,
  batchDeployments,
  onlineEndpoints,
  onlineDeployments,
  connections,
];

/**
 * All routes of ARM, mounted at the root and again below `/mferp/managementfrontend`, the data plane's front end, which
 * clients use for registries and batch jobs.
 */
export function createResourceProvider(given: Omit<ProviderContext, 'operations'>): express.Router {
  const context = { ...given, operations: createOperations(given.settings) };
  const { settings } = context;
  const inWorkspace = { ...context, store: context.resources };
  const workspace = express.Router({ mergeParams: true });
  workspace.use(requireScope(settings, 'workspaces', settings.workspaceName), requireRole(workspaceArmId(settings)));
  workspace.use(
    createPermissions(),
    createWorkspace(context),
    createAssets(inWorkspace),
    ...collections.map((routes) => routes(inWorkspace)),
    createBatchJobs(context),
    createOnlineSkus(inWorkspace),
    createAbsent(),
  );

  const registry = express.Router({ mergeParams: true });
  registry.use(requireScope(settings, 'registries', 'azureml'), requireRole(registryArmId(settings)));
  registry.get('/', (_request, response) => response.json(registryResource(context)));
  registry.use(createPermissions(), createRegistryReferences(context), createRegistryImport(context));
  const { uploads } = context.registryStorage;
  registry.use(createAssets({ ...context, blobs: uploads, store: context.registry, isRegistry: true }));

  const arm = express.Router();
  arm.use('/subscriptions', requireApiVersion);
  arm.use(createSubscription(context), createLocation(), createOperationResults(context));
  arm.use(`${group}/workspaces/:workspace`, workspace);
  if (settings === context.workspaces[0]?.settings) arm.use(`${group}/registries/:registry`, registry);

  const router = express.Router();
  router.use(createRegistryOperations({ store: context.registry }));
  router.use(createRegistryDiscovery(context), createBatchInvocations(context), createPublishedPipelines(context));
  router.use('/mferp/managementfrontend', arm);
  router.use(arm);
  return router;
}
