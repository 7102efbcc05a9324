/**
 * The artifact proxy of MLflow's tracking server (`api/2.0/mlflow-artifacts/artifacts/...`), on the workspace's storage.
 * Paths are `{experiment}/{run}/artifacts/{path}`, `{experiment}/models/{model}/artifacts/{path}` for logged models, and
 * `registered-models/{name}/{version}/{path}` for versions of the registry.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import express, { type Request, type Response } from 'express';
import type { AzureMlContext, BlobLocation } from '../../contracts.ts';
import { artifactLocation, listFolder } from '../history/artifacts.ts';
import * as errors from './errors.ts';

/** What a proxy path names: the folder of `owner`, and a path in it. */
export interface ProxyPath {
  kind: 'run' | 'registeredModel';
  /** Run id, `model-{id}` of a logged model, or `{name}/{version}` of a registered one. */
  owner: string;
  path: string;
}

export function parseProxyPath(path: string): ProxyPath {
  const parts = path.split('/').filter(Boolean);
  if (parts.includes('..')) throw errors.pathInvalid(path);
  if (parts[0] === 'registered-models' && parts.length >= 3) {
    return { kind: 'registeredModel', owner: `${parts[1]}/${parts[2]}`, path: parts.slice(3).join('/') };
  }
  const isModel = parts[1] === 'models';
  const owner = isModel ? parts[2] : parts[1];
  const rest = parts.slice(isModel ? 3 : 2);
  if (!owner || rest.shift() !== 'artifacts') throw errors.pathInvalid(path);
  return { kind: 'run', owner: isModel ? `model-${owner}` : owner, path: rest.join('/') };
}

/** Routes below `api/2.0/mlflow-artifacts`; `hasOwner` says whether a run or logged model exists. */
export function createArtifactProxy(context: AzureMlContext, hasOwner: (owner: string) => boolean): express.Router {
  const router = express.Router();

  const rootOf = ({ kind, owner }: ProxyPath): BlobLocation => {
    if (kind === 'run') {
      if (!hasOwner(owner)) throw errors.runNotFound(owner);
      return artifactLocation(context, owner, '');
    }
    const [name, version] = owner.split('/');
    const uri = context.resources.get(`models/${name}/versions/${version}`)?.properties.modelUri;
    const at = uri && context.blobs.locate(String(uri));
    if (!at) throw errors.versionNotFound(name, version);
    return { ...at, path: at.path.replace(/\/+$/, '') };
  };
  const locate = (request: Request): BlobLocation & { kind: ProxyPath['kind'] } => {
    const segments = (request.params as Record<string, string | string[]>).path ?? [];
    const named = parseProxyPath([segments].flat().join('/'));
    const root = rootOf(named);
    return { kind: named.kind, container: root.container, path: [root.path, named.path].filter(Boolean).join('/') };
  };

  router.get('/artifacts', async (request: Request, response: Response) => {
    const named = parseProxyPath(String(request.query.path ?? ''));
    const folder = named.path ? `${named.path}/` : '';
    const entries = await listFolder(context, rootOf(named), named.path);
    const files = entries.map((entry) => ({
      path: entry.path.slice(folder.length),
      is_dir: entry.isFolder,
      ...(entry.isFolder ? {} : { file_size: entry.size }),
    }));
    response.json({ files });
  });

  router.get('/artifacts/*path', async (request: Request, response: Response) => {
    const at = locate(request);
    const content = await context.blobs.read(at);
    if (!content) throw errors.artifactNotFound(at.path);
    response.setHeader('Content-Disposition', `attachment; filename="${encodeURIComponent(basename(at.path))}"`);
    response.type('application/octet-stream').send(content);
  });

  router.put('/artifacts/*path', async (request: Request, response: Response) => {
    const at = locate(request);
    if (at.kind === 'registeredModel') throw errors.modelArtifactsImmutable();
    // Through a file: artifacts may be bigger than what should be held in memory.
    const file = join(tmpdir(), `artifact-${randomUUID()}`);
    try {
      await pipeline(request, createWriteStream(file));
      await context.blobs.upload(file, at);
    } finally {
      rmSync(file, { force: true });
    }
    response.json({});
  });

  router.delete('/artifacts/*path', () => {
    throw errors.artifactsKept();
  });
  return router;
}
