/** Creating and changing containers and versions of assets. */
import { isDeepStrictEqual } from 'node:util';
import type { Request, Response } from 'express';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import { type AssetContext, singular, withVersions } from './asset-context.ts';
import { modelStorage, newVersionRules } from './asset-rules.ts';
import { conflict, userError } from './errors.ts';
import { anything, object, withTextMaps } from './shape.ts';
import { type AssetKind, containerProperties, immutableFields, versionProperties } from './shapes/assets.ts';
import { uploadPath } from './uploads.ts';

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

/** `PUT {kind}/{name}`. */
export function putContainer(kind: AssetKind, request: Request, response: Response, context: AssetContext): void {
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

/** `PUT {kind}/{name}/versions/{version}`: a second one may change what describes the version, not its content. */
export async function putVersion(
  kind: AssetKind,
  request: Request,
  response: Response,
  context: AssetContext,
): Promise<void> {
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
    const compared = kind === 'models' ? { ...given, modelUri: modelStorage(given.modelUri, context) } : given;
    checkUnchanged(kind, `${name}:${version}`, older.properties, compared);
    const kept = Object.fromEntries(
      immutableFields[kind]
        .filter((field) => field in older.properties)
        .map((field) => [field, older.properties[field]]),
    );
    if (kind === 'components') kept.componentSpec = describedAs(older.properties.componentSpec, given.componentSpec);
    response.json(store.put(path, { properties: { ...older.properties, ...given, ...kept } }, caller));
    return;
  }
  const properties = await newVersionRules[kind](given, context);
  // Another request may have created the version meanwhile.
  if (store.get(path)) return putVersion(kind, request, response, context);
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

/** Fields of a component's specification that the service fills in, or that clients add when they put back what they read. */
const added = ['name', 'version', 'id', 'creation_context', '_source', '$schema'];
/** Fields of a component's specification that only describe it; `az ml component update` changes them. */
const describing = ['display_name', 'description', 'tags'];
const unchecked = [...added, ...describing];

/**
 * Null and empty fields don't count, nor do those of a component that don't define it. A client that read a component writes its literals and references
 * in another spelling: `3` for `"3"`, `/subscriptions/...` for `azureml:/subscriptions/...`.
 */
function comparable(value: unknown, ignored = unchecked): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, []));
  if (typeof value !== 'object' || value === null)
    return /^(true|false)$/i.test(String(value))
      ? String(value).toLowerCase()
      : String(value).replace(/^azureml:(?=\/)/, '');
  const kept = Object.entries(value).filter(
    ([key, item]) => !ignored.includes(key) && item !== null && item !== undefined && !isEmpty(item),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, comparable(item, [])]));
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value as object).length === 0;

/** A component's specification with what describes it as given last. */
function describedAs(older: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const changed = describing.filter((key) => given[key] !== undefined);
  return { ...older, ...Object.fromEntries(changed.map((key) => [key, given[key]])) };
}

function checkDataType(name: string, dataType: string, store: ResourceStore): void {
  const expected = store.get(`data/${name}`)?.properties.dataType;
  if (expected !== undefined && expected !== dataType) {
    throw userError(`The data asset ${name} has the type ${expected}; a version of type ${dataType} cannot be added.`);
  }
}
