import { readdir, rm } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Pipeline } from '../../../lib/pipelines/pipeline.ts';
import { messages } from './messages.ts';

/** Files that an interrupted download left, to continue them. */
const PARTIAL = /\.[0-9a-f]{8}\.part$/;

/** Removes what is in the folder and not of the model. @param paths its files, and what an interrupted download of them left */
export async function clean(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of await strangers(folder, paths)) await rm(join(folder, path));
}

/** Says that there are files of something else, which would be taken for the model's. */
export async function reportOthers(folder: string, paths: readonly string[], pipeline: Pipeline): Promise<void> {
  const [example, ...more] = (await strangers(folder, paths)).filter((path) => !PARTIAL.test(path));
  if (example === undefined) return;
  pipeline.warn(pipeline.message(messages.Others, { folder, count: more.length + 1, example }));
}

async function strangers(folder: string, paths: readonly string[]): Promise<string[]> {
  const own = new Set(paths);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !own.has(path))
    .sort();
}
