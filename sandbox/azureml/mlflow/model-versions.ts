/** `model-versions/*` of MLflow's registry, on the versions of the workspace's model assets. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import type { Endpoint } from './endpoint.ts';
import { invalid } from './errors.ts';
import { type Lookup, matches, parseFilter } from './filter.ts';
import { modelUri } from './model-source.ts';
import { sortBy } from './order.ts';
import { tagOf, tagRecord } from './registry-tags.ts';
import * as wire from './registry-wire.ts';
import { checkMaxResults, paged } from './validation.ts';

const versionOrders = ['name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'];

/** Values of a version for filters and orders. */
const versionLookup =
  (version: Record<string, any>): Lookup =>
  ({ entity, key }) => {
    if (entity === 'tag') return tagOf(version.tags, key);
    if (key === 'version_number') return Number(version.version);
    return version[key === 'source_path' ? 'source' : key];
  };

const stages = ['None', 'Staging', 'Production', 'Archived'];

/** The stage in MLflow's spelling; throws INVALID_PARAMETER_VALUE. */
function checkStage(given: unknown): string {
  const stage = stages.find((each) => each.toLowerCase() === String(given).toLowerCase());
  if (stage) return stage;
  throw invalid(`Invalid Model Version stage: ${given}. Value must be one of ${stages.join(', ')}.`);
}

export function modelVersionEndpoints(context: AzureMlContext): Endpoint[] {
  const { resources } = context;
  const putVersion = (name: string, version: Resource, properties: Record<string, any>) => {
    const stored = resources.put(`models/${name}/versions/${version.name}`, {
      ...version,
      properties: { ...version.properties, ...properties },
    });
    return { model_version: wire.toModelVersion(context, name, stored) };
  };
  const updateModel = (name: string, properties: Record<string, any>) => {
    const model = wire.findModel(context, name);
    resources.put(`models/${name}`, { ...model, properties: { ...model.properties, ...properties } });
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
        tags: tagRecord(input.tags),
        properties,
        flavors: {},
        isArchived: false,
        isAnonymous: false,
      },
    });
    updateModel(model.name, { latestVersion: version, nextVersion: nextVersion(model.name) });
    return { model_version: wire.toModelVersion(context, model.name, stored) };
  }

  function searchVersions(input: Record<string, any>) {
    const filter = parseFilter(input.filter, ['name', 'version_number', 'run_id', 'source_path']);
    const all = resources
      .list('models')
      .flatMap((model) =>
        resources
          .list(`models/${model.name}/versions`)
          .map((version) => wire.toModelVersion(context, model.name, version)),
      );
    const found = all.filter((each) => matches(filter, versionLookup(each)));
    const newestFirst = (one: any, other: any) =>
      other.last_updated_timestamp - one.last_updated_timestamp ||
      one.name.localeCompare(other.name) ||
      Number(other.version) - Number(one.version);
    const ordered = sortBy(found, [input.order_by ?? []].flat(), versionLookup, versionOrders, newestFirst);
    const { items, ...next } = paged(ordered, checkMaxResults(input.max_results, 10000, 200000), input.page_token);
    return { model_versions: items, ...next };
  }

  const withVersion =
    (change: (version: Resource, input: Record<string, any>) => Record<string, any>): Endpoint['handle'] =>
    (input) => {
      const version = wire.findVersion(context, input.name, input.version);
      return putVersion(input.name, version, change(version, input));
    };

  return [
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
      handle(input) {
        const version = wire.findVersion(context, input.name, input.version);
        const stage = checkStage(input.stage);
        for (const other of resources.list(`models/${input.name}/versions`)) {
          const leaves = String(input.archive_existing_versions) === 'true' && other.properties.stage === stage;
          if (leaves && other.name !== version.name) putVersion(input.name, other, { stage: 'Archived' });
        }
        return putVersion(input.name, version, { stage });
      },
    },
    {
      method: 'post',
      path: 'model-versions/set-tag',
      writes: true,
      handle(input) {
        withVersion((version) => ({ tags: { ...version.properties.tags, ...tagRecord([input]) } }))(input, {
          name: '',
        });
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
