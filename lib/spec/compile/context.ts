import { existsSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { type Snapshot, takeSnapshot } from '../../snapshot/files.ts';
import type { PlanBuilder } from '../plan.ts';
import { textOf, type YamlFile, type YamlNode } from '../yaml.ts';

/** What compiling a file needs to know beside its nodes. */
export interface CompileContext {
  builder: PlanBuilder;
  file: YamlFile;
  /** Messages show paths relative to this folder. */
  shownFrom: string;
  /** Snapshots by absolute path: hashing a folder is the slow part, and steps share folders. */
  snapshots: Map<string, Snapshot>;
  /** Local component files that are being compiled, outermost first; finds files that include themselves. */
  including: string[];
}

/**
 * The content of a local path of the file, relative to the file. A path that is missing or empty is a problem of the
 * field, not an exception, so that all of them are told at once.
 */
export function localSnapshot(context: CompileContext, node: YamlNode, field: string): Snapshot | undefined {
  const written = textOf(node) ?? '';
  const path = resolve(context.file.folder, written.replace(/^file:/, ''));
  const known = context.snapshots.get(path);
  if (known) return known;
  const fail = (message: string): undefined => {
    context.builder.problems.push({ message: `'${field}' ${message}`, place: node.place });
    return undefined;
  };
  if (!existsSync(path)) return fail(`is the local path '${written}', which does not exist next to the file.`);
  try {
    const snapshot = takeSnapshot(path);
    context.snapshots.set(path, snapshot);
    return snapshot;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return fail(
      error.code === 'FolderEmpty'
        ? `is the folder '${written}', which is empty or excluded entirely by its ignore file.`
        : `can't be read: ${error.message}`,
    );
  }
}

/** What a local folder or file is called in tables: its path as seen from the sources. */
export function labelOf({ shownFrom }: CompileContext, { root }: Snapshot): string {
  return relative(shownFrom, root) || basename(root);
}

/**
 * Plans the upload of a local data folder or file to a datastore and gives its URI. The place is named after the content,
 * so unchanged data is found and not uploaded again.
 */
export function planUpload(
  context: CompileContext,
  node: YamlNode,
  field: string,
  datastore: string,
): { uri: string; snapshot: Snapshot } | undefined {
  const snapshot = localSnapshot(context, node, field);
  if (!snapshot) return undefined;
  const name = basename(snapshot.root);
  const folder = `LocalUpload/${snapshot.hash}/`;
  context.builder.addStep(`upload:${datastore}:${snapshot.hash}:${name}`, {
    kind: 'upload',
    label: labelOf(context, snapshot),
    snapshot,
    datastore,
    prefix: snapshot.isFolder ? `${folder}${name}/` : folder,
  });
  return {
    uri: `azureml://datastores/${datastore}/paths/${folder}${name}${snapshot.isFolder ? '/' : ''}`,
    snapshot,
  };
}
