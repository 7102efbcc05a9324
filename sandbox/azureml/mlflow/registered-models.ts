/** `registered-models/*` of MLflow's registry, on the containers of the workspace's model assets. */
import type { AzureMlContext } from '../../contracts.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, MlflowError } from './errors.ts';
import { matches, parseFilter } from './filter.ts';
import { tagOf, tagRecord } from './registry-tags.ts';
import * as wire from './registry-wire.ts';
import { checkMaxResults, paged } from './validation.ts';

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
    const filter = parseFilter(input.filter);
    const all = resources.list('models').map((model) => wire.toRegisteredModel(context, model));
    const found = all.filter((model) =>
      matches(filter, ({ entity, key }) => (entity === 'tag' ? tagOf(model.tags, key) : (model as any)[key])),
    );
    const { items, ...next } = paged(found, checkMaxResults(input.max_results, 100, 1000), input.page_token);
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
        if (typeof input.name !== 'string' || !/^[^/:]+$/.test(input.name))
          throw invalid(`Invalid name for a registered model: '${input.name ?? ''}'.`);
        if (resources.get(`models/${input.name}`))
          throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${input.name}) already exists.`);
        return putModel(input.name, {
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
