import { listAll } from '../azure/client.ts';
import { hasStatus } from '../azure/failures.ts';
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

async function getOrUndefined<T>(workspace: Workspace, below: string): Promise<T | undefined> {
  try {
    return (await workspace.client.send<T>(armRequest(workspace, 'GET', below, STABLE))).body;
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

/** Names of the workspace's models. */
export async function listModelNames(workspace: Workspace): Promise<string[]> {
  const names: string[] = [];
  const { url } = armRequest(workspace, 'GET', 'models', STABLE);
  for await (const { name } of listAll<{ name: string }>(workspace.client, url)) names.push(name);
  return names;
}

/** The version that comes next (`properties.nextVersion` of the container); `1` when there is no such model. */
export async function nextModelVersion(workspace: Workspace, name: string): Promise<string> {
  const container = await getOrUndefined<{ properties?: { nextVersion?: string } }>(
    workspace,
    `models/${encodeURIComponent(name)}`,
  );
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
