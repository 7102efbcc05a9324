/** Codes, data, models, environments and components: containers and their versions. */
import { randomInt } from 'node:crypto';
import express from 'express';
import type { Resource } from '../../contracts.ts';
import { apiVersionOf, checkName } from './access.ts';
import { componentPath } from './anonymous-components.ts';
import { anonymousName, registryAnswer, versionAnswer } from './asset-answer.ts';
import { type AssetContext, singular, withVersions } from './asset-context.ts';
import { findByHash, isAnonymous, isArchived, keepVersions } from './asset-lists.ts';
import { containerMissing, versionMissing } from './asset-missing.ts';
import { changedVersion, containerDraft, newVersion } from './asset-writes.ts';
import { answerCreated, type Call, collection } from './collection.ts';
import { shownSpec } from './component-normal.ts';
import * as errors from './errors.ts';
import { inView } from './listing.ts';
import { latestVersion } from './references.ts';
import { answerInRegistry } from './registry-operations.ts';
import { replicate, replicaUri } from './registry-storage.ts';
import { envelope } from './shape.ts';
import { type AssetKind, containerProperties, versionProperties } from './shapes/assets.ts';
import type { SystemField } from './system-data.ts';
import { startPendingUpload } from './uploads.ts';

const kinds: AssetKind[] = ['codes', 'data', 'models', 'environments', 'components'];

/** Whether a repeated PUT is answered 201 as a new one is: of environments and their containers, and of anonymous components. */
const isAlwaysCreated = (kind: AssetKind, asset: unknown): boolean =>
  kind === 'environments' || (kind === 'components' && asset === anonymousName);

/** The container of a component shows people in lists only. */
const componentFields = (_container: Resource, { name }: Call<AssetContext>): SystemField[] | undefined =>
  name === '' ? undefined : ['createdAt', 'lastModifiedAt'];

/** Data shows who changed it only after a change. */
const dataFields = ({ systemData }: Resource): SystemField[] | undefined =>
  systemData?.lastModifiedAt === systemData?.createdAt
    ? ['createdAt', 'createdBy', 'createdByType', 'lastModifiedAt']
    : undefined;

const containers = (kind: AssetKind) =>
  collection<AssetContext>({
    path: `${kind}/:asset`,
    one: `${singular[kind]} container`,
    names: { asset: 'name' },
    shape: envelope(containerProperties[kind], 'location', 'tags', 'kind'),
    defaults: {
      description: kind === 'environments' ? '' : null,
      tags: {},
      properties: kind === 'data' ? null : {},
      isArchived: false,
    },
    missing: ({ name }) => containerMissing(kind, name),
    ...(kind === 'data' && { systemData: dataFields }),
    ...(kind === 'components' && { systemData: componentFields }),
    oldestFirst: kind === 'models',
    below: ['versions'],
    keep({ context, request }) {
      const inList = inView(request, isArchived);
      return (container) => inList(container) && !isAnonymous(kind, container.name, context.store);
    },
    beforePut: (_call, body, older) => containerDraft(body, older),
    present: (container, { context, name, at: { apiVersion } }) =>
      withVersions(kind, container, context, { isList: name === '', apiVersion }),
    answers: {
      put(call, shown, isNew) {
        if (isNew || isAlwaysCreated(kind, undefined)) answerCreated(call, shown);
        else call.response.json(shown);
      },
    },
  });

const versions = (kind: AssetKind) =>
  collection<AssetContext>({
    path: `${kind}/:asset/versions/:version`,
    one: singular[kind],
    names: { asset: 'name', version: 'version' },
    shape: envelope(versionProperties[kind], 'location', 'tags', 'kind'),
    defaults: {
      description: null,
      tags: kind === 'data' ? null : {},
      properties: kind === 'data' ? null : {},
      isAnonymous: false,
      isArchived: false,
    },
    missing: ({ params, name, context }) => versionMissing(kind, String(params.asset), name, context.settings),
    ...(kind === 'data' && { systemData: dataFields }),
    find({ context, params, name, path }) {
      // azure-ai-ml asks for a component's default version under this name.
      const byLabel = kind === 'components' && name === 'azureml_default';
      return byLabel ? latestVersion(context.store, kind, String(params.asset)) : context.store.get(path);
    },
    list({ context, request, params, collection: path }): Resource[] {
      const { store, isRegistry } = context;
      if (kind === 'codes' && request.query.hash !== undefined) return findByHash(request, store);
      // Before it creates a version, azure-ai-ml lists the versions of a registry's asset.
      if (!store.get(`${kind}/${params.asset}`) && kind !== 'codes' && !isRegistry)
        throw containerMissing(kind, String(params.asset));
      return store.list(path);
    },
    keep({ context, request, params }) {
      if (kind === 'codes' && request.query.hash !== undefined) return () => true;
      return keepVersions(kind, request, context.store.get(`${kind}/${params.asset}`));
    },
    ...(kind === 'components' && { storedAt: componentPath }),
    beforePut(call, body, older) {
      if (kind === 'models' && !/^[1-9]\d*$/.test(call.name)) throw errors.modelVersionInvalid(call.name);
      return older ? changedVersion(kind, call, body, older) : newVersion(kind, call, body);
    },
    sets: { provisioningState: 'Succeeded' },
    async afterPut({ context }, stored) {
      const uri = stored.properties.modelUri ?? stored.properties.dataUri;
      const at = context.isRegistry && uri ? context.registryStorage.uploads.locate(uri) : undefined;
      if (at) await replicate(context.registryStorage, context.registryStorage.uploads, at, at.container);
      return stored;
    },
    present: (version, { context, at }) => presentVersion(kind, version, context, at.apiVersion),
    answers: {
      put(call, shown, isNew) {
        if (call.context.isRegistry) answerInRegistry(call, kind);
        else if (isNew || isAlwaysCreated(kind, call.params.asset)) answerCreated(call, shown);
        else call.response.json(shown);
      },
    },
  });

/** The properties of an environment with its labels: `latest` of the newest version, none of others and of anonymous ones. */
function withLabels({ id, properties }: Resource, store: AssetContext['store']): Resource['properties'] {
  const asset = id.split('/').at(-3) ?? '';
  const isLatest = !properties.isAnonymous && latestVersion(store, 'environments', asset)?.id === id;
  return properties.environmentType === 'UserCreated'
    ? { ...properties.properties, 'azureml.labels': isLatest ? 'latest' : '' }
    : properties.properties;
}

/** A version as answers show it. Labels and links in the store stay as they are. */
function presentVersion(kind: AssetKind, version: Resource, context: AssetContext, apiVersion: string): Resource {
  const { properties } = version;
  const own =
    kind === 'components'
      ? { componentSpec: shownSpec(properties.componentSpec) }
      : kind === 'environments'
        ? { properties: withLabels(version, context.store) }
        : {};
  const shown = { ...version, properties: { ...properties, ...own } };
  if (context.isRegistry) {
    const { modelUri } = properties;
    // Any replica: the account of the address differs from answer to answer.
    const uri = modelUri && { modelUri: replicaUri(context.registryStorage, modelUri, randomInt(2)) };
    return registryAnswer(kind, { ...shown, properties: { ...shown.properties, ...uri } }, apiVersion);
  }
  return { ...shown, properties: versionAnswer(kind, shown.properties, apiVersion) };
}

/** Routes beside those of the collections: labels and uploads. */
function addOtherRoutes(router: express.Router, kind: AssetKind, context: AssetContext): void {
  const { store } = context;
  router.get(`/${kind}/:asset/labels/:label`, (request, response) => {
    const { asset, label } = request.params;
    const found = /^(latest|default)$/i.test(label) ? latestVersion(store, kind, asset) : undefined;
    if (!found) throw errors.labelNotFound(singular[kind], asset, label);
    response.json(presentVersion(kind, found, context, apiVersionOf(request)));
  });
  router.post(`/${kind}/:asset/versions/:version/startPendingUpload`, async (request, response) => {
    const { asset: name, version } = request.params;
    const asset = { kind, name: checkName(name, 'name'), version: checkName(version, 'version') };
    const { subscriptionId, resourceGroup } = context.settings;
    const upload = { resources: store, blobs: context.blobs, subscriptionId, resourceGroup };
    response.json(await startPendingUpload(asset, request.body, apiVersionOf(request), upload));
  });
}

/** Routes of all kinds, relative to a workspace or registry. */
export function createAssets(context: AssetContext): express.Router {
  const router = express.Router();
  router.use((request, _response, next) => {
    // azure-ai-ml asks for what `azureml:name@latest` names under the name `azureml:name`. Assumption: that it is found.
    request.url = request.url.replace(/^(\/\w+\/)azureml(?::|%3A)/i, '$1');
    next();
  });
  for (const kind of kinds) {
    router.use(containers(kind)(context), versions(kind)(context));
    addOtherRoutes(router, kind, context);
  }
  return router;
}
