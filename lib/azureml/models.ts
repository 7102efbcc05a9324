import { listAll } from '../azure/client.ts';
import { hasStatus, oddAnswer } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';
import { STABLE } from './api-versions.ts';
import { assetPath } from './ids.ts';
import { armRequest, type Workspace } from './workspace.ts';

export const MODEL_TYPES = { mlflow: 'mlflow_model', custom: 'custom_model', triton: 'triton_model' } as const;
export type ModelType = keyof typeof MODEL_TYPES;

/** `properties` of a model version as ARM takes and gives them. */
export interface ModelProperties {
  modelUri: string;
  modelType: string;
  description?: string;
  tags?: Record<string, string>;
  properties?: Record<string, string>;
  /** Set by the service from the model's URI. */
  jobName?: string | null;
  isArchived?: boolean;
}

export interface ModelVersion {
  id: string;
  name: string;
  properties: ModelProperties;
  systemData?: { createdAt?: string };
}

/** @throws UserError `AnswerNotUnderstood` when the answer is not a resource */
async function getOrUndefined<T>(workspace: Workspace, below: string): Promise<T | undefined> {
  try {
    const request = armRequest(workspace, 'GET', below, STABLE);
    const { body, text } = await workspace.client.send<(T & { properties?: unknown }) | undefined>(request);
    if (!body?.properties) throw oddAnswer(request.url, 'the properties of the resource', text);
    return body;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

export function findModelVersion(
  workspace: Workspace,
  name: string,
  version: string,
): Promise<ModelVersion | undefined> {
  return getOrUndefined(workspace, `models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`);
}

/** Versions of a model, newest first; empty when there is no such model. */
export async function listModelVersions(workspace: Workspace, name: string, top: number): Promise<ModelVersion[]> {
  const request = armRequest(workspace, 'GET', `models/${encodeURIComponent(name)}/versions`, STABLE);
  const url = new URL(request.url);
  url.searchParams.set('$orderBy', 'createdtime desc');
  url.searchParams.set('$top', String(top));
  try {
    const { body } = await workspace.client.send<{ value?: ModelVersion[] }>({ ...request, url: url.href });
    return body.value ?? [];
  } catch (error) {
    if (hasStatus(error, 404)) return [];
    throw error;
  }
}

/**
 * The newest version of a model by the time of its creation. Undefined only when the service says in every way that there
 * is none, after all pages: the list is served by an index that lags behind, so the container and the names of all models
 * are asked as well.
 * @throws UserError `ModelVersionsUnclear` when the answers contradict each other
 */
export async function findNewestModelVersion(workspace: Workspace, name: string): Promise<ModelVersion | undefined> {
  const below = `models/${encodeURIComponent(name)}`;
  const url = new URL(armRequest(workspace, 'GET', `${below}/versions`, STABLE).url);
  url.searchParams.set('$orderBy', 'createdtime desc');
  url.searchParams.set('$top', '1');
  const first = await firstOf(listAll<ModelVersion>(workspace.client, url.href));
  if (first) return first;
  const container = await getOrUndefined<ModelContainer>(workspace, below);
  const latest = container?.properties?.latestVersion;
  const newest = latest ? await findModelVersion(workspace, name, latest) : undefined;
  if (newest) return newest;
  const contradiction = latest
    ? `its latest version is ${latest}, but that version can't be read`
    : !container && (await listModelNames(workspace)).includes(name)
      ? 'the list of models has it, but the model itself is not found'
      : undefined;
  if (contradiction === undefined) return undefined;
  throw new UserError({
    code: 'ModelVersionsUnclear',
    message: `Azure ML contradicts itself about the model '${name}': ${contradiction}.`,
    fix: 'Run the job again in a minute. To compare with a certain version, write model:<name>:<version>.',
  });
}

/** The first item; undefined for an empty list and for one that is not there (404). */
async function firstOf<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  try {
    for await (const item of items) return item;
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
  return undefined;
}

interface ModelContainer {
  properties?: { latestVersion?: string | null; nextVersion?: string } | null;
}

/** Names of the workspace's models. */
export async function listModelNames(workspace: Workspace): Promise<string[]> {
  const names: string[] = [];
  const { url } = armRequest(workspace, 'GET', 'models', STABLE);
  for await (const { name } of listAll<{ name: string }>(workspace.client, url)) names.push(name);
  return names;
}

/** The version that comes next (`properties.nextVersion` of the container); `1` when there is no such model. */
export async function nextModelVersion(workspace: Workspace, name: string): Promise<string> {
  const container = await getOrUndefined<ModelContainer>(workspace, `models/${encodeURIComponent(name)}`);
  return container?.properties?.nextVersion ?? '1';
}

/** `PUT {workspace}/models/{name}/versions/{version}` */
export async function putModelVersion(
  workspace: Workspace,
  name: string,
  version: string,
  properties: ModelProperties,
): Promise<ModelVersion> {
  const below = assetPath('', 'models', encodeURIComponent(name), encodeURIComponent(version)).slice(1);
  return (
    await workspace.client.send<ModelVersion>(armRequest(workspace, 'PUT', below, STABLE, { body: { properties } }))
  ).body;
}
