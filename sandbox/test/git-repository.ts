/** A Git repository with a history: a first commit, a pull request's branch with one commit, and its merge. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface History {
  first: string;
  /** The commit of the branch. */
  change: string;
  merge: string;
}

/** @param folder that exists; what is in it becomes the first commit. @param workItem that the change's message names */
export function createRepository(folder: string, workItem: number): History {
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  const commit = (message: string): string => {
    git('add', '-A');
    git('commit', '-q', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  const first = commit('The first model');
  git('checkout', '-q', '-b', 'features');
  writeFileSync(join(folder, 'features.txt'), 'tenure\n');
  const change = commit(`Use the tenure of customers\n\nRelated work items: #${workItem}`);
  git('checkout', '-q', 'main');
  git('merge', '-q', '--no-ff', '-m', 'Merged PR 1: Use the tenure', 'features');
  return { first, change, merge: git('rev-parse', 'HEAD') };
}
