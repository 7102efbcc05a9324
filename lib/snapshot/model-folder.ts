import type { BlobFiles, StoredBlob } from '../azure/blob-files.ts';
import { UserError } from '../core/errors.ts';

/** A blob and its path below the model's root: `MLmodel`, `artifacts/net.bin`. */
export interface ModelFile {
  blob: StoredBlob;
  name: string;
}

/**
 * All files of a model: those below its folder, or the one file that it is.
 * @param root path of the folder or file in its container
 * @param model for the message
 * @throws UserError `ModelEmpty`: a model without files is never a success
 */
export async function listModelFiles(
  blobs: Pick<BlobFiles, 'list'>,
  root: string,
  model: string,
): Promise<ModelFile[]> {
  const prefix = root === '' ? '' : `${root}/`;
  const inFolder = (await blobs.list(prefix)).filter(({ name }) => name !== prefix);
  // An empty blob with the name of a folder is how some tools write a folder.
  const folders = new Set(inFolder.flatMap(({ name }) => foldersOf(name)));
  const files = inFolder.filter(({ name, size }) => !(size === 0 && (name.endsWith('/') || folders.has(name))));
  if (files.length > 0) return files.map((blob) => ({ blob, name: blob.name.slice(prefix.length) }));
  const single = (await blobs.list(root)).find(({ name }) => name === root);
  if (single) return [{ blob: single, name: root.slice(root.lastIndexOf('/') + 1) }];
  throw new UserError({
    code: 'ModelEmpty',
    message: `The model ${model} has no files: there is nothing at '${root}' in its storage.`,
    fix: 'Check in Azure ML studio whether its files were deleted, and register the model again.',
  });
}

function foldersOf(name: string): string[] {
  const segments = name.split('/').slice(0, -1);
  return segments.map((_, i) => segments.slice(0, i + 1).join('/'));
}
