/** `registered-models/*` of MLflow's registry, on the containers of the workspace's model assets. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import { type Endpoint, type Handle, type Input, reads, writes } from './endpoint.ts';
import * as errors from './errors.ts';
import { type Lookup, matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { tagOf, tagRecord } from './registry-tags.ts';
import * as wire from './registry-wire.ts';
import { checkMaxResults, paged } from './validation.ts';

function checkModelName(name: unknown): string {
  if (typeof name === 'string' && /^[^/:]+$/.test(name)) return name;
  throw errors.modelNameInvalid(name);
}

function putModel(context: AzureMlContext, name: string, properties: Resource['properties']) {
  const known = context.resources.get(`models/${name}`);
  const stored = context.resources.put(`models/${name}`, {
    ...known,
    properties: { isArchived: false, tags: {}, properties: {}, ...known?.properties, ...properties },
  });
  return { registered_model: wire.toRegisteredModel(context, stored) };
}

function searchModels(context: AzureMlContext, input: Input) {
  const filter = parseFilter(input.filter, ['name']);
  const all = context.resources.list('models').map((model) => wire.toRegisteredModel(context, model));
  const lookup =
    (model: any): Lookup =>
    ({ entity, key }) =>
      entity === 'tag' ? tagOf(model.tags, key) : model[key === 'timestamp' ? 'last_updated_timestamp' : key];
  const found = all.filter((model) => matches(filter, lookup(model)));
  const orders = ['name', 'timestamp', 'last_updated_timestamp', 'creation_timestamp'];
  const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
  const ordered = sortBy(found, [input.order_by ?? []].flat(), lookup, orders, byName);
  const { items, ...next } = paged(ordered, checkMaxResults(input.max_results, 100, 1000), input.page_token);
  return { registered_models: items, ...next };
}

function create(context: AzureMlContext, input: Input) {
  const name = checkModelName(input.name);
  if (context.resources.get(`models/${name}`)) throw errors.modelExists(name);
  return putModel(context, name, {
    tags: tagRecord(input.tags),
    description: input.description ?? '',
    nextVersion: '1',
  });
}

function remove({ resources }: AzureMlContext, name: string): void {
  for (const version of resources.list(`models/${name}/versions`))
    resources.delete(`models/${name}/versions/${version.name}`);
  resources.delete(`models/${name}`);
}

function rename(context: AzureMlContext, input: Input) {
  const { resources } = context;
  const model = wire.findModel(context, input.name);
  const name = checkModelName(input.new_name);
  if (resources.get(`models/${name}`)) throw errors.modelExists(name);
  for (const version of resources.list(`models/${model.name}/versions`))
    resources.put(`models/${name}/versions/${version.name}`, { properties: version.properties });
  remove(context, model.name);
  return putModel(context, name, model.properties);
}

function tagEndpoints(context: AzureMlContext): Endpoint[] {
  const changing =
    (change: (tags: Record<string, string>, input: Input) => Record<string, string>): Handle =>
    (input) => {
      const model = wire.findModel(context, input.name);
      putModel(context, model.name, { tags: change(model.properties.tags ?? {}, input) });
      return {};
    };
  return [
    writes(
      'post',
      'registered-models/set-tag',
      changing((tags, input) => ({ ...tags, ...tagRecord([input]) })),
    ),
    writes(
      'delete',
      'registered-models/delete-tag',
      changing(({ ...tags }, input) => {
        delete tags[input.key];
        return tags;
      }),
    ),
  ];
}

function aliasEndpoints(context: AzureMlContext): Endpoint[] {
  const path = 'registered-models/alias';
  return [
    reads('get', path, ({ name, alias }) => {
      const version = wire.aliasesOf(wire.findModel(context, name))[alias];
      if (!version) throw errors.aliasNotFound(alias);
      return { model_version: wire.toModelVersion(context, name, wire.findVersion(context, name, version)) };
    }),
    writes('post', path, ({ name, alias, version }) => {
      if (/^latest$/i.test(alias)) throw errors.latestIsReserved();
      if (/^v\d+$/i.test(alias)) throw errors.aliasReserved(alias);
      wire.findVersion(context, name, version);
      wire.setAlias(context, wire.findModel(context, name), String(alias), String(version));
      return {};
    }),
    writes('delete', path, ({ name, alias }) => {
      wire.setAlias(context, wire.findModel(context, name), String(alias));
      return {};
    }),
  ];
}

export function registeredModelEndpoints(context: AzureMlContext): Endpoint[] {
  const found = (input: Input) => wire.findModel(context, input.name);
  const latest: Handle = (input) => ({
    model_versions: wire.latestVersions(context, found(input).name, [input.stages ?? []].flat()),
  });
  return [
    writes('post', 'registered-models/create', (input) => create(context, input)),
    reads('get', 'registered-models/get', (input) => ({
      registered_model: wire.toRegisteredModel(context, found(input)),
    })),
    writes('patch', 'registered-models/update', (input) =>
      putModel(context, found(input).name, { description: input.description ?? '' }),
    ),
    writes('post', 'registered-models/rename', (input) => rename(context, input)),
    reads('get', 'registered-models/search', (input) => searchModels(context, input)),
    reads('post', 'registered-models/get-latest-versions', latest),
    reads('get', 'registered-models/get-latest-versions', latest),
    writes('delete', 'registered-models/delete', (input) => {
      remove(context, found(input).name);
      return {};
    }),
    ...tagEndpoints(context),
    ...aliasEndpoints(context),
  ];
}
