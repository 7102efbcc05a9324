import { openBlobFiles } from '../../../lib/azure/blob-files.ts';
import { AzureError, hasStatus } from '../../../lib/azure/failures.ts';
import { versionOf } from '../../../lib/azureml/model-choice.ts';
import { openWorkspaceFiles } from '../../../lib/azureml/model-files.ts';
import type { ModelVersion } from '../../../lib/azureml/models.ts';
import type { Registry } from '../../../lib/azureml/registries.ts';
import { type AssetName, importAsset, openUpload, putRegistryVersion } from '../../../lib/azureml/registry-writes.ts';
import { find, path } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { formatDuration } from '../../../lib/core/duration.ts';
import { messageOf, UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { isCopyOf } from '../../../lib/lineage/copied-model.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { copyFiles } from '../../../lib/snapshot/copy.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { type AssetVersion, getVersion, requireSame } from './companions.ts';
import { copyBody } from './copy-body.ts';
import { messages } from './messages.ts';
import { progressOf } from './progress.ts';
import { versionDeleted, versionTaken } from './taken.ts';

/** Refusals that say that the registry does not import such a thing; any other one is an error. */
const NO_IMPORT = [400, 404, 405, 415, 501];

/** `Asset azureml://registries/... was deleted at ..., it cannot be recreated`: no other way of copying would be accepted either. */
const WAS_DELETED = /\bwas deleted\b|\bcan(?:no|')t be recreated\b/i;

/**
 * Copies a version of a model to a registry: by the registry's own import where it does that, else file by file through this agent.
 * @throws UserError `VersionTaken` when somebody else has put another one there in the meantime, or the registry had one and deleted it
 */
export async function copyModelToRegistry(
  source: ModelVersion,
  sourceName: string,
  workspace: Workspace,
  registry: Registry,
  target: Pick<AssetName, 'name' | 'version'>,
  ports: Ports,
): Promise<ModelVersion> {
  const from: AssetName = { kind: 'models', name: sourceName, version: versionOf(source) };
  const asset: AssetName = { kind: 'models', ...target };
  const end = await tryImport(workspace, registry, from, asset, ports);
  if (end.kind !== 'refused') {
    const there = await waitFor<ModelVersion>(registry, asset, ports);
    if (end.kind === 'taken' && !isCopyOf(there, source, workspace.workspaceGuid))
      throw versionTaken({ ...target, place: registry.label }, source.id);
    return there;
  }
  ports.pipeline.say(messages.ImportRefused, { place: registry.label, reason: messageOf(end.error) });
  return streamToRegistry(source, workspace, registry, target, ports);
}

/** Copies an environment or a component, which only the registry itself can do. */
export async function copyAssetToRegistry(
  asset: AssetName,
  workspace: Workspace,
  registry: Registry,
  ports: Ports,
): Promise<void> {
  const end = await tryImport(workspace, registry, asset, asset, ports);
  if (end.kind === 'refused') throw end.error;
  const there = await waitFor<AssetVersion>(registry, asset, ports);
  if (end.kind === 'taken') requireSame(asset, await getVersion(workspace, asset), there, registry.label);
}

/** What came of an import: it has begun; the registry has the version, or is importing it; or it does not import such a thing. */
type ImportEnd = { kind: 'begun' } | { kind: 'taken' } | { kind: 'refused'; error: unknown };

/** @throws UserError `VersionTaken` for a version that the registry had and deleted */
async function tryImport(
  workspace: Workspace,
  registry: Registry,
  from: AssetName,
  { kind, name, version }: AssetName,
  { pipeline, clock }: Ports,
): Promise<ImportEnd> {
  const target = { name, version };
  pipeline.say(messages.Importing, { place: registry.label, ...target });
  try {
    await importAsset(registry, workspace, from, target, { clock, signal: pipeline.signal });
  } catch (error) {
    // Somebody was faster, or an import that was cut off here has gone on there.
    if (hasStatus(error, 409)) return { kind: 'taken' };
    if (error instanceof AzureError && WAS_DELETED.test(error.serviceMessage))
      throw versionDeleted({ kind, ...target, place: registry.label }, error);
    if (error instanceof AzureError && NO_IMPORT.includes(error.status)) return { kind: 'refused', error };
    throw error;
  }
  return { kind: 'begun' };
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;
const SHOW_EVERY_MS = 30_000;
const LONGEST_MS = 30 * 60_000;

/** Waits until an import is there: its answer does not say when. @throws UserError `ImportLate` */
async function waitFor<T extends object>(
  registry: Registry,
  { kind, name, version }: AssetName,
  { pipeline, clock }: Ports,
): Promise<T> {
  const start = clock.now();
  let shown = start;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    pipeline.signal.throwIfAborted();
    const found = await find<T>(registry, path(kind, name, 'versions', version));
    if (found) return found;
    const waited = clock.now() - start;
    if (waited > LONGEST_MS) {
      const limit = formatDuration(LONGEST_MS);
      throw new UserError({
        code: 'ImportLate',
        message: fill(messages.ImportLate, { name, version, limit }),
        fix: fill(messages.ImportLateFix),
      });
    }
    if (clock.now() - shown > SHOW_EVERY_MS) {
      shown = clock.now();
      pipeline.say(messages.StillImporting, { duration: formatDuration(waited) });
    }
    await clock.sleep(pause, pipeline.signal);
  }
}

async function streamToRegistry(
  source: ModelVersion,
  workspace: Workspace,
  registry: Registry,
  { name, version }: Pick<AssetName, 'name' | 'version'>,
  { pipeline, clock }: Ports,
): Promise<ModelVersion> {
  const storage = { onSecret: (secret: string) => pipeline.mask(secret), signal: pipeline.signal, clock };
  const { blobs, root } = await openWorkspaceFiles(workspace, source, storage);
  const files = await listModelFiles(blobs, root, `${name}:${version}`);
  const asset: AssetName = { kind: 'models', name, version };
  const { containerUrl, token } = await openUpload(registry, asset);
  const renew = async (): Promise<string> => (await openUpload(registry, asset)).token;
  const { transport } = registry.client;
  const target = await openBlobFiles(containerUrl, [{ kind: 'sas', token, renew }], { ...storage, transport });
  const folder = root.slice(root.lastIndexOf('/') + 1) || 'model';
  const isFile = files.length === 1 && files[0]!.blob.name === root;
  await copyFiles(blobs, files, target, isFile ? '' : `${folder}/`, {
    signal: pipeline.signal,
    onProgress: progressOf({ name, version, place: registry.label }, pipeline, clock),
  });
  const modelUri = `${containerUrl.replace(/:443(?=\/)/, '')}/${folder}`;
  const body = { ...copyBody(source, workspace.path, undefined), modelUri };
  return putRegistryVersion<ModelVersion>(registry, asset, body, { clock, signal: pipeline.signal });
}
