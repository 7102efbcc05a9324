/** Codes, data, models, environments and components: containers and their versions. */
import { isDeepStrictEqual } from 'node:util';
import express, { type Request, type Response } from 'express';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import type { BlobAccount } from '../blobs.ts';
import { apiVersionOf, checkName } from './access.ts';
import { newVersionRules } from './asset-rules.ts';
import { codeHashVersion } from './code-hash.ts';
import { conflict, notFound, userError } from './errors.ts';
import { answerPage, inView, withPairs } from './listing.ts';
import { latestVersion, type ReferenceContext } from './references.ts';
import { anything, object, withTextMaps } from './shape.ts';
import { type AssetKind, containerProperties, immutableFields, versionProperties } from './shapes/assets.ts';
import { startPendingUpload, uploadPath } from './uploads.ts';

/** What the routes of assets work with: `store` is the workspace or a registry. */
export interface AssetContext extends ReferenceContext {
  store: ResourceStore;
  blobs: BlobAccount;
  url: string;
  /** A registry wants an explicit version and offers no `nextVersion`. */
  isRegistry?: boolean;
}

const kinds: AssetKind[] = ['codes', 'data', 'models', 'environments', 'components'];

/** Fields beside `properties` that a resource which was read carries back. */
const envelope = (name: string) =>
  object(
    { properties: anything },
    {
      [name]: anything,
      id: anything,
      name: anything,
      type: anything,
      systemData: anything,
      tags: anything,
      kind: anything,
    },
  );

/** Routes of all kinds, relative to a workspace or registry. */
export function createAssets(context: AssetContext): express.Router {
  const router = express.Router();
  for (const kind of kinds) addRoutes(router, kind, context);
  return router;
}

function addRoutes(router: express.Router, kind: AssetKind, context: AssetContext): void {
  const { store, url } = context;

  router.get(`/${kind}`, (request, response) => {
    const archived = inView(request, isArchived);
    const containers = store
      .list(kind)
      .filter((container) => archived(container) && !isAnonymous(kind, container.name, store));
    response.json(
      answerPage(
        request,
        url,
        containers.map((container) => withVersions(kind, container, context)),
      ),
    );
  });
  router.get(`/${kind}/:name`, (request, response) => {
    const container = store.get(`${kind}/${request.params.name}`);
    if (!container) throw notFound(`${singular[kind]} container ${request.params.name} was not found.`);
    response.json(withVersions(kind, container, context));
  });
  router.put(`/${kind}/:name`, (request, response) => putContainer(kind, request, response, context));
  router.delete(`/${kind}/:name`, (request, response) => {
    const { name } = request.params;
    for (const version of store.list(`${kind}/${name}/versions`))
      store.delete(`${kind}/${name}/versions/${version.name}`);
    response.status(store.delete(`${kind}/${name}`) ? 200 : 204).end();
  });

  router.get(`/${kind}/:name/versions`, (request, response) => {
    response.json(answerPage(request, url, listVersions(kind, request, context)));
  });
  router.get(`/${kind}/:name/versions/:version`, (request, response) => {
    const { name, version } = request.params;
    // azure-ai-ml asks for a component's default version under this name.
    const byLabel = kind === 'components' && version === 'azureml_default';
    const found = byLabel ? latestVersion(store, kind, name) : store.get(`${kind}/${name}/versions/${version}`);
    if (!found) throw notFound(`${singular[kind]} ${name}:${version} was not found.`);
    response.json(found);
  });
  router.get(`/${kind}/:name/labels/:label`, (request, response) => {
    const { name, label } = request.params;
    const found = /^(latest|default)$/i.test(label) ? latestVersion(store, kind, name) : undefined;
    if (!found) throw notFound(`${singular[kind]} ${name} has no version with the label ${label}.`);
    response.json(found);
  });
  router.put(`/${kind}/:name/versions/:version`, (request, response) => putVersion(kind, request, response, context));
  router.delete(`/${kind}/:name/versions/:version`, (request, response) => {
    const { name, version } = request.params;
    response.status(store.delete(`${kind}/${name}/versions/${version}`) ? 200 : 204).end();
  });
  router.post(`/${kind}/:name/versions/:version/startPendingUpload`, async (request, response) => {
    const { name, version } = request.params;
    const asset = { kind, name: checkName(name, 'name'), version: checkName(version, 'version') };
    const { subscriptionId, resourceGroup } = context.settings;
    const upload = { resources: store, blobs: context.blobs, subscriptionId, resourceGroup };
    response.json(await startPendingUpload(asset, request.body, apiVersionOf(request), upload));
  });
}

const singular: Record<AssetKind, string> = {
  codes: 'Code',
  data: 'Data',
  models: 'Model',
  environments: 'Environment',
  components: 'Component',
};

const isArchived = ({ properties }: Resource): boolean => properties.isArchived === true;

/** Containers that only ever held anonymous versions (inline components, code) are not listed. */
function isAnonymous(kind: AssetKind, name: string, store: ResourceStore): boolean {
  const versions = store.list(`${kind}/${name}/versions`);
  return versions.length > 0 && versions.every(({ properties }) => properties.isAnonymous === true);
}

function withVersions(kind: AssetKind, container: Resource, { store, isRegistry }: AssetContext): Resource {
  const versions = store.list(`${kind}/${container.name}/versions`);
  const numbers = versions.map(({ name }) => (/^\d+$/.test(name) ? Number(name) : 0));
  return {
    ...container,
    properties: {
      ...container.properties,
      latestVersion: versions.at(-1)?.name ?? null,
      nextVersion: isRegistry ? null : String(Math.max(0, ...numbers) + 1),
    },
  };
}

function listVersions(kind: AssetKind, request: Request, { store, isRegistry }: AssetContext): Resource[] {
  const name = String(request.params.name);
  const hash = request.query.hash;
  if (kind === 'codes' && hash !== undefined) {
    // The service searches all code of the workspace by hash, whatever name the path carries.
    const version = String(request.query.hashVersion ?? request.query.hash_version ?? codeHashVersion);
    return store
      .list('codes')
      .flatMap((code) => store.list(`codes/${code.name}/versions`))
      .filter(
        ({ properties: { properties } }) =>
          properties?.hash_sha256 === hash && String(properties.hash_version) === version,
      );
  }
  const container = store.get(`${kind}/${name}`);
  if (!container) {
    // Before it creates a version, azure-ai-ml lists the versions of a registry's asset.
    if (kind === 'codes' || isRegistry) return [];
    throw notFound(`${singular[kind]} container ${name} was not found.`);
  }
  const { version, description, stage, properties } = request.query;
  // Data is filtered by `$tags`, models by `tags`.
  const tags = request.query.tags ?? request.query.$tags;
  const inListView = inView(request, (resource) => isArchived(container) || isArchived(resource));
  const hasTags = withPairs(tags, (resource) => resource.properties.tags);
  const hasProperties = withPairs(properties, (resource) => resource.properties.properties);
  return store
    .list(`${kind}/${name}/versions`)
    .filter(inListView)
    .filter(hasTags)
    .filter(hasProperties)
    .filter((resource) => version === undefined || resource.name === version)
    .filter((resource) => description === undefined || resource.properties.description === description)
    .filter((resource) => stage === undefined || resource.properties.stage === stage);
}

function putContainer(kind: AssetKind, request: Request, response: Response, context: AssetContext): void {
  const { store } = context;
  const name = checkName(String(request.params.name), 'name');
  const apiVersion = apiVersionOf(request);
  envelope('location')(request.body, { path: '', apiVersion });
  containerProperties[kind](request.body.properties, { path: 'properties', apiVersion });
  const older = store.get(`${kind}/${name}`);
  const { latestVersion: _latest, nextVersion: _next, ...properties } = withTextMaps(request.body.properties);
  const stored = store.put(
    `${kind}/${name}`,
    {
      properties: {
        description: null,
        tags: {},
        properties: {},
        isArchived: false,
        ...older?.properties,
        ...properties,
      },
    },
    callerOf(response).appid,
  );
  response.status(older ? 200 : 201).json(withVersions(kind, stored, context));
}

async function putVersion(kind: AssetKind, request: Request, response: Response, context: AssetContext): Promise<void> {
  const { store } = context;
  const name = checkName(String(request.params.name), 'name');
  const version = checkName(String(request.params.version), 'version');
  const path = `${kind}/${name}/versions/${version}`;
  const apiVersion = apiVersionOf(request);
  envelope('location')(request.body, { path: '', apiVersion });
  versionProperties[kind](request.body.properties, { path: 'properties', apiVersion });
  const given = withTextMaps(request.body.properties as Resource['properties']);
  const caller = callerOf(response).appid;

  const older = store.get(path);
  if (older) {
    checkUnchanged(kind, `${name}:${version}`, older.properties, given);
    const kept = Object.fromEntries(
      immutableFields[kind]
        .filter((field) => field in older.properties)
        .map((field) => [field, older.properties[field]]),
    );
    response.json(store.put(path, { properties: { ...older.properties, ...given, ...kept } }, caller));
    return;
  }
  const properties = await newVersionRules[kind](given, context);
  // Lists of components are read from their specification, so the service completes it.
  if (kind === 'components') properties.componentSpec = { ...properties.componentSpec, name, version };
  if (!store.get(`${kind}/${name}`)) {
    const container = { description: null, tags: {}, properties: {}, isArchived: false };
    const typed = kind === 'data' ? { ...container, dataType: properties.dataType } : container;
    store.put(`${kind}/${name}`, { properties: typed }, caller);
  }
  if (kind === 'data') checkDataType(name, properties.dataType, store);
  store.delete(uploadPath({ kind, name, version }));
  const defaults = { description: null, tags: {}, properties: {}, isAnonymous: false, isArchived: false };
  const stored = store.put(
    path,
    { properties: { ...defaults, ...properties, provisioningState: 'Succeeded' } },
    caller,
  );
  response.status(201).json(stored);
}

function checkUnchanged(
  kind: AssetKind,
  label: string,
  older: Resource['properties'],
  given: Resource['properties'],
): void {
  const changed = immutableFields[kind].find((field) => {
    const value = given[field] ?? undefined;
    return value !== undefined && !isDeepStrictEqual(comparable(value), comparable(older[field]));
  });
  if (changed === undefined) return;
  if (/^(codeUri|dataUri|modelUri)$/.test(changed)) throw conflict('Asset paths cannot be updated.');
  throw conflict(`${singular[kind]} ${label} already exists; its '${changed}' cannot be changed.`);
}

/** Null fields don't count, nor do a component's name and version, which the service fills in. */
function comparable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { name: _name, version: _version, ...rest } = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(rest).filter(([, item]) => item !== null));
}

function checkDataType(name: string, dataType: string, store: ResourceStore): void {
  const expected = store.get(`data/${name}`)?.properties.dataType;
  if (expected !== undefined && expected !== dataType) {
    throw userError(`The data asset ${name} has the type ${expected}; a version of type ${dataType} cannot be added.`);
  }
}
