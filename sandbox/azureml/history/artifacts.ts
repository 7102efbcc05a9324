/** A run's artifacts: blobs below `ExperimentRun/dcid.{run}/` in the workspace's artifact store. */
import type { AzureMlContext, BlobLocation } from '../../contracts.ts';
import { artifactFolder } from './run.ts';

/** Where an artifact is (`''`: the folder of all). A path that leaves the run's folder is refused with an Error. */
export function artifactLocation(context: AzureMlContext, runId: string, path: string): BlobLocation {
  const parts = path.split('/').filter(Boolean);
  if (parts.includes('..')) throw new Error(`Invalid path '${path}'.`);
  const at = context.blobs.locate(`azureml://datastores/workspaceartifactstore/paths/${artifactFolder(runId)}`);
  if (!at) throw new Error('The workspace has no artifact store.');
  return { container: at.container, path: [artifactFolder(runId), ...parts].join('/') };
}

export interface ArtifactEntry {
  /** Path below the run's folder. */
  path: string;
  isFolder: boolean;
  size?: number;
}

/** Every file below `path` of the folder `root`, with its size. */
export async function listBelow(context: AzureMlContext, root: BlobLocation, path: string): Promise<ArtifactEntry[]> {
  const folder = [root.path, ...path.split('/')].filter(Boolean).join('/');
  const blobs = await context.blobs.list({ container: root.container, path: folder });
  return blobs.map((blob) => ({ path: blob.path.slice(root.path.length + 1), isFolder: false, size: blob.size }));
}

/** Every artifact of the run below `path`. */
export async function listAll(context: AzureMlContext, runId: string, path: string): Promise<ArtifactEntry[]> {
  return listBelow(context, artifactLocation(context, runId, ''), path);
}

/** Files and folders directly below `path` of the folder `root`, by name. */
export async function listFolder(context: AzureMlContext, root: BlobLocation, path: string): Promise<ArtifactEntry[]> {
  const folder = path.split('/').filter(Boolean).join('/');
  const prefix = folder ? `${folder}/` : '';
  const entries = new Map<string, ArtifactEntry>();
  for (const file of await listBelow(context, root, folder)) {
    const [first = '', ...deeper] = file.path.slice(prefix.length).split('/');
    const entry = deeper.length > 0 ? { path: prefix + first, isFolder: true } : file;
    entries.set(entry.path, entry);
  }
  return [...entries.values()].sort((a, b) => a.path.localeCompare(b.path));
}
