import { openBlobFiles } from '../../../lib/azure/blob-files.ts';
import { type CodeVersion, openCodeFiles } from '../../../lib/azureml/model-files.ts';
import type { Registry } from '../../../lib/azureml/registries.ts';
import { type AssetName, openPendingUpload } from '../../../lib/azureml/registry-writes.ts';
import { find, path, put } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import type { Ports } from '../../../lib/pipelines/run-task.ts';
import { copyFiles } from '../../../lib/snapshot/copy.ts';
import { listModelFiles } from '../../../lib/snapshot/model-folder.ts';
import { type ComponentSpec, componentParts, movedSpec } from './component-parts.ts';
import { progressOf } from './progress.ts';

/** What has components and what they need. */
type Origin = Workspace | Registry;

/** Copies code under its own name, which is its content's: file by file to the container that the workspace opens for it. */
export async function copyCodeToWorkspace(
  asset: AssetName,
  from: Origin,
  to: Workspace,
  { pipeline, clock }: Ports,
): Promise<void> {
  const { name, version } = asset;
  const below = path('codes', name, 'versions', version);
  const code = (await find<CodeVersion>(from, below))!;
  const storage = { onSecret: (secret: string) => pipeline.mask(secret), signal: pipeline.signal, clock };
  const { blobs, root } = await openCodeFiles(from, asset, code, storage);
  const files = await listModelFiles(blobs, root, `${name}:${version}`);
  const { containerUrl, token } = await openPendingUpload(to, asset);
  const renew = async (): Promise<string> => (await openPendingUpload(to, asset)).token;
  const target = await openBlobFiles(containerUrl, [{ kind: 'sas', token, renew }], {
    ...storage,
    transport: to.client.transport,
  });
  const folder = root.slice(root.lastIndexOf('/') + 1);
  const isFile = files.length === 1 && files[0]!.blob.name === root;
  const isBelow = folder !== '' && !isFile;
  await copyFiles(blobs, files, target, isBelow ? `${folder}/` : '', {
    signal: pipeline.signal,
    onProgress: progressOf({ name, version, place: to.label }, pipeline, clock),
  });
  // Without the port, as the service has it.
  const container = containerUrl.replace(/:443(?=\/)/, '');
  const properties = code.properties.properties ?? {};
  await put(to, below, {
    properties: { codeUri: isBelow ? `${container}/${folder}` : container, isAnonymous: true, properties },
  });
}

interface ComponentVersion {
  properties: { componentSpec: ComponentSpec; description?: string | null; tags?: object | null; properties?: object };
}

/** Copies a command component, whose code and environment are there already. */
export async function copyComponentToWorkspace(component: AssetName, from: Origin, to: Workspace): Promise<void> {
  const below = path('components', component.name, 'versions', component.version);
  const { properties: found } = (await find<ComponentVersion>(from, below))!;
  const parts = componentParts(component, found.componentSpec);
  const componentSpec = movedSpec(found.componentSpec, parts, ({ kind, name, version }) =>
    to.idOf(kind, name, version),
  );
  const { tags, properties } = found;
  await put(to, below, {
    properties: {
      componentSpec,
      tags: tags ?? {},
      properties: properties ?? {},
      isAnonymous: false,
      isArchived: false,
    },
  });
}
