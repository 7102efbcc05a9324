/** Routes of codes, data, models, environments and components: containers and their versions. */
import express, { type Request } from 'express';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { apiVersionOf, checkName } from './access.ts';
import { type AssetContext, singular, withVersions } from './asset-context.ts';
import { putContainer, putVersion } from './asset-writes.ts';
import { codeHashVersion } from './code-hash.ts';
import { notFound } from './errors.ts';
import { answerPage, inView, withPairs } from './listing.ts';
import { latestVersion } from './references.ts';
import type { AssetKind } from './shapes/assets.ts';
import { startPendingUpload } from './uploads.ts';

const kinds: AssetKind[] = ['codes', 'data', 'models', 'environments', 'components'];

/** Routes of all kinds, relative to a workspace or registry. */
export function createAssets(context: AssetContext): express.Router {
  const router = express.Router();
  // azure-ai-ml asks for what `azureml:name@latest` names under the name `azureml:name`. Assumption: that it is found.
  router.param('name', (request, _response, next, name: string) => {
    request.params.name = name.replace(/^azureml:/, '');
    next();
  });
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

const isArchived = ({ properties }: Resource): boolean => properties.isArchived === true;

/** Containers that only ever held anonymous versions (inline components, code) are not listed. */
function isAnonymous(kind: AssetKind, name: string, store: ResourceStore): boolean {
  const versions = store.list(`${kind}/${name}/versions`);
  return versions.length > 0 && versions.every(({ properties }) => properties.isAnonymous === true);
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
