/** `model-versions/*` of MLflow's registry, on the versions of the workspace's model assets. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import { type Endpoint, type Handle, type Input, reads, writes } from './endpoint.ts';
import * as errors from './errors.ts';
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
  throw errors.stageInvalid(given, stages);
}

/** Changes properties of a version. */
function putVersion(context: AzureMlContext, name: string, version: Resource, properties: Resource['properties']) {
  const stored = context.resources.put(`models/${name}/versions/${version.name}`, {
    ...version,
    properties: { ...version.properties, ...properties },
  });
  return { model_version: wire.toModelVersion(context, name, stored) };
}

function updateModel(context: AzureMlContext, name: string, properties: Resource['properties']): void {
  const model = wire.findModel(context, name);
  context.resources.put(`models/${name}`, { ...model, properties: { ...model.properties, ...properties } });
}

function nextVersion({ resources }: AzureMlContext, name: string): string {
  const numbers = resources
    .list(`models/${name}/versions`)
    .map((each) => Number(each.name))
    .filter(Number.isInteger);
  return String(Math.max(0, ...numbers) + 1);
}

function createVersion(context: AzureMlContext, input: Input) {
  const model = wire.findModel(context, input.name);
  if (!input.source) throw errors.parameterMissing('source');
  const version = nextVersion(context, model.name);
  const properties = {
    'mlflow.source': String(input.source),
    ...(input.model_id ? { 'mlflow.modelId': input.model_id } : {}),
  };
  const stored = context.resources.put(`models/${model.name}/versions/${version}`, {
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
  updateModel(context, model.name, { latestVersion: version, nextVersion: nextVersion(context, model.name) });
  return { model_version: wire.toModelVersion(context, model.name, stored) };
}

function searchVersions(context: AzureMlContext, input: Input) {
  const { resources } = context;
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

function transitionStage(context: AzureMlContext, input: Input) {
  const version = wire.findVersion(context, input.name, input.version);
  const stage = checkStage(input.stage);
  for (const other of context.resources.list(`models/${input.name}/versions`)) {
    const leaves = String(input.archive_existing_versions) === 'true' && other.properties.stage === stage;
    if (leaves && other.name !== version.name) putVersion(context, input.name, other, { stage: 'Archived' });
  }
  return putVersion(context, input.name, version, { stage });
}

export function modelVersionEndpoints(context: AzureMlContext): Endpoint[] {
  const found = (input: Input) => wire.findVersion(context, input.name, input.version);
  /** Changes the version that the request names; answers it, or nothing. */
  const changing =
    (change: (version: Resource, input: Input) => Resource['properties'], answers = true): Handle =>
    (input) => {
      const version = found(input);
      const answer = putVersion(context, input.name, version, change(version, input));
      return answers ? answer : {};
    };
  return [
    writes('post', 'model-versions/create', (input) => createVersion(context, input)),
    reads('get', 'model-versions/get', (input) => ({
      model_version: wire.toModelVersion(context, input.name, found(input)),
    })),
    reads('get', 'model-versions/search', (input) => searchVersions(context, input)),
    writes(
      'patch',
      'model-versions/update',
      changing((_version, input) => ({ description: input.description ?? '' })),
    ),
    writes('post', 'model-versions/transition-stage', (input) => transitionStage(context, input)),
    writes('delete', 'model-versions/delete', (input) => {
      context.resources.delete(`models/${input.name}/versions/${found(input).name}`);
      return {};
    }),
    writes(
      'post',
      'model-versions/set-tag',
      changing((version, input) => ({ tags: { ...version.properties.tags, ...tagRecord([input]) } }), false),
    ),
    writes(
      'delete',
      'model-versions/delete-tag',
      changing((version, input) => {
        const { [input.key]: _removed, ...tags } = version.properties.tags ?? {};
        return { tags };
      }, false),
    ),
    reads('get', 'model-versions/get-download-uri', (input) => ({
      artifact_uri: wire.versionArtifactUri(input.name, found(input).name),
    })),
  ];
}
