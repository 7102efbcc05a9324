/** The basic part of MLflow's model registry, on the workspace's model assets. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import { datastoreUri } from '../execution/references.ts';
import { artifactFolder } from '../history/run.ts';
import { parseProxyPath } from './artifact-proxy.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid, MlflowError } from './errors.ts';
import { matches, parseFilter } from './filter.ts';
import * as wire from './registry-wire.ts';
import { checkMaxResults, checkTag, paged } from './validation.ts';

const record = (tags: any[] | undefined) =>
  Object.fromEntries((tags ?? []).map(checkTag).map((tag) => [tag.key, tag.value]));

/** Clients leave out prompts by "`mlflow.prompt.is_prompt` != 'true'"; what lacks the tag is a model. */
function tagOf(tags: { key: string; value: string }[], key: string): string | undefined {
  const value = tags.find((tag) => tag.key === key)?.value;
  return key === 'mlflow.prompt.is_prompt' ? (value ?? 'false') : value;
}

/** Storage behind a source: `mlflow-artifacts:/...`, `runs:/...` or a URI of the workspace's own. */
function modelUri(context: AzureMlContext, source: string): string {
  const path = /^mlflow-artifacts:\/*(?:[^/]*:\d+\/)?(.*)$/.exec(source)?.[1];
  const logged = /^models:\/(m-\w+)$/.exec(source)?.[1];
  if (logged) return datastoreUri(context, 'workspaceartifactstore', artifactFolder(`model-${logged}`));
  const registered = /^models:\/([^/]+)\/([^/]+)$/.exec(source);
  if (registered) return String(wire.findVersion(context, registered[1], registered[2]).properties.modelUri);
  const run = /^runs:\/([^/]+)\/(.*)$/.exec(source);
  if (path !== undefined) {
    const named = parseProxyPath(path);
    if (named.kind === 'run')
      return datastoreUri(context, 'workspaceartifactstore', `${artifactFolder(named.owner)}/${named.path}`);
    const [name, version] = named.owner.split('/');
    return String(wire.findVersion(context, name, version).properties.modelUri);
  }
  if (run) return datastoreUri(context, 'workspaceartifactstore', `${artifactFolder(run[1]!)}/${run[2]}`);
  if (!context.blobs.locate(source)) throw invalid(`Invalid model version source: '${source}'.`);
  return source;
}

export function registryEndpoints(context: AzureMlContext): Endpoint[] {
  const { resources } = context;
  const putModel = (name: string, properties: Record<string, any>) => {
    const known = resources.get(`models/${name}`);
    const stored = resources.put(`models/${name}`, {
      ...known,
      properties: { isArchived: false, tags: {}, properties: {}, ...known?.properties, ...properties },
    });
    return { registered_model: wire.toRegisteredModel(context, stored) };
  };
  const putVersion = (name: string, version: Resource, properties: Record<string, any>) => {
    const stored = resources.put(`models/${name}/versions/${version.name}`, {
      ...version,
      properties: { ...version.properties, ...properties },
    });
    return { model_version: wire.toModelVersion(context, name, stored) };
  };
  const nextVersion = (name: string) =>
    String(
      Math.max(
        0,
        ...resources
          .list(`models/${name}/versions`)
          .map((each) => Number(each.name))
          .filter(Number.isInteger),
      ) + 1,
    );

  function createVersion(input: Record<string, any>) {
    const model = wire.findModel(context, input.name);
    if (!input.source) throw invalid("Missing value for required parameter 'source'.");
    const version = nextVersion(model.name);
    const properties = {
      'mlflow.source': String(input.source),
      ...(input.model_id ? { 'mlflow.modelId': input.model_id } : {}),
    };
    const stored = resources.put(`models/${model.name}/versions/${version}`, {
      properties: {
        modelType: 'mlflow_model',
        modelUri: modelUri(context, String(input.source)),
        jobName: input.run_id || undefined,
        description: input.description ?? '',
        tags: record(input.tags),
        properties,
        flavors: {},
        isArchived: false,
        isAnonymous: false,
      },
    });
    putModel(model.name, { latestVersion: version, nextVersion: nextVersion(model.name) });
    return { model_version: wire.toModelVersion(context, model.name, stored) };
  }

  function searchVersions(input: Record<string, any>) {
    const filter = parseFilter(input.filter);
    const all = resources
      .list('models')
      .flatMap((model) =>
        resources
          .list(`models/${model.name}/versions`)
          .map((version) => wire.toModelVersion(context, model.name, version)),
      );
    const lookup =
      (found: any) =>
      ({ entity, key }: { entity: string; key: string }) =>
        entity === 'tag' ? tagOf(found.tags, key) : found[key === 'version_number' ? 'version' : key];
    const newest = all
      .filter((each) => matches(filter, lookup(each)))
      .sort((a, b) => b.last_updated_timestamp - a.last_updated_timestamp);
    const { items, ...next } = paged(newest, checkMaxResults(input.max_results, 10000, 200000), input.page_token);
    return { model_versions: items, ...next };
  }

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
  const withVersion =
    (change: (version: Resource, input: Record<string, any>) => Record<string, any>): Endpoint['handle'] =>
    (input) => {
      const version = wire.findVersion(context, input.name, input.version);
      return putVersion(input.name, version, change(version, input));
    };

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
          tags: record(input.tags),
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
        putModel(model.name, { tags: { ...model.properties.tags, ...record([input]) } });
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
      method: 'delete',
      path: 'model-versions/delete',
      writes: true,
      handle(input) {
        wire.findVersion(context, input.name, input.version);
        resources.delete(`models/${input.name}/versions/${input.version}`);
        return {};
      },
    },
    {
      method: 'delete',
      path: 'model-versions/delete-tag',
      writes: true,
      handle(input) {
        const version = wire.findVersion(context, input.name, input.version);
        const { [input.key]: _removed, ...tags } = version.properties.tags ?? {};
        putVersion(input.name, version, { tags });
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
    { method: 'post', path: 'model-versions/create', writes: true, handle: createVersion },
    {
      method: 'get',
      path: 'model-versions/get',
      handle: (input) => ({
        model_version: wire.toModelVersion(context, input.name, wire.findVersion(context, input.name, input.version)),
      }),
    },
    { method: 'get', path: 'model-versions/search', handle: searchVersions },
    {
      method: 'patch',
      path: 'model-versions/update',
      writes: true,
      handle: withVersion((_version, input) => ({ description: input.description ?? '' })),
    },
    {
      method: 'post',
      path: 'model-versions/transition-stage',
      writes: true,
      handle: withVersion((_version, input) => ({ stage: String(input.stage) })),
    },
    {
      method: 'post',
      path: 'model-versions/set-tag',
      writes: true,
      handle(input) {
        withVersion((version) => ({ tags: { ...version.properties.tags, ...record([input]) } }))(input, { name: '' });
        return {};
      },
    },
    {
      method: 'get',
      path: 'model-versions/get-download-uri',
      handle(input) {
        const version = wire.findVersion(context, input.name, input.version);
        return { artifact_uri: wire.versionArtifactUri(input.name, version.name) };
      },
    },
  ];
}
