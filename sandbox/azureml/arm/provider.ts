/** The resource provider `Microsoft.MachineLearningServices`, with its twin on the data plane. */
import express from 'express';
import { registryArmId, workspaceArmId } from '../../settings.ts';
import { createAbsent } from './absent.ts';
import { requireApiVersion, requireRole, requireScope } from './access.ts';
import { createAssets } from './assets.ts';
import { createBatchEndpoints } from './batch-endpoints.ts';
import { createBatchInvocations } from './batch-invocations.ts';
import { createComputes, createLocation } from './computes.ts';
import { createConnectionResources } from './connections.ts';
import type { ProviderContext } from './context.ts';
import { createDatastores } from './datastores.ts';
import { createJobs, createOperationResults } from './jobs.ts';
import { createPublishedPipelines } from './published-pipelines.ts';
import { createRegistryDiscovery, createRegistryImport, createRegistryReferences } from './registry.ts';
import { createScheduleTrigger } from './schedule-trigger.ts';
import { createSchedules } from './schedules.ts';
import { createSubscription, createWorkspace, registryResource } from './workspace.ts';

const group = '/subscriptions/:subscription/resourceGroups/:resourceGroup/providers/Microsoft.MachineLearningServices';

/**
 * All routes of ARM, mounted at the root and again below `/mferp/managementfrontend`, the data plane's front end, which
 * clients use for registries and batch jobs.
 */
export function createResourceProvider(context: ProviderContext): express.Router {
  const { settings } = context;
  const workspace = express.Router({ mergeParams: true });
  workspace.use(requireScope(settings, 'workspaces', settings.workspaceName), requireRole(workspaceArmId(settings)));
  workspace.use(
    createWorkspace(context),
    createJobs(context),
    createAssets({ ...context, store: context.resources }),
    createDatastores(context),
    createComputes(context),
    createSchedules(context),
    createScheduleTrigger(context),
    createBatchEndpoints(context),
    createConnectionResources(context),
    createAbsent(),
  );

  const registry = express.Router({ mergeParams: true });
  registry.use(requireScope(settings, 'registries', 'azureml'), requireRole(registryArmId(settings)));
  registry.get('/', (_request, response) => response.json(registryResource(context)));
  registry.use(createRegistryReferences(context), createRegistryImport(context));
  registry.use(createAssets({ ...context, store: context.registry, isRegistry: true }));

  const arm = express.Router();
  arm.use('/subscriptions', requireApiVersion);
  arm.use(createSubscription(context), createLocation(), createOperationResults(context));
  arm.use(`${group}/workspaces/:workspace`, workspace);
  arm.use(`${group}/registries/:registry`, registry);

  const router = express.Router();
  router.use(createRegistryDiscovery(context), createBatchInvocations(context), createPublishedPipelines(context));
  router.use('/mferp/managementfrontend', arm);
  router.use(arm);
  return router;
}
