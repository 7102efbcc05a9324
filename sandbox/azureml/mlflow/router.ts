/** MLflow's tracking REST API below `/mlflow/v1.0|v2.0/{workspace}`. */
import { join } from 'node:path';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { AzureMlContext } from '../../contracts.ts';
import { artifactLocation, listFolder } from '../history/artifacts.ts';
import type { RunStore } from '../history/run-store.ts';
import { createArtifactProxy } from './artifact-proxy.ts';
import { type Endpoint, type Input, reads } from './endpoint.ts';
import * as errors from './errors.ts';
import { experimentEndpoints } from './experiments.ts';
import { loggedModelEndpoints, openLoggedModels } from './logged-models.ts';
import { loggingEndpoints } from './logging.ts';
import { metricHistoryEndpoints } from './metric-history.ts';
import { modelVersionEndpoints } from './model-versions.ts';
import { registeredModelEndpoints } from './registered-models.ts';
import { findRun, runEndpoints } from './runs.ts';
import { artifactUri } from './wire.ts';

/** Anything unexpected is an INTERNAL_ERROR. */
function answerError(context: AzureMlContext) {
  return (error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    const known =
      error instanceof errors.MlflowError
        ? error
        : errors.internal(error instanceof Error ? error.message : String(error));
    if (known.code === 'INTERNAL_ERROR')
      context.log(`mlflow ${request.method} ${request.path}: ${error instanceof Error ? error.stack : error}`);
    response.status(known.status).json(errors.errorBody(known, context.settings.location));
  };
}

/** `run_id`, `run_uuid` and the rest of a request, wherever they are. */
function inputOf(request: Request): Input {
  const body = request.body && typeof request.body === 'object' ? request.body : {};
  if (Array.isArray(body)) throw errors.bodyIsList();
  return { ...request.query, ...body, ...request.params };
}

const artifactList = (context: AzureMlContext, store: RunStore): Endpoint =>
  reads('get', 'artifacts/list', async (input) => {
    const run = findRun(store, input);
    const entries = await listFolder(context, artifactLocation(context, run.runId, ''), String(input.path ?? ''));
    const files = entries.map((entry) => ({
      path: entry.path,
      is_dir: entry.isFolder,
      ...(entry.isFolder ? {} : { file_size: entry.size }),
    }));
    return { root_uri: artifactUri(run), files };
  });

/** Routes below the tracking URI. */
export function createMlflowRouter(context: AzureMlContext, store: RunStore): express.Router {
  const router = express.Router({ mergeParams: true });
  const logged = openLoggedModels(join(context.dataFolder, 'runs'));
  const endpoints = [
    ...experimentEndpoints(store),
    ...runEndpoints(context, store),
    ...loggingEndpoints(context, store),
    ...metricHistoryEndpoints(store),
    artifactList(context, store),
    ...loggedModelEndpoints(store, logged),
    ...registeredModelEndpoints(context),
    ...modelVersionEndpoints(context),
  ];
  const refuseReaders = (_request: Request, response: Response, next: NextFunction) => {
    if (response.locals.claims?.role !== 'reader') return next();
    next(errors.readOnlyCaller());
  };
  router.use(
    express.json({
      limit: '64mb',
      type: (request) =>
        !/mlflow-artifacts/.test(request.url ?? '') && /json/.test(request.headers['content-type'] ?? ''),
    }),
  );
  for (const { method, path, writes, handle } of endpoints) {
    for (const prefix of ['/api/2.0/mlflow', '/api/2.0/preview/mlflow']) {
      router[method](
        `${prefix}/${path}`,
        ...(writes ? [refuseReaders] : []),
        async (request: Request, response: Response) => {
          const claims = response.locals.claims ?? {};
          response.json(await handle(inputOf(request), { name: String(claims.appid ?? claims.sub ?? 'sandbox') }));
        },
      );
    }
  }
  const hasOwner = (owner: string) => store.get(owner) !== undefined || logged.has(owner.replace(/^model-/, ''));
  router.put('/api/2.0/mlflow-artifacts/*rest', refuseReaders);
  router.use('/api/2.0/mlflow-artifacts', createArtifactProxy(context, hasOwner));
  router.get('/health', (_request, response) => void response.send('OK'));
  router.use((request: Request) => {
    throw errors.noEndpoint(request.method, request.path);
  });
  router.use(answerError(context));
  return router;
}
