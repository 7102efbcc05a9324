/** Model resources of the workspace as MLflow's model registry shows them. */
import type { AzureMlContext, Resource } from '../../contracts.ts';
import * as errors from './errors.ts';

const ALIAS = 'mlflow.alias.';

/** The model container; throws RESOURCE_DOES_NOT_EXIST. */
export function findModel(context: AzureMlContext, name: unknown): Resource {
  const model = context.resources.get(`models/${name}`);
  if (!model) throw errors.modelNotFound(name);
  return model;
}

/** One version of a model; throws RESOURCE_DOES_NOT_EXIST. */
export function findVersion(context: AzureMlContext, name: unknown, version: unknown): Resource {
  const found = context.resources.get(`models/${name}/versions/${version}`);
  if (!found) throw errors.versionNotFound(name, version);
  return found;
}

/** Alias -> version; kept in the container's properties, which ARM has for such things. */
export function aliasesOf(model: Resource): Record<string, string> {
  const all = Object.entries<string>(model.properties.properties ?? {}).filter(([key]) => key.startsWith(ALIAS));
  return Object.fromEntries(all.map(([key, version]) => [key.slice(ALIAS.length), version]));
}

/** Sets (or with no version removes) an alias of the model. */
export function setAlias(context: AzureMlContext, model: Resource, alias: string, version?: string): void {
  const { [ALIAS + alias]: _old, ...properties } = model.properties.properties ?? {};
  if (version) properties[ALIAS + alias] = version;
  context.resources.put(`models/${model.name}`, { ...model, properties: { ...model.properties, properties } });
}

const time = (text: string | undefined) => (text ? Date.parse(text) : 0);
const tagList = (tags: Record<string, string> | undefined) =>
  Object.entries(tags ?? {}).map(([key, value]) => ({ key, value }));

/** Where plain MLflow downloads the version from. */
export function versionArtifactUri(name: string, version: string): string {
  return `mlflow-artifacts:/registered-models/${name}/${version}`;
}

export function toModelVersion(context: AzureMlContext, name: string, version: Resource) {
  const { properties, systemData } = version;
  const model = context.resources.get(`models/${name}`);
  const aliases = Object.entries(model ? aliasesOf(model) : {}).filter(([, target]) => target === version.name);
  return {
    name,
    version: version.name,
    creation_timestamp: time(systemData?.createdAt),
    last_updated_timestamp: time(systemData?.lastModifiedAt),
    current_stage: properties.stage || 'None',
    description: properties.description ?? '',
    source: properties.properties?.['mlflow.source'] ?? properties.modelUri,
    run_id: properties.jobName ?? '',
    status: 'READY',
    tags: tagList(properties.tags),
    aliases: aliases.map(([alias]) => alias),
    ...(properties.properties?.['mlflow.modelId'] ? { model_id: properties.properties['mlflow.modelId'] } : {}),
  };
}

/** Versions that MLflow calls latest: the newest of every stage. */
export function latestVersions(context: AzureMlContext, name: string, stages: string[] = []) {
  const newest = new Map<string, Resource>();
  for (const version of context.resources.list(`models/${name}/versions`))
    newest.set(version.properties.stage || 'None', version);
  const chosen = [...newest].filter(([stage]) => stages.length === 0 || stages.includes(stage));
  return chosen.map(([, version]) => toModelVersion(context, name, version));
}

export function toRegisteredModel(context: AzureMlContext, model: Resource) {
  return {
    name: model.name,
    creation_timestamp: time(model.systemData?.createdAt),
    last_updated_timestamp: time(model.systemData?.lastModifiedAt),
    description: model.properties.description ?? '',
    latest_versions: latestVersions(context, model.name),
    tags: tagList(model.properties.tags),
    aliases: Object.entries(aliasesOf(model)).map(([alias, version]) => ({ alias, version })),
  };
}
