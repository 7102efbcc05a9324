import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readdirSync, readSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, relative, sep } from 'node:path';
import { UserError } from '../core/errors.ts';
import { IGNORE_FILES, type IgnoreRules, readIgnoreRules } from './ignore-rules.ts';

/** A file of a snapshot. */
export interface SnapshotFile {
  /** Absolute path. */
  path: string;
  /** Path in the snapshot, with `/`. */
  name: string;
  /** Bytes. */
  size: number;
  /** When it was last written to, in milliseconds. */
  modified: number;
}

/** The content of a local folder or file as it is uploaded. */
export interface Snapshot {
  /** Absolute path of the folder or file. */
  root: string;
  isFolder: boolean;
  files: SnapshotFile[];
  /** Bytes of all files. */
  size: number;
  /** SHA-256 over names, sizes and contents: `hash_sha256` with `hash_version` 202208. */
  hash: string;
}

/** What the code of components never has, beside what their ignore files say (azure-ai-ml `ComponentIgnoreFile`). */
export const COMPONENT_IGNORES: readonly string[] = ['__pycache__'];

/**
 * Takes stock of a folder (minus what its ignore file excludes) or of a single file.
 * @param ignored patterns beside those of the ignore file
 * @param inside real paths of folders that symbolic links may lead into; anywhere when not given
 * @throws UserError `FolderEmpty`, `LinkLoop`, `LinkOutside`, `IgnoreFileTooLarge`
 */
export function takeSnapshot(root: string, ignored: readonly string[] = [], inside?: readonly string[]): Snapshot {
  const isFolder = statSync(root).isDirectory();
  if (!isFolder) return snapshotOf(root, isFolder, [fileOf(root, fileName(root))]);
  const rules = readIgnoreRules(root, ignored);
  return snapshotOf(root, isFolder, walk(root, rules, inside), rules.file);
}

/**
 * A snapshot of files that were gathered.
 * @param ignoreFile in force, in which more files can be excluded: another one might put it out of force
 * @throws UserError `FolderEmpty`, `FileNameInvalid`
 */
export function snapshotOf(
  root: string,
  isFolder: boolean,
  files: SnapshotFile[],
  ignoreFile = IGNORE_FILES[0]!,
): Snapshot {
  if (files.length === 0) {
    throw new UserError({
      code: 'FolderEmpty',
      message: `The folder '${root}' is empty, or its ignore file excludes everything in it.`,
      fix: 'Add files to it, change its .amlignore or .gitignore, or remove the reference to it.',
    });
  }
  const odd = files.find(({ name }) => name.includes('\\'));
  if (odd) throw backslash(odd.path, ignoreFile);
  return { root, isFolder, files, size: files.reduce((sum, file) => sum + file.size, 0), hash: hashFiles(files) };
}

export function fileOf(path: string, name: string): SnapshotFile {
  const { size, mtimeMs } = statSync(path);
  return { path, name, size, modified: mtimeMs };
}

/** A single file that is a symbolic link goes by the name of what it leads to (azure-ai-ml `get_content_hash`). */
function fileName(path: string): string {
  return basename(realpathSync(path));
}

/**
 * Files below the folder; symbolic links are followed, and a link keeps its own name. The rules see files below a linked
 * folder where they really are (azure-ai-ml `traverse_directory`).
 */
function walk(root: string, rules: IgnoreRules, inside: readonly string[] | undefined): SnapshotFile[] {
  const files: SnapshotFile[] = [];
  let visited = 0;
  let linked = 0;
  const realRoot = realpathSync(root);
  const visit = (folder: string, prefix: string, parents: string[]): void => {
    const real = realpathSync(folder);
    const place = relative(realRoot, real).split(sep).join('/');
    if (parents.includes(real)) {
      if (rules.excludes(`${prefix}x`)) return; // nothing of it would be taken
      throw linkLoop(folder, rules.file);
    }
    if (prefix !== '' && `${place}/` !== prefix && ++linked > MOST_LINKED)
      throw tooManyFiles(root, MOST_ENTRIES, rules.file);
    for (const entry of readdirSync(folder)) {
      const path = folder + sep + entry;
      const name = prefix + entry;
      const stats = followed(path, inside, rules.file, () => rules.excludes(name) || rules.excludes(`${name}/x`));
      if (!stats) continue;
      if (++visited > MOST_ENTRIES) throw tooManyFiles(root, MOST_ENTRIES, rules.file);
      if (stats.isDirectory()) visit(path, `${name}/`, [...parents, real]);
      else if (stats.isFile() && !rules.excludes(place ? `${place}/${entry}` : entry))
        files.push({ path, name, size: stats.size, modified: stats.mtimeMs });
    }
  };
  visit(root, '', []);
  return files;
}

function backslash(path: string, ignoreFile: string): UserError {
  return new UserError({
    code: 'FileNameInvalid',
    message: `The path '${path}' contains a backslash, which Azure Storage reads as the end of a folder's name.`,
    fix: `Rename the file or exclude it in ${ignoreFile}.`,
  });
}

/** Links to folders of links can mean more files than there are letters to name them, and links take long to follow. */
const MOST_LINKED = 10_000;
const MOST_ENTRIES = 1_000_000;

export function tooManyFiles(root: string, most: number, ignoreFile: string): UserError {
  return new UserError({
    code: 'TooManyFiles',
    message: `The folder '${root}' has more than ${most} files and folders, or more than ${MOST_LINKED} folders behind symbolic links.`,
    fix: `Exclude what the job does not need in ${ignoreFile}.`,
  });
}

export function linkLoop(folder: string, ignoreFile: string): UserError {
  return new UserError({
    code: 'LinkLoop',
    message: `The folder '${folder}' is a symbolic link to one of its own parents.`,
    fix: `Remove the link or exclude it in ${ignoreFile}.`,
  });
}

/**
 * What is at a path, or what a symbolic link there leads to; undefined for a link to nothing.
 * @param ignoreFile in force
 * @param isExcluded asked of a link that leads out
 * @throws UserError `LinkOutside`: a link could bring any file of the agent into what is uploaded
 */
export function followed(
  path: string,
  inside: readonly string[] | undefined,
  ignoreFile: string,
  isExcluded: () => boolean = () => false,
): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isSymbolicLink()) return stats;
  const target = statSync(path, { throwIfNoEntry: false });
  if (target && inside && !isInside(realpathSync(path), inside)) {
    if (isExcluded()) return undefined;
    throw new UserError({
      code: 'LinkOutside',
      message: `The symbolic link '${path}' leads out of the repository.`,
      fix: `Remove it, exclude it in ${ignoreFile}, or put what it leads to into the repository.`,
    });
  }
  return target;
}

/** @param path real path */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}

/**
 * The hash that Azure ML itself computes from the uploaded blobs and compares (azure-ai-ml
 * `_asset_utils._get_file_list_content_hash`, version 202208): the count; then for every file, sorted by lower-case name,
 * `#name#` and its size; then their contents in the same order.
 */
export function hashFiles(files: readonly SnapshotFile[]): string {
  const sorted = files
    .map((file) => ({ file, key: Buffer.from(file.name.toLowerCase()) }))
    // UTF-8 order is Python's code point order; names that differ in case alone are in their own order
    .sort((a, b) => Buffer.compare(a.key, b.key) || Buffer.compare(Buffer.from(a.file.name), Buffer.from(b.file.name)))
    .map(({ file }) => file);
  const hash = createHash('sha256').update(String(sorted.length));
  for (const { name, size } of sorted) hash.update(`#${name}#`).update(String(size));
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const { path, size } of sorted) {
    const descriptor = openSync(path, 'r');
    try {
      for (let left = size; left > 0; ) {
        const read = readSync(descriptor, buffer);
        if (read === 0) break; // shorter than it was
        hash.update(buffer.subarray(0, read));
        left -= read;
      }
    } finally {
      closeSync(descriptor);
    }
  }
  return hash.digest('hex');
}
