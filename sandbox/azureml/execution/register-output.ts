/** Registers what a run wrote as a data or model asset. */

import { outputType } from '../history/output-type.ts';
import type { AssetReference, RunRecord } from '../history/run.ts';
import type { Engine } from './lifecycle.ts';
import { assetId, assetKindOf } from './references.ts';
import type { OutputValue } from './spec.ts';

/** `modelType` of a model asset, by the job's output type. */
const ASSET_MODEL_TYPES: Record<string, string> = {
  custom_model: 'custom_model',
  mlflow_model: 'mlflow_model',
  triton_model: 'triton_model',
};

/** The version after the highest whole number in the collection; "1" when there is none. */
export function nextVersion(engine: Engine, kind: 'data' | 'models', name: string): string {
  const numbers = engine.context.resources.list(`${kind}/${name}/versions`).map((each) => Number(each.name));
  return String(Math.max(0, ...numbers.filter(Number.isInteger)) + 1);
}

function putContainer(engine: Engine, kind: 'data' | 'models', name: string, latest: string, dataType?: string): void {
  const { resources } = engine.context;
  const properties = {
    ...resources.get(`${kind}/${name}`)?.properties,
    ...(dataType ? { dataType } : {}),
    latestVersion: latest,
    nextVersion: nextVersion(engine, kind, name),
    isArchived: false,
  };
  resources.put(`${kind}/${name}`, { properties });
}

/** Creates a version of a data or model asset that points at `uri`, with the run as its origin. */
export function registerAsset(
  engine: Engine,
  asset: { kind: 'data' | 'models'; type: string; name: string; version: string; uri: string },
  run: RunRecord,
): void {
  const { resources } = engine.context;
  const shared = { tags: {}, properties: { 'azureml.runId': run.runId }, isArchived: false, isAnonymous: false };
  const origin = { jobName: run.runId, provisioningState: 'Succeeded' };
  const properties =
    asset.kind === 'models'
      ? {
          ...shared,
          ...origin,
          modelType: ASSET_MODEL_TYPES[asset.type] ?? asset.type,
          modelUri: asset.uri,
          flavors: {},
        }
      : { ...shared, dataType: asset.type, dataUri: asset.uri };
  resources.put(`${asset.kind}/${asset.name}/versions/${asset.version}`, { properties });
  putContainer(engine, asset.kind, asset.name, asset.version, asset.kind === 'data' ? asset.type : undefined);
}

/**
 * The asset reference of a run's output. An output with an asset name becomes a version of that asset; any other gets
 * the service's name for it (`azureml_{run}_output_...`), which is known to the data plane only.
 */
export function registerOutput(
  engine: Engine,
  run: RunRecord,
  name: string,
  output: OutputValue,
  uri: string,
): AssetReference {
  const kind = assetKindOf(output.type) as 'data' | 'models';
  const type = outputType(output.type);
  if (!output.assetName) {
    const anonymous =
      kind === 'data' ? `azureml_${run.runId}_output_data_${name}` : `azureml_${run.runId}_output_${name}`;
    return { assetId: assetId(engine.context, kind, anonymous, '1'), type };
  }
  const version = output.assetVersion ?? nextVersion(engine, kind, output.assetName);
  registerAsset(engine, { kind, type: output.type, name: output.assetName, version, uri }, run);
  return { assetId: assetId(engine.context, kind, output.assetName, version), type };
}
