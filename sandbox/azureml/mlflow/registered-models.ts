/** `registered-models/*` of MLflow's registry, on the containers of the workspace's model assets. */
import type { AzureMlContext } from '../../contracts.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, MlflowError } from './errors.ts';
import { type Lookup, matches, parseFilter } from './filter.ts';
import { sortBy } from './order.ts';
import { tagOf, tagRecord } from './registry-tags.ts';
import * as wire from './registry-wire.ts';
import { checkMaxResults, paged } from './validation.ts';

function checkModelName(name: unknown): string {
  if (typeof name === 'string' && /^[^/:]+$/.test(name)) return name;
  throw invalid(`Invalid name for a registered model: '${name ?? ''}'.`);
}

const modelExists = (name: string) =>
  new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${name}) already exists.`);

export function registeredModelEndpoints(context: AzureMlContext): Endpoint[] {
  const { resources } = context;
  const putModel = (name: string, properties: Record<string, any>) => {
    const known = resources.get(`models/${name}`);
    const stored = resources.put(`models/${name}`, {
      ...known,
      properties: { isArchived: false, tags: {}, properties: {}, ...known?.properties, ...properties },
    });
    return { registered_model: wire.toRegisteredModel(context, stored) };
  };

  function searchModels(input: Record<string, any>) {
    const filter = parseFilter(input.filter, ['name']);
    const all = resources.list('models').map((model) => wire.toRegisteredModel(context, model));
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

  const latest: Endpoint['handle'] = (input) => ({
    model_versions: wire.latestVersions(context, wire.findModel(context, input.name).name, [input.stages ?? []].flat()),
  });
  return [
    {
      method: 'post',
      path: 'registered-models/create',
      writes: true,
      handle(input) {
        const name = checkModelName(input.name);
        if (resources.get(`models/${name}`)) throw modelExists(name);
        return putModel(name, {
          tags: tagRecord(input.tags),
          description: input.description ?? '',
          nextVersion: '1',
        });
      },
    },
    {
      method: 'get',
      path: 'registered-models/get',
      handle: (input) => ({ registered_model: wire.toRegisteredModel(context, wire.findModel(context, input.name)) }),
    },
    {
      method: 'patch',
      path: 'registered-models/update',
      writes: true,
      handle: (input) => putModel(wire.findModel(context, input.name).name, { description: input.description ?? '' }),
    },
    {
      method: 'post',
      path: 'registered-models/rename',
      writes: true,
      handle(input) {
        const model = wire.findModel(context, input.name);
        const name = checkModelName(input.new_name);
        if (resources.get(`models/${name}`)) throw modelExists(name);
        for (const version of resources.list(`models/${model.name}/versions`)) {
          resources.put(`models/${name}/versions/${version.name}`, { properties: version.properties });
          resources.delete(`models/${model.name}/versions/${version.name}`);
        }
        resources.delete(`models/${model.name}`);
        return putModel(name, model.properties);
      },
    },
    { method: 'get', path: 'registered-models/search', handle: searchModels },
    { method: 'post', path: 'registered-models/get-latest-versions', handle: latest },
    { method: 'get', path: 'registered-models/get-latest-versions', handle: latest },
    {
      method: 'post',
      path: 'registered-models/set-tag',
      writes: true,
      handle(input) {
        const model = wire.findModel(context, input.name);
        putModel(model.name, { tags: { ...model.properties.tags, ...tagRecord([input]) } });
        return {};
      },
    },
    {
      method: 'delete',
      path: 'registered-models/delete-tag',
      writes: true,
      handle(input) {
        const model = wire.findModel(context, input.name);
        const { [input.key]: _removed, ...tags } = model.properties.tags ?? {};
        putModel(model.name, { tags });
        return {};
      },
    },
    {
      method: 'delete',
      path: 'registered-models/delete',
      writes: true,
      handle(input) {
        const { name } = wire.findModel(context, input.name);
        for (const version of resources.list(`models/${name}/versions`))
          resources.delete(`models/${name}/versions/${version.name}`);
        resources.delete(`models/${name}`);
        return {};
      },
    },
    {
      method: 'get',
      path: 'registered-models/alias',
      handle(input) {
        const version = wire.aliasesOf(wire.findModel(context, input.name))[input.alias];
        if (!version) throw invalid(`Registered model alias ${input.alias} not found.`);
        return {
          model_version: wire.toModelVersion(context, input.name, wire.findVersion(context, input.name, version)),
        };
      },
    },
    {
      method: 'post',
      path: 'registered-models/alias',
      writes: true,
      handle(input) {
        if (/^latest$/i.test(input.alias)) throw invalid("'latest' alias name (case insensitive) is reserved.");
        if (/^v\d+$/i.test(input.alias)) throw invalid(`Version alias name '${input.alias}' is reserved.`);
        wire.findVersion(context, input.name, input.version);
        wire.setAlias(context, wire.findModel(context, input.name), String(input.alias), String(input.version));
        return {};
      },
    },
    {
      method: 'delete',
      path: 'registered-models/alias',
      writes: true,
      handle(input) {
        wire.setAlias(context, wire.findModel(context, input.name), String(input.alias));
        return {};
      },
    },
  ];
}
