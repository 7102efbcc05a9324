import { UserError } from '../core/errors.ts';
import { nameOf } from './ids.ts';
import { type AssetRoot, find, list, names, path, put } from './resources.ts';

export const MODEL_TYPES = { mlflow: 'mlflow_model', custom: 'custom_model', triton: 'triton_model' } as const;
export type ModelType = keyof typeof MODEL_TYPES;

/** The form of a model's version, unlike that of data, environments and components, which can be any text. */
export const MODEL_VERSION = /^[1-9]\d*$/;

/**
 * Reads the version of a model: a whole number above 0, unlike that of data, components and environments, which may be any
 * text. The service refuses others, as 400.
 * @throws UserError `ModelVersionInvalid`
 */
export function parseModelVersion(text: string): string {
  if (MODEL_VERSION.test(text)) return text;
  throw new UserError({
    code: 'ModelVersionInvalid',
    message: `'${text}' is not a whole number above 0, as versions of models are.`,
    fix: 'Leave it empty to get the next version, and keep a version of your own, such as 1.2.0, in a tag.',
  });
}

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
  isAnonymous?: boolean;
  /** A free word, `Development` unless somebody has set it (recorded 2022 to 2026). Of workspaces only. */
  stage?: string | null;
  flavors?: Record<string, unknown> | null;
  /** Of a registry's version: what it was imported from. */
  originAssetId?: string | null;
}

export interface ModelVersion {
  id: string;
  name: string;
  properties: ModelProperties;
  systemData?: { createdAt?: string };
}

export function findModelVersion(root: AssetRoot, name: string, version: string): Promise<ModelVersion | undefined> {
  return find(root, path('models', name, 'versions', version));
}

/** Versions of a model, newest first, `top` at the most; empty when there is no such model. */
export async function listModelVersions(root: AssetRoot, name: string, top: number): Promise<ModelVersion[]> {
  const found: ModelVersion[] = [];
  const query = { $orderBy: 'createdtime desc', $top: String(top) };
  for await (const version of list<ModelVersion>(root, path('models', name, 'versions'), query)) {
    found.push(version);
    if (found.length === top) break;
  }
  return found;
}

/**
 * The newest version of a model by the time of its creation. Undefined only when the service says in every way that there
 * is none, after all pages: the list is served by an index that lags behind, so the container is asked as well, and of two
 * versions the one that was made later counts; where there is neither, the names of all models are asked.
 * @throws UserError `ModelVersionsUnclear` when the answers contradict each other
 */
export async function findNewestModelVersion(root: AssetRoot, name: string): Promise<ModelVersion | undefined> {
  const [first] = await listModelVersions(root, name, 1);
  const container = await find<ModelContainer>(root, path('models', name));
  const latest = container?.properties?.latestVersion ?? undefined;
  const versions = new Set([first && nameOf(first.id), latest].filter((version) => version !== undefined));
  const found: ModelVersion[] = [];
  for (const version of versions) {
    const model = await findModelVersion(root, name, version);
    if (model) found.push(model);
  }
  const [newest] = found.sort((one, other) => createdAt(other) - createdAt(one) || numberOf(other) - numberOf(one));
  if (newest) return newest;
  const contradiction = latest
    ? `its latest version is ${latest}, but that version can't be read`
    : first
      ? `the list of its versions has ${nameOf(first.id)}, but that version can't be read`
      : !container && (await listModelNames(root)).includes(name)
        ? 'the list of models has it, but the model itself is not found'
        : undefined;
  if (contradiction === undefined) return undefined;
  throw new UserError({
    code: 'ModelVersionsUnclear',
    message: `Azure ML contradicts itself about the model '${name}': ${contradiction}.`,
    fix: 'Run the job again in a minute. To compare with a certain version, write model:<name>:<version>.',
  });
}

/** Milliseconds; 0 where the service does not say it. */
function createdAt({ systemData }: ModelVersion): number {
  return Date.parse(systemData?.createdAt ?? '') || 0;
}

function numberOf({ id }: ModelVersion): number {
  return Number(nameOf(id));
}

interface ModelContainer {
  properties?: { latestVersion?: string | null; nextVersion?: string } | null;
}

/** The number of the latest version by the model itself, which does not lag behind as lists do; undefined when there is none. */
export async function findLatestVersion(root: AssetRoot, name: string): Promise<string | undefined> {
  return (await find<ModelContainer>(root, path('models', name)))?.properties?.latestVersion ?? undefined;
}

/** The same version itself. */
export async function findLatestModelVersion(root: AssetRoot, name: string): Promise<ModelVersion | undefined> {
  const latest = await findLatestVersion(root, name);
  return latest === undefined ? undefined : findModelVersion(root, name, latest);
}

/** Names of all models. */
export function listModelNames(root: AssetRoot): Promise<string[]> {
  return names(root, 'models', { most: Number.POSITIVE_INFINITY });
}

/** The version that comes next (`properties.nextVersion` of the container); `1` when there is no such model. */
export async function nextModelVersion(root: AssetRoot, name: string): Promise<string> {
  return (await find<ModelContainer>(root, path('models', name)))?.properties?.nextVersion ?? '1';
}

/** Models name their place by the long URI of a datastore; azure-ai-ml expands the short one before it sends it. */
export function longModelUri(workspacePath: string, uri: string): string {
  const short = /^azureml:\/\/datastores\/(.+)$/.exec(uri);
  if (!short) return uri;
  const [, , subscription, , group, , , , name] = workspacePath.split('/');
  return `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${name}/datastores/${short[1]}`;
}

/** `PUT {workspace}/models/{name}/versions/{version}` */
export async function putModelVersion(
  root: AssetRoot,
  name: string,
  version: string,
  properties: ModelProperties,
): Promise<ModelVersion> {
  return (await put<ModelVersion>(root, path('models', name, 'versions', version), { properties })).body;
}
