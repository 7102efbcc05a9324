/** Which repository a pipeline file belongs to. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder above the file that is the root of a Git repository; else the file's own folder. */
export function repositoryOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    // A work tree of `git worktree` has a file of that name.
    if (existsSync(join(folder, '.git'))) return folder;
    if (folder === dirname(folder)) return dirname(file);
  }
}

/** HEAD of the repository that holds the folder, or zeros. */
export function sourceVersion(folder: string): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '0'.repeat(40);
  }
}
