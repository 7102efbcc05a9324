import { existsSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, parse, relative, resolve, win32 } from 'node:path';
import { UserError } from '../core/errors.ts';
import { isInside, type Snapshot, takeSnapshot } from '../snapshot/files.ts';
import type { CompileContext } from './context.ts';
import { readYaml, textOf, type YamlFile, type YamlNode } from './yaml/yaml.ts';

/**
 * Where a local path of the file leads. Absolute paths are refused: they hold on one machine at best, and what is read
 * should be what the repository brings.
 */
export function localPath({ builder, file }: CompileContext, node: YamlNode, field: string): string | undefined {
  const written = (textOf(node) ?? '').replace(/^file:/, '');
  if (written === '') {
    builder.problems.push({ message: `'${field}' must be a local path, but is empty.`, place: node.place });
    return undefined;
  }
  if (!isAbsolute(written) && !win32.isAbsolute(written)) return resolve(file.folder, written);
  builder.problems.push({
    message: `'${field}' must be relative to this file, for example './src', but '${written}' is an absolute path.`,
    place: node.place,
  });
  return undefined;
}

/**
 * The YAML file at a local path of the file. What is wrong with it becomes a problem: at its own places, else at the node's.
 * @returns undefined when there is none to go on with
 */
export function readLocalYaml(context: CompileContext, node: YamlNode, field: string): YamlFile | undefined {
  const path = localPath(context, node, field);
  return path === undefined ? undefined : readYamlAt(context, path, node, field);
}

/** The same for a path that is known. */
export function readYamlAt(context: CompileContext, path: string, node: YamlNode, field: string): YamlFile | undefined {
  const { builder, shownFrom } = context;
  const wrong = whatIsWrong(context, path, textOf(node) ?? '');
  if (wrong && existsSync(path)) {
    builder.problems.push({ message: `'${field}' ${wrong}`, place: node.place });
    return undefined;
  }
  try {
    return readYaml(path, shownFrom);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.problems.length > 0) builder.problems.push(...error.problems);
    else builder.problems.push({ message: `'${field}': ${error.message}`, place: node.place });
    return undefined;
  }
}

/**
 * The content of a local path of the file, relative to the file. A path that is missing or empty is a problem of the
 * field, not an exception, so that all of them are reported together.
 */
export function localSnapshot(
  context: CompileContext,
  node: YamlNode,
  field: string,
  ignored: readonly string[] = [],
): Snapshot | undefined {
  const written = textOf(node) ?? '';
  const path = localPath(context, node, field);
  if (path === undefined) return undefined;
  const key = [path, ...ignored].join('\n');
  const known = context.snapshots.get(key);
  if (known) return known;
  const fail = (message: string): undefined => {
    context.builder.problems.push({ message: `'${field}' ${message}`, place: node.place });
    return undefined;
  };
  const wrong = whatIsWrong(context, path, written);
  if (wrong) return fail(wrong);
  try {
    const snapshot = takeSnapshot(path, ignored, linkTargets(context, path));
    context.snapshots.set(key, snapshot);
    return snapshot;
  } catch (error) {
    return fail(snapshotFailure(error, written));
  }
}

/** Why a local path can't be taken into a snapshot; undefined when it can. */
export function whatIsWrong(context: CompileContext, path: string, written: string): string | undefined {
  const stats = statsOf(path);
  if (!stats && written.includes('\\') && statsOf(path.replaceAll('\\', '/')))
    return `is '${written}', but local paths are written with '/'. Write '${written.replaceAll('\\', '/')}'.`;
  if (!stats) return `is the local path '${written}', which does not exist. Paths are relative to this file.`;
  // Devices never end, and the root of a disk nearly so.
  if (!stats.isFile() && !stats.isDirectory()) return `must be a file or folder, but '${written}' is neither.`;
  if (path === parse(path).root) return `is '${written}', the root of the file system. Name the folder that is needed.`;
  return isInside(realpathSync(path), linkTargets(context, path))
    ? undefined
    : `is '${written}', a symbolic link to a place outside the repository. Put what it leads to into the repository.`;
}

/**
 * Where symbolic links may lead: into the repository, and into what the file names by a relative path that leads out of it.
 * Else a link in a pull request could bring any file of the agent into what is uploaded.
 */
export function linkTargets({ tree }: CompileContext, path: string): string[] {
  const isNamed = !isInside(path, [tree.path]);
  return [tree.real, ...(isNamed && existsSync(path) ? [join(realpathSync(dirname(path)), basename(path))] : [])];
}

/** What a failure to read a folder means for the field that names it. */
export function snapshotFailure(error: unknown, written: string): string {
  if (error instanceof UserError)
    return error.code === 'FolderEmpty'
      ? `is the folder '${written}', which is empty, or its ignore file excludes everything in it.`
      : `can't be read: ${error.message} ${error.fix}`;
  // A file that may not be read is the user's to fix as well.
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return `is '${written}', which can't be read: ${code}.`;
}

/** Undefined for what is not there, and for what can't be: a name with a NUL, or one that is too long. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
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
