/** Run history's routes for runs: `/history/v1.0/{workspace}/...` by id, by experiment name and by experiment id. */
import express, { type Request, type Response } from 'express';
import type { AzureMlContext, Runs } from '../../contracts.ts';
import { syncJobResource } from '../execution/lifecycle.ts';
import * as errors from './errors.ts';
import { page, queryRuns } from './query.ts';
import { isTerminal, type RunRecord } from './run.ts';
import { runDefinitionOf } from './run-definition.ts';
import type { RunStore } from './run-store.ts';
import { toRun, toRunDetails, toRunMetadata } from './wire.ts';

/** Strings of `changes` over `record`; null removes. */
function merged(record: Record<string, string>, changes: Record<string, unknown> | undefined): Record<string, string> {
  const all = Object.entries({ ...record, ...changes }).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(all.map(([key, value]) => [key, String(value)]));
}

/** `PATCH runs/{id}` (`CreateRun`): names, tags, properties and `hidden`, which archives. */
function modify(context: AzureMlContext, store: RunStore, run: RunRecord, body: Record<string, any>): void {
  if (typeof body.displayName === 'string') run.displayName = body.displayName;
  if (typeof body.description === 'string') run.description = body.description;
  if (typeof body.hidden === 'boolean') run.hidden = body.hidden;
  run.tags = merged(run.tags, body.tags);
  run.properties = merged(run.properties, body.properties);
  if (!run.managed && typeof body.status === 'string' && !isTerminal(run.status)) {
    run.status = body.status as RunRecord['status'];
    if (isTerminal(run.status)) run.endTimeUtc = body.endTimeUtc ?? new Date().toISOString();
  }
  store.save(run);
  syncJobResource({ context }, run);
}

/** Types of data as azure-ai-ml 1.35.2 knows them. */
const clientTypes: Record<string, string> = { UriFile: 'uri_file', MLTable: 'mltable' };

/**
 * The run's outputs as the caller can use them. azure-ai-ml 1.35.2 knows the types of data in the spelling of jobs only
 * (operations/_job_ops_helper.py), and fails with a TypeError before it asks where a model is
 * (operations/_model_dataplane_operations.py); as folders it gets them by the data route, which resolves model ids too.
 * Everybody else sees the types as the service writes them.
 */
function outputsFor(userAgent: string, outputs: RunRecord['outputs']): RunRecord['outputs'] {
  if (!/azsdk-python/i.test(userAgent)) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { assetId, type }]) => [
      name,
      { assetId, type: clientTypes[type] ?? 'uri_folder' },
    ]),
  );
}

/** What the groups of routes share. */
interface Shared {
  context: AzureMlContext;
  store: RunStore;
  runs: Runs;
  /** Finds the run of the address, or answers 404. */
  withRun(
    handle: (run: RunRecord, request: Request, response: Response) => unknown,
  ): (request: Request, response: Response) => unknown;
}

/** A run by its id, and what belongs to it. */
function addRunRoutes(router: express.Router, root: string, { context, store, runs, withRun }: Shared): void {
  const sendRun = (run: RunRecord, response: Response) => response.json(toRun(context, run));
  router.get(
    root,
    withRun((run, _request, response) => sendRun(run, response)),
  );
  router.patch(
    root,
    withRun((run, request, response) => {
      modify(context, store, run, request.body ?? {});
      sendRun(run, response);
    }),
  );
  router.get(
    `${root}/details`,
    withRun((run, _request, response) => response.json(toRunDetails(context, run))),
  );
  router.get(
    `${root}/children`,
    withRun((run, request, response) => {
      response.json(page(context, queryRuns(store.children(run.runId), request.query as never), request));
    }),
  );
  router.get(
    `${root}/serviceinstances/:nodeIndex`,
    withRun((run, _request, response) => response.json({ instances: run.services })),
  );
  router.post(
    `${root}/cancel`,
    withRun(async (run, _request, response) => {
      await runs.cancel(run.runId);
      sendRun(run, response);
    }),
  );
}

/** Tags and metrics of a run. */
function addFactRoutes(router: express.Router, root: string, { context, store, withRun }: Shared): void {
  const sendRun = (run: RunRecord, response: Response) => response.json(toRun(context, run));
  router.patch(
    `${root}/tags`,
    withRun((run, request, response) => {
      const { values, tags, isDelete } = request.body ?? {};
      for (const name of Array.isArray(values) && isDelete ? values : []) delete run.tags[name];
      modify(context, store, run, { tags: tags ?? {} });
      sendRun(run, response);
    }),
  );
  router.delete(
    `${root}/tags`,
    withRun((run, request, response) => {
      for (const name of Array.isArray(request.body) ? request.body : []) delete run.tags[name];
      modify(context, store, run, {});
      sendRun(run, response);
    }),
  );
  router.get(
    `${root}/metrics`,
    withRun((run, _request, response) => {
      response.json({
        value: store.metrics(run.runId).map((p) => ({
          name: p.key,
          step: p.step,
          data: p.value,
          createdUtc: new Date(p.timestamp).toISOString(),
        })),
      });
    }),
  );
}

/** Runs with their definitions. */
function addDataRoutes(router: express.Router, { context, store }: Shared): void {
  const runData = (run: RunRecord, userAgent = '') => ({
    runMetadata: toRunMetadata(context, run, outputsFor(userAgent, run.outputs)),
    runDefinition: runDefinitionOf(context, run),
    jobSpecification: null,
    systemSettings: null,
  });
  router.post('/rundata', (request, response) => {
    const run = store.get(String(request.body?.runId));
    if (!run) return errors.refuse(response, errors.runNotFound(request.body?.runId));
    response.json(runData(run, request.headers['user-agent']));
  });
  router.post('/batchrundata', (request, response) => {
    const ids: string[] = Object.values(request.body?.runIds ?? request.body?.values ?? []);
    const found = ids.flatMap((id) => store.get(id) ?? []);
    const missing = ids.filter((id) => !store.get(id));
    const error = (id: string) => {
      const { code, message } = errors.runNotFound(id);
      return { error: { code, message } };
    };
    response.json({
      runDataResults: Object.fromEntries(found.map((run) => [run.runId, runData(run)])),
      errors: Object.fromEntries(missing.map((id) => [id, error(id)])),
    });
  });
}

/** Routes below the workspace's history root. */
export function createRunRouter(context: AzureMlContext, store: RunStore, runs: Runs): express.Router {
  const router = express.Router({ mergeParams: true });
  const withRun: Shared['withRun'] = (handle) => (request, response) => {
    const { runId, experiment } = request.params as Record<string, string>;
    const run = store.get(runId ?? '');
    const inExperiment = !experiment || run?.experimentName === experiment || run?.experimentId === experiment;
    if (!run || !inExperiment) return errors.refuse(response, errors.runNotFound(runId));
    return handle(run, request, response);
  };
  const shared: Shared = { context, store, runs, withRun };
  const experiments = ['/experiments/:experiment', '/experimentids/:experiment'];
  for (const root of ['', ...experiments].map((parent) => `${parent}/runs/:runId`)) {
    addRunRoutes(router, root, shared);
    addFactRoutes(router, root, shared);
  }
  addDataRoutes(router, shared);
  for (const root of experiments) {
    router.post(`${root}/runs\\:query`, (request, response) => {
      const key = (request.params as Record<string, string>).experiment;
      const all = store.list().filter((run) => run.experimentName === key || run.experimentId === key);
      response.json(page(context, queryRuns(all, request.body ?? {}), request));
    });
  }
  return router;
}
