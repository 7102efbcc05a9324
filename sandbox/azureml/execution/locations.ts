/** From what a job says about an input to the blobs behind it. */
import type { AzureMlContext, BlobLocation } from '../../contracts.ts';
import { artifactFolder } from '../history/run.ts';
import type { RunStore } from '../history/run-store.ts';
import { assetKindOf, datastoreUri, findAsset } from './references.ts';

/** URI that an asset's resource points at: data `dataUri`, model `modelUri`, code `codeUri`. */
export function assetUri(properties: Record<string, any>): string | undefined {
  return properties.dataUri ?? properties.modelUri ?? properties.codeUri;
}

/** `azureml://jobs/{job}/outputs/{name}[/paths/{path}]` -> the URI below that output of the run; undefined when unknown. */
export function jobOutputUri(context: AzureMlContext, store: RunStore, uri: string): string | undefined {
  const match = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths)?(?:\/(.*))?$/.exec(uri);
  if (!match) return undefined;
  const [, job, output, path = ''] = match as unknown as [string, string, string, string | undefined];
  const run = store.get(job);
  // `artifacts` and `default` are names of the run's own artifact folder.
  const isArtifacts = output === 'artifacts' || output === 'default';
  const base = isArtifacts
    ? datastoreUri(context, 'workspaceartifactstore', artifactFolder(job))
    : run?.outputUris[output];
  return base && (path ? `${base.replace(/\/$/, '')}/${path}` : base);
}

/** `runs:/{run}/{path}` and `azureml://artifacts/ExperimentRun/dcid.{run}/{path}`: MLflow's names of run artifacts. */
export function runArtifactUri(context: AzureMlContext, uri: string): string | undefined {
  const match = /^(?:runs:\/|azureml:\/\/artifacts\/ExperimentRun\/dcid\.)([^/]+)\/(.*)$/.exec(uri);
  return match
    ? datastoreUri(context, 'workspaceartifactstore', `${artifactFolder(match[1]!)}/${match[2]}`)
    : undefined;
}

/** Follows references until a URI that names storage is left; undefined when something on the way doesn't exist. */
export function resolveUri(
  context: AzureMlContext,
  store: RunStore,
  reference: string,
  inputType: string,
): string | undefined {
  const direct = jobOutputUri(context, store, reference) ?? runArtifactUri(context, reference);
  if (direct) return direct;
  if (/^https?:\/\//.test(reference) || /\/datastores\//.test(reference)) return reference;
  const asset = findAsset(context, reference, assetKindOf(inputType));
  const uri = asset && assetUri(asset.properties);
  return uri && uri !== reference ? resolveUri(context, store, uri, inputType) : undefined;
}

/** Blobs behind an input; throws an Error that names what could not be found. */
export function locateInput(
  context: AzureMlContext,
  store: RunStore,
  reference: string,
  inputType: string,
): BlobLocation {
  const uri = resolveUri(context, store, reference, inputType);
  const location = uri && context.blobs.locate(uri);
  if (!location) throw new Error(`Unable to resolve ${inputType} '${reference}' in this workspace.`);
  return location;
}
