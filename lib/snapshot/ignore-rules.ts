import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import { type Glob, parseGlob } from './glob.ts';

/** Decides which files of a folder stay out of a snapshot. */
export interface IgnoreRules {
  /** @param path relative to the folder, with `/` */
  excludes(path: string): boolean;
  /** Name of the ignore file that the rules come from, to which a rule can be added; `.amlignore` when there is none. */
  file: string;
}

/**
 * What no snapshot has unless its ignore file takes it in again (`!.git`): on an agent, `.git/config` may hold a token.
 * (azure-ai-ml uploads it.)
 */
const ALWAYS: readonly string[] = ['.git'];

/** Names of ignore files; the first one that a folder has counts. */
export const IGNORE_FILES: readonly string[] = ['.amlignore', '.gitignore'];
/** Every file is compared with every pattern, so there is an end to them. */
const LARGEST_BYTES = 500_000;
const MOST_PATTERNS = 2_000;
const LONGEST_PATTERN = 1_000;

/**
 * The rules of a folder: `.amlignore` if there is one, else `.gitignore`, only in the folder itself; ignore files further
 * down have no effect (azure-ai-ml `_asset_utils.get_ignore_file`). `.git` stays out in any case.
 * @param more patterns that come after those of the file
 * @throws UserError `IgnoreFileTooLarge`
 */
export function readIgnoreRules(folder: string, more: readonly string[] = []): IgnoreRules {
  for (const name of IGNORE_FILES) {
    const file = join(folder, name);
    const stats = statSync(file, { throwIfNoEntry: false });
    // What is not a file, a pipe for example, might never end.
    if (!stats?.isFile()) continue;
    if (stats.size > LARGEST_BYTES) throw tooLarge(file, `${stats.size} bytes`, `${LARGEST_BYTES} bytes`);
    const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
    const lines = text.split(/\r\n|\r|\n/);
    if (lines.length > MOST_PATTERNS) throw tooLarge(file, `${lines.length} lines`, `${MOST_PATTERNS} lines`);
    const longest = Math.max(...lines.map((line) => line.length));
    if (longest > LONGEST_PATTERN)
      throw tooLarge(file, `a line of ${longest} characters`, `${LONGEST_PATTERN} characters`);
    return parseIgnoreRules([...ALWAYS, text, ...more].join('\n'), name);
  }
  return parseIgnoreRules([...ALWAYS, ...more].join('\n'));
}

function tooLarge(file: string, found: string, most: string): UserError {
  return new UserError({
    code: 'IgnoreFileTooLarge',
    message: `The ignore file '${file}' has ${found}, but at most ${most} are allowed.`,
    fix: 'Write patterns of folders instead of single files.',
  });
}

/**
 * Rules with the meaning of Python's `pathspec` "gitwildmatch", which decides per file by the last pattern that matches
 * it. Git itself differs: there nothing below an excluded folder can be included again.
 */
export function parseIgnoreRules(text: string, file = IGNORE_FILES[0]!): IgnoreRules {
  const patterns: { negated: boolean; glob: Glob }[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pattern = line.trim();
    if (pattern === '' || pattern === '/' || pattern.startsWith('#')) continue;
    const negated = pattern.startsWith('!');
    const glob = parseGlob(negated ? pattern.slice(1) : pattern);
    if (glob) patterns.push({ negated, glob });
  }
  patterns.reverse();
  return {
    file,
    excludes(path) {
      const last = patterns.find(({ glob }) => glob.matches(path));
      return last !== undefined && !last.negated;
    },
  };
}
