/** The part of Azure ML that runs jobs and answers for runs: execution, run history, artifacts and MLflow tracking. */
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { AzureMlContext, Runs } from '../contracts.ts';
import { createEngine } from './execution/engine.ts';
import { jobOutputUri, runArtifactUri } from './execution/locations.ts';
import { createArtifactRouter } from './history/artifact-router.ts';
import { createAssetRouter } from './history/asset-router.ts';
import * as errors from './history/errors.ts';
import { createExperimentRouter } from './history/experiment-router.ts';
import { createMetricRouter } from './history/metric-router.ts';
import { createRunRouter } from './history/run-router.ts';
import { openRunStore } from './history/run-store.ts';
import { createMlflowRouter } from './mlflow/router.ts';

const WORKSPACE =
  '/subscriptions/:subscription/resourceGroups/:group/providers/Microsoft.MachineLearningServices/workspaces/:workspace';

/** POST routes that only read. */
const READS = /\/(rundata|batchrundata|batchGetResolvedUris|lastvalues)$|:query$/i;

/** Refuses other workspaces than the sandbox's (404) and readers that want to write (403). */
function guard(context: AzureMlContext) {
  const { settings } = context;
  const wanted = [settings.subscriptionId, settings.resourceGroup, settings.workspaceName].join('/').toLowerCase();
  return (request: Request, response: Response, next: NextFunction) => {
    const { subscription, group, workspace } = request.params as Record<string, string>;
    if (`${subscription}/${group}/${workspace}`.toLowerCase() !== wanted) {
      return errors.refuse(response, errors.workspaceNotFound(workspace));
    }
    const writes = request.method !== 'GET' && !(request.method === 'POST' && READS.test(request.path));
    if (writes && response.locals.claims?.role === 'reader') {
      return errors.refuse(response, errors.readOnlyCaller());
    }
    next();
  };
}

/** Opens the run store in `context.dataFolder` and makes the executor and the data plane's routes over it. */
export function createRuns(context: AzureMlContext): { runs: Runs; router: express.Router } {
  const store = openRunStore(join(context.dataFolder, 'runs'));
  const runs: Runs = {
    ...createEngine({ context, store, workFolder: join(context.dataFolder, 'work') }),
    storageUri: (uri) => jobOutputUri(context, store, uri) ?? runArtifactUri(context, uri),
  };
  const router = express.Router();
  const json = express.json({ limit: '64mb' });
  const mount = (root: string, ...handlers: express.RequestHandler[]) => router.use(`${root}${WORKSPACE}`, ...handlers);

  mount(
    '/history/v1.0',
    guard(context),
    json,
    createRunRouter(context, store, runs),
    createExperimentRouter(store),
    createArtifactRouter(context, store),
  );
  mount('/metric/v2.0', guard(context), createMetricRouter(store));
  mount('/artifact/v2.0', guard(context), createArtifactRouter(context, store));
  mount('/data/v1.0', guard(context), json, createAssetRouter(context, store));
  mount('/modelregistry/v1.0', guard(context), json, createAssetRouter(context, store));
  // MLflow has its own rules for readers and its own form of errors.
  for (const version of ['v1.0', 'v2.0']) mount(`/mlflow/${version}`, createMlflowRouter(context, store));
  return { runs, router };
}
