import { createHash } from 'node:crypto';
import type { StoragePorts } from '../../../lib/azure/storage.ts';
import { versionOf } from '../../../lib/azureml/model-choice.ts';
import {
  type ModelFiles,
  openDatastoreFiles,
  openRegistryFiles,
  openWorkspaceFiles,
} from '../../../lib/azureml/model-files.ts';
import { longModelUri, type ModelVersion, putModelVersion } from '../../../lib/azureml/models.ts';
import type { Registry } from '../../../lib/azureml/registries.ts';
import { type AssetRoot, find, path, put } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { copyFiles } from '../../../lib/snapshot/copy.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { copyBody } from './copy-body.ts';
import type { Inputs } from './inputs.ts';
import { progressOf } from './progress.ts';

/** The datastore that every workspace has, to which Azure ML's tools upload models. */
const DATASTORE = 'workspaceblobstore';

/** A version and the place that it is copied from. */
export interface CopySource {
  model: ModelVersion;
  name: string;
  place: { kind: 'registry'; registry: Registry } | { kind: 'workspace'; workspace: Workspace };
  /** ARM path of the workspace that has the job of the model, when it is known. */
  jobsIn: string | undefined;
}

/**
 * Copies a version to a workspace, file by file through this agent: Azure ML has no call for it. The copies are in a folder named
 * after the original, so a copy that was cut off continues there.
 */
export async function copyModelToWorkspace(
  source: CopySource,
  workspace: Workspace,
  { name, version, exclusiveTag }: { name: string; version: string; exclusiveTag: Inputs['exclusiveTag'] },
  { pipeline, clock }: Ports,
): Promise<ModelVersion> {
  const { model } = source;
  const storage = { onSecret: (secret: string) => pipeline.mask(secret), signal: pipeline.signal, clock };
  const { blobs, root } = await openSource(source, storage);
  const files = await listModelFiles(blobs, root, `${source.name}:${versionOf(model)}`);
  const { blobs: target } = await openDatastoreFiles(workspace, DATASTORE, storage);
  const prefix = `promoted/${name}/${version}/${createHash('sha256').update(model.id.toLowerCase()).digest('hex').slice(0, 16)}/`;
  const folder = root.slice(root.lastIndexOf('/') + 1) || 'model';
  const isFile = files.length === 1 && files[0]!.blob.name === root;
  await copyFiles(blobs, files, target, isFile ? prefix : `${prefix}${folder}/`, {
    signal: pipeline.signal,
    onProgress: progressOf({ name, version, place: workspace.label }, pipeline, clock),
  });
  return putModelVersion(workspace, name, version, {
    ...copyBody(model, source.jobsIn, exclusiveTag),
    modelUri: longModelUri(workspace.path, `azureml://datastores/${DATASTORE}/paths/${prefix}${folder}`),
  });
}

function openSource({ model, name, place }: CopySource, ports: Omit<StoragePorts, 'transport'>): Promise<ModelFiles> {
  return place.kind === 'registry'
    ? openRegistryFiles(place.registry, name, versionOf(model), model, ports)
    : openWorkspaceFiles(place.workspace, model, ports);
}

interface EnvironmentVersion {
  properties: Record<string, unknown> & { image?: string; build?: unknown; isAnonymous?: boolean };
}

/** What a client may send of an environment that it has read. */
const WRITABLE = [
  'description',
  'tags',
  'properties',
  'image',
  'condaFile',
  'osType',
  'inferenceConfig',
  'autoRebuild',
];

/** Copies an environment, which is an image and a conda file, to a workspace. */
export async function copyEnvironmentToWorkspace(
  { name, version }: { name: string; version: string },
  from: AssetRoot,
  to: Workspace,
): Promise<void> {
  const below = path('environments', name, 'versions', version);
  const { properties } = (await find<EnvironmentVersion>(from, below))!;
  const given = Object.entries(properties).filter(([member, value]) => WRITABLE.includes(member) && value);
  const isAnonymous = properties.isAnonymous === true;
  await put(to, below, { properties: { ...Object.fromEntries(given), isAnonymous, isArchived: false } });
}
