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
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { copyFiles } from '../../../lib/snapshot/copy.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { copyBody } from './copy-body.ts';
import { messages } from './messages.ts';
import { progressOf } from './progress.ts';

/** Refusals that say that the registry does not import such a thing; any other one is an error. */
const NO_IMPORT = [400, 404, 405, 415, 501];

/**
 * Copies a version of a model to a registry: by the registry's own import where it does that, else file by file through this agent.
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
  const refused = await tryImport(workspace, registry, from, target, ports);
  if (refused === undefined) return waitFor<ModelVersion>(registry, { kind: 'models', ...target }, ports);
  ports.pipeline.say(messages.ImportRefused, { place: registry.label, reason: messageOf(refused) });
  return streamToRegistry(source, workspace, registry, target, ports);
}

/** Copies an environment or a component, which only the registry itself can do. */
export async function copyAssetToRegistry(
  asset: AssetName,
  workspace: Workspace,
  registry: Registry,
  ports: Ports,
): Promise<void> {
  const refused = await tryImport(workspace, registry, asset, asset, ports);
  if (refused !== undefined) throw refused;
  await waitFor<object>(registry, asset, ports);
}

/** @returns the refusal, when the registry does not import such a thing */
async function tryImport(
  workspace: Workspace,
  registry: Registry,
  from: AssetName,
  target: Pick<AssetName, 'name' | 'version'>,
  { pipeline, clock }: Ports,
): Promise<unknown> {
  pipeline.say(messages.Importing, { place: registry.label, ...target });
  try {
    await importAsset(registry, workspace, from, target, { clock, signal: pipeline.signal });
  } catch (error) {
    // Somebody was faster, or an import that was cut off here has gone on there.
    if (hasStatus(error, 409)) return undefined;
    if (error instanceof AzureError && NO_IMPORT.includes(error.status)) return error;
    throw error;
  }
  return undefined;
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
  const body = { ...copyBody(source, workspace.path), modelUri };
  return putRegistryVersion<ModelVersion>(registry, asset, body, { clock, signal: pipeline.signal });
}
