/** Artifact routes of run history (`runs/{id}/artifacts/...`) and of the artifact service (`/artifact/v2.0/...`). */
import express, { type Request, type Response } from 'express';
import type { AzureMlContext } from '../../contracts.ts';
import { type ArtifactEntry, artifactLocation, listAll } from './artifacts.ts';
import * as errors from './errors.ts';
import { artifactFolder } from './run.ts';
import type { RunStore } from './run-store.ts';

/** `ArtifactDto`. */
function toArtifact(runId: string, entry: ArtifactEntry) {
  const container = `dcid.${runId}`;
  return {
    artifactId: `ExperimentRun/${container}/${entry.path}`,
    origin: 'ExperimentRun',
    container,
    path: entry.path,
    etag: null,
    createdTime: null,
    dataPath: { dataStoreName: 'workspaceartifactstore', relativePath: `${artifactFolder(runId)}/${entry.path}` },
    tags: {},
  };
}

/** `ArtifactContentInformationDto`: where to read it with a signed URL. */
function toContentInformation(context: AzureMlContext, runId: string, path: string) {
  const contentUri = context.blobs.readUrl(artifactLocation(context, runId, path));
  return { contentUri, origin: 'ExperimentRun', container: `dcid.${runId}`, path, tags: {} };
}

type Handler = (runId: string, path: string, request: Request, response: Response) => unknown;

/** Routes below the workspace's root of either service. */
export function createArtifactRouter(context: AzureMlContext, store: RunStore): express.Router {
  const router = express.Router({ mergeParams: true });
  const handlers: Record<string, Handler> = {
    list: async (runId, path, _request, response) => {
      const entries = await listAll(context, runId, path);
      response.json({
        value: entries.map((entry) => toArtifact(runId, entry)),
        continuationToken: null,
        nextLink: null,
      });
    },
    contentinfo: (runId, path, _request, response) => response.json(toContentInformation(context, runId, path)),
    uri: (runId, path, _request, response) =>
      response.json(context.blobs.readUrl(artifactLocation(context, runId, path))),
    prefixContentinfo: async (runId, path, _request, response) => {
      const entries = await listAll(context, runId, path);
      const value = entries.map((entry) => toContentInformation(context, runId, entry.path));
      response.json({ value, continuationToken: null, nextLink: null });
    },
  };
  const route = (handler: Handler) => async (request: Request, response: Response) => {
    const { runId, container } = request.params as Record<string, string>;
    const id = runId ?? String(container).replace(/^dcid\./, '');
    const path = String(request.query.path ?? '');
    if (!store.get(id)) return errors.refuse(response, errors.runNotFound(id));
    if (path.split('/').includes('..')) return errors.refuse(response, errors.artifactPathInvalid(path));
    return handler(id, path, request, response);
  };
  const roots = ['/runs/:runId', '/experiments/:experiment/runs/:runId', '/experimentids/:experiment/runs/:runId'];
  for (const root of [...roots.map((each) => `${each}/artifacts`), '/artifacts/ExperimentRun/:container']) {
    router.get([root, `${root}/path`], route(handlers.list!));
    router.get(`${root}/contentinfo`, route(handlers.contentinfo!));
    router.get(`${root}/artifacturi`, route(handlers.uri!));
    router.get(`${root}/prefix/contentinfo`, route(handlers.prefixContentinfo!));
  }
  return router;
}
