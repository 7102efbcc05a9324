/** Which repository a pipeline file belongs to. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { PlannedStep } from './steps/plan.ts';
import { placeText } from './yaml/nodes.ts';

/** The nearest folder above the file that is the root of a Git repository; else the file's own folder. */
export function repositoryOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    // A work tree of `git worktree` has a file of that name.
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}

/**
 * A warning for each file that a task looks for at the repository's root while it is beside the pipeline file: the project
 * may be a folder of a larger repository.
 */
export function misplacedFiles(steps: readonly PlannedStep[], file: string, repository: string): string[] {
  const folder = dirname(file);
  return steps.flatMap(({ definition, inputs, source }) =>
    (definition.inputs ?? []).flatMap(({ name, type }) => {
      const path = inputs.get(name) ?? '';
      const isRelative = type.toLowerCase() === 'filepath' && path !== '' && !path.includes('$(') && !isAbsolute(path);
      if (!isRelative || existsSync(join(repository, path)) || !existsSync(join(folder, path))) return [];
      return [
        `${placeText(source.inputsAt.get(name.toLowerCase()) ?? source.at)}: '${path}' is beside the pipeline file, but not in the repository ${repository}, where the task looks for it. Use --repository ${folder} if that is the project's root.`,
      ];
    }),
  );
}

/** HEAD of the repository that holds the folder, or zeros. */
export function sourceVersion(folder: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '0'.repeat(40);
  }
}
