/** `checkout:`: a repository's content lands in the sources folder, or below it when the job has several checkouts. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { BuiltinContext, Repository } from './context.ts';

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

/** `path` starts at Agent.BuildDirectory; without it a job's only repository is the sources folder itself. */
function targetOf({ state, inputs, severalCheckouts }: BuiltinContext, repository: Repository): string {
  const { variables } = state.job;
  const build = variables.get('Agent.BuildDirectory')!;
  const path = inputs.get('path');
  if (!path) {
    const sources = variables.get('Build.SourcesDirectory')!;
    return severalCheckouts ? join(sources, repository.name) : sources;
  }
  const target = join(build, path);
  if (relative(build, target).startsWith('..'))
    throw new Error(`Input path '${path}' should resolve to a directory under '${build}'.`);
  return target;
}

/** Copies the repository that the step names; a lone checkout with a `path` moves the sources folder there. */
export async function runCheckout(context: BuiltinContext): Promise<void> {
  const { state, inputs, repositories, severalCheckouts } = context;
  const name = inputs.get('repository') ?? '';
  if (name.toLowerCase() === 'none') return;
  const repository = repositories.find(({ alias }) => alias.toLowerCase() === name.toLowerCase());
  if (!repository) throw new Error(`There is no repository '${name}'.`);
  if (!existsSync(repository.folder)) throw new Error(`The sources folder ${repository.folder} does not exist.`);
  const target = targetOf(context, repository);
  const { variables } = state.job;
  if (!severalCheckouts)
    for (const variable of ['Build.SourcesDirectory', 'System.DefaultWorkingDirectory'])
      variables.set(variable, target);
  if (!severalCheckouts || repository.alias === 'self') variables.set('Build.Repository.LocalPath', target);
  state.write(`Syncing repository: ${repository.name} (Git)`);
  copySources(repository.folder, target, repository.excluded);
  state.write(`Copied ${repository.folder} to ${target} (${repository.commit})`);
}
