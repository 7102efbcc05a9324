import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { type IgnoreRules, readIgnoreRules } from './ignore-rules.ts';

/** A file of a snapshot. */
export interface SnapshotFile {
  /** Absolute path. */
  path: string;
  /** Path in the snapshot, with `/`. */
  name: string;
  /** Bytes. */
  size: number;
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

/**
 * Takes stock of a folder (minus what its ignore file excludes) or of a single file.
 * @throws UserError `FolderEmpty`, `LinkLoop`
 */
export function takeSnapshot(root: string): Snapshot {
  const isFolder = statSync(root).isDirectory();
  const files = isFolder
    ? walk(root, readIgnoreRules(root))
    : [{ path: root, name: basename(root), size: statSync(root).size }];
  if (files.length === 0) {
    throw new UserError({
      code: 'FolderEmpty',
      message: `The folder '${root}' is empty, or its ignore file excludes everything in it.`,
      fix: 'Add files to it, change its .amlignore or .gitignore, or remove the reference to it.',
    });
  }
  return { root, isFolder, files, size: files.reduce((sum, file) => sum + file.size, 0), hash: hashFiles(files) };
}

/** Files below the folder; symbolic links are followed, and a link keeps its own name. */
function walk(root: string, rules: IgnoreRules): SnapshotFile[] {
  const files: SnapshotFile[] = [];
  const visit = (folder: string, prefix: string, parents: string[]): void => {
    const real = realpathSync(folder);
    if (parents.includes(real)) {
      throw new UserError({
        code: 'LinkLoop',
        message: `The folder '${folder}' is a symbolic link to one of its own parents.`,
        fix: 'Remove the link or exclude it in .amlignore.',
      });
    }
    for (const entry of readdirSync(folder)) {
      const path = join(folder, entry);
      const name = prefix + entry;
      const stats = statSync(path, { throwIfNoEntry: false });
      if (!stats) continue; // a link to nothing
      if (stats.isDirectory()) visit(path, `${name}/`, [...parents, real]);
      else if (stats.isFile() && !rules.excludes(name)) files.push({ path, name, size: stats.size });
    }
  };
  visit(root, '', []);
  return files;
}

/**
 * The hash that Azure ML itself computes from the uploaded blobs and compares (azure-ai-ml
 * `_asset_utils._get_file_list_content_hash`, version 202208): the count; then for every file, sorted by lower-case name,
 * `#name#` and its size; then their contents in the same order.
 */
export function hashFiles(files: readonly SnapshotFile[]): string {
  const sorted = files
    .map((file) => ({ file, key: Buffer.from(file.name.toLowerCase()) }))
    .sort((a, b) => Buffer.compare(a.key, b.key)) // UTF-8 order is Python's code point order
    .map(({ file }) => file);
  const hash = createHash('sha256').update(String(sorted.length));
  for (const { name, size } of sorted) hash.update(`#${name}#`).update(String(size));
  const buffer = Buffer.allocUnsafe(1 << 20);
  for (const { path } of sorted) {
    const descriptor = openSync(path, 'r');
    try {
      for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer))
        hash.update(buffer.subarray(0, read));
    } finally {
      closeSync(descriptor);
    }
  }
  return hash.digest('hex');
}
