/** `checkout: self`: the repository's content lands in the sources folder. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BuiltinContext } from './context.ts';

/** What no repository holds although the folder on disk may. */
const neverCopied = new Set(['.git', 'node_modules', '__pycache__']);

/** Copies a folder's content without what is never checked in and without the folders in `excluded`. */
export function copySources(from: string, to: string, excluded: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (neverCopied.has(entry.name) || excluded.includes(source)) continue;
    if (entry.isDirectory()) copySources(source, target, excluded);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else if (entry.isFile()) copyFileSync(source, target);
  }
}

export async function runCheckout({ state, inputs, repository }: BuiltinContext): Promise<void> {
  const name = inputs.get('repository')?.toLowerCase() ?? '';
  if (name === 'none') return;
  if (name !== 'self')
    throw new Error(`The sandbox has only the repository 'self', not '${inputs.get('repository')}'.`);
  if (!existsSync(repository.folder)) throw new Error(`The sources folder ${repository.folder} does not exist.`);
  const target = state.job.variables.get('Build.SourcesDirectory')!;
  state.write(`Syncing repository: ${repository.name} (Git)`);
  copySources(repository.folder, target, repository.excluded);
  state.write(`Copied ${repository.folder} to ${target} (${repository.commit})`);
}
