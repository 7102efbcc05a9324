/** A folder that is brought up to date file by file, so that a build never empties what a running task is reading. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Files to be, by their path below the folder with `/`. */
export type Files = Map<string, Uint8Array>;

/** Writes the files that differ, removes every other file below the folder, and returns the paths it wrote. */
export function syncFolder(folder: string, files: Files): string[] {
  const written: string[] = [];
  for (const [path, content] of files) {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target).equals(content)) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    written.push(path);
  }
  for (const path of listFiles(folder)) if (!files.has(path)) rmSync(join(folder, path));
  return written;
}

/** Every file below the folder, as a path with `/`; empty when there is no such folder. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}
