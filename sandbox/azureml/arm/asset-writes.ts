/** Creating and changing containers and versions of assets. */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { type AssetContext, singular } from './asset-context.ts';
import { condaAsJson, modelStorage, newVersionRules, storedUri, withoutLabel } from './asset-rules.ts';
import type { Call, Draft } from './collection.ts';
import { normalSpec } from './component-normal.ts';
import * as errors from './errors.ts';
import { replicaUri } from './registry-storage.ts';
import { withTextMaps } from './shape.ts';
import { type AssetKind, immutableFields } from './shapes/assets.ts';
import { uploadPath } from './uploads.ts';

type Body = Record<string, any>;

/** A container as a PUT makes it. */
export function containerDraft(body: Body, older: Resource | undefined): Draft {
  const { latestVersion: _latest, nextVersion: _next, ...properties } = withTextMaps(body.properties as Body);
  return { properties: { ...older?.properties, ...properties } };
}

/** A second PUT of a version: it may change what describes the version, not its content. */
export function changedVersion(
  kind: AssetKind,
  { context, params, name }: Call<AssetContext>,
  body: Body,
  older: Resource,
): Draft {
  const given = withTextMaps(body.properties as Body);
  const compared =
    kind === 'models'
      ? { ...given, modelUri: storedUri(modelStorage(given.modelUri, context), 'resourceGroups', context) }
      : kind === 'data'
        ? { ...given, dataUri: storedUri(given.dataUri, 'resourcegroups', context) }
        : kind === 'components'
          ? { ...given, componentSpec: withoutLabel(given.componentSpec, context) }
          : given;
  checkUnchanged(
    kind,
    `${params.asset}:${name}`,
    sameReplica(older.properties, context),
    sameReplica(compared, context),
  );
  const kept = Object.fromEntries(
    immutableFields[kind].filter((field) => field in older.properties).map((field) => [field, older.properties[field]]),
  );
  // The service takes the request to archive a version of an environment, and leaves it as it is; containers can be archived.
  if (kind === 'environments') kept.isArchived = older.properties.isArchived;
  if (kind === 'components') kept.componentSpec = describedAs(older.properties.componentSpec, given.componentSpec);
  const properties: Body = { ...older.properties, ...given, ...kept };
  // A client that restores a version may put back the stage that it has read.
  const isRestored = older.properties.isArchived === true && properties.isArchived !== true;
  if (isRestored && properties.stage === 'Archived') properties.stage = null;
  return { properties };
}

/** Replicas of a registry's model are one place: a client that puts back what it has read sends the address of any of them. */
function sameReplica(properties: Body, { isRegistry, registryStorage }: AssetContext): Body {
  const { modelUri } = properties;
  return isRegistry && modelUri ? { ...properties, modelUri: replicaUri(registryStorage, modelUri, 0) } : properties;
}

/** A specification that was given the version of the address has the version that the component got. */
function ownVersion(spec: Record<string, unknown>, { params, name }: Call<AssetContext>): Record<string, unknown> {
  return spec.version === params.version ? { ...spec, version: name } : spec;
}

const texts = { description: null, tags: {}, properties: {} };
/** A container that comes with its first version. */
const emptyContainer: Record<AssetKind, object> = {
  codes: texts,
  models: texts,
  environments: { ...texts, description: '' },
  components: { ...texts, description: '' },
  data: { description: null, tags: null, properties: null },
};

/** A new version, and its container when it is the first. */
export async function newVersion(kind: AssetKind, call: Call<AssetContext>, body: Body): Promise<Draft> {
  const { store } = call.context;
  const [name, version] = [String(call.params.asset), call.name];
  const properties = await newVersionRules[kind](withTextMaps(body.properties as Body), call.context);
  // Another request may have created the version meanwhile; then this draft is not used.
  if (store.get(call.path)) return { properties };
  if (kind === 'components')
    properties.componentSpec = normalSpec(ownVersion(properties.componentSpec, call), name, version);
  if (!store.get(`${kind}/${name}`)) {
    const container = { ...emptyContainer[kind], isArchived: false };
    const typed = kind === 'data' ? { ...container, dataType: properties.dataType } : container;
    store.put(`${kind}/${name}`, { properties: typed }, call.caller);
  }
  if (kind === 'data') checkDataType(name, properties.dataType, store);
  store.delete(uploadPath({ kind, name, version }));
  return { properties };
}

/** A field as the service keeps it, so that what was sent compares with what is stored. */
function normalised(kind: AssetKind, field: string, value: any): unknown {
  if (value === undefined) return undefined;
  if (kind === 'components') return normalSpec(value, '', '');
  return field === 'condaFile' ? condaAsJson(value) : value;
}

function checkUnchanged(
  kind: AssetKind,
  label: string,
  older: Resource['properties'],
  given: Resource['properties'],
): void {
  const changed = immutableFields[kind].find((field) => {
    const value = normalised(kind, field, given[field] ?? undefined);
    return value !== undefined && !isDeepStrictEqual(comparable(value), comparable(older[field]));
  });
  if (changed === undefined) return;
  if (/^(codeUri|dataUri|modelUri)$/.test(changed)) throw errors.pathChanged();
  if (kind === 'environments') throw errors.environmentChanged(label);
  if (kind === 'components') {
    const fields = [older[changed] as object, given[changed] as object].map((spec) => normalSpec(spec, '', ''));
    throw errors.componentChanged(label, differingField(fields[0]!, fields[1]!));
  }
  throw errors.versionChanged(singular[kind], label, changed);
}

/** The first member in which two specifications differ; `code` before others. */
function differingField(older: Record<string, unknown>, given: Record<string, unknown>): string {
  const names = Object.keys({ code: '', ...older, ...given }).filter((name) => !unchecked.includes(name));
  return names.find((name) => JSON.stringify(older[name]) !== JSON.stringify(given[name])) ?? 'componentSpec';
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
    throw errors.dataTypeDiffers(name, expected, dataType);
  }
}
