/** Where the URIs of Azure ML point in the workspace's storage account. */
import type { BlobLocation, Resource, ResourceStore } from '../contracts.ts';

/** What a URI is resolved against. */
export interface LocationContext {
  accountName: string;
  resources: Pick<ResourceStore, 'get'>;
}

const datastoreUri = /^azureml:\/\/(?:subscriptions\/.+?\/workspaces\/[^/]+\/)?datastores\/([^/]+)\/(?:paths\/)?(.*)$/i;
const jobOutputUri = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/i;
const runUri = /^(?:runs:\/|azureml:\/\/experiments\/[^/]+\/runs\/|azureml:\/\/runs\/)\/?([^/]+)(?:\/(.*))?$/i;
const artifactUri = /^azureml:\/\/artifacts\/ExperimentRun\/(.*)$/i;
const assetId = /\/(data|models|codes)\/([^/]+)\/versions\/([^/?]+)/i;

/** Folder of a run's artifacts (`logs`, `outputs`) in the datastore `workspaceartifactstore`. */
export const runArtifactsFolder = (runId: string): string => `ExperimentRun/dcid.${runId}`;

/**
 * Where a URI points: blob URLs of the account, `azureml://datastores/...` (short and long), job outputs, run artifacts,
 * and ids of data, model and code versions. Undefined when it points elsewhere or at something that doesn't exist.
 */
export function locateUri(uri: string, context: LocationContext): BlobLocation | undefined {
  const datastore = datastoreUri.exec(uri);
  if (datastore) return inDatastore(datastore[1]!, datastore[2]!, context);
  const output = jobOutputUri.exec(uri);
  if (output) return jobOutput(output[1]!, output[2]!, output[3] ?? '', context);
  const artifact = artifactUri.exec(uri);
  if (artifact) return inDatastore('workspaceartifactstore', `ExperimentRun/${artifact[1]}`, context);
  const run = runUri.exec(uri);
  if (run) return inDatastore('workspaceartifactstore', join(runArtifactsFolder(run[1]!), run[2] ?? ''), context);
  if (/^https:/i.test(uri)) return blobUrl(uri, context.accountName);
  const asset = assetId.exec(uri);
  if (asset) return assetVersion(asset[1]!.toLowerCase(), asset[2]!, asset[3]!, context);
  const short = /^azureml:([^:/]+):([^:/]+)$/.exec(uri);
  if (short) {
    return assetVersion('data', short[1]!, short[2]!, context) ?? assetVersion('models', short[1]!, short[2]!, context);
  }
  return undefined;
}

function inDatastore(name: string, path: string, { resources }: LocationContext): BlobLocation | undefined {
  const container = resources.get(`datastores/${name}`)?.properties.containerName;
  return container === undefined ? undefined : { container, path: path.replace(/^\/+/, '') };
}

function jobOutput(job: string, output: string, path: string, context: LocationContext): BlobLocation | undefined {
  const inside = output === 'artifacts' || output === 'default';
  if (inside) return inDatastore('workspaceartifactstore', join(runArtifactsFolder(job), path), context);
  const { outputLocations, outputs } = context.resources.get(`jobs/${job}`)?.properties ?? {};
  const uri: string | undefined = outputLocations?.[output] ?? outputs?.[output]?.uri;
  const root = uri && !uri.startsWith('azureml://jobs/') ? locateUri(uri, context) : undefined;
  if (root) return { ...root, path: join(root.path, path) };
  // Without an own uri a named output lands on the default datastore under azureml/{job}/{output}/.
  return inDatastore('workspaceblobstore', join(`azureml/${job}/${output}`, path), context);
}

function assetVersion(kind: string, name: string, version: string, context: LocationContext) {
  const properties: Resource['properties'] | undefined = context.resources.get(
    `${kind}/${name}/versions/${version}`,
  )?.properties;
  const uri = properties?.dataUri ?? properties?.modelUri ?? properties?.codeUri;
  return uri === undefined ? undefined : locateUri(uri, context);
}

function blobUrl(uri: string, accountName: string): BlobLocation | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
  // Any port: a sandbox started again with --data may have got another one.
  if (url.hostname !== `${accountName}.blob.core.localhost`) {
    if (url.hostname !== '127.0.0.1' || parts.shift() !== accountName) return undefined;
  }
  const [container, ...path] = parts;
  return container === undefined ? undefined : { container, path: path.join('/') };
}

const join = (...parts: string[]): string => parts.filter(Boolean).join('/').replace(/\/+/g, '/');
