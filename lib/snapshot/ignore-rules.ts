import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** Decides which files of a folder stay out of a snapshot. */
export interface IgnoreRules {
  /** @param path relative to the folder, with `/` */
  excludes(path: string): boolean;
}

const IGNORE_FILES = ['.amlignore', '.gitignore'];

/**
 * The rules of a folder: `.amlignore` if there is one, else `.gitignore`, only in the folder itself; ignore files further
 * down have no effect (azure-ai-ml `_asset_utils.get_ignore_file`).
 */
export function readIgnoreRules(folder: string): IgnoreRules {
  const file = IGNORE_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  return parseIgnoreRules(file ? readFileSync(file, 'utf8') : '');
}

/**
 * Rules with the meaning of Python's `pathspec` "gitwildmatch", which decides per file by the last pattern that matches
 * it. Git itself differs: there nothing below an excluded folder can be included again. So each pattern is matched alone.
 */
export function parseIgnoreRules(text: string): IgnoreRules {
  const patterns: { negated: boolean; matcher: Ignore }[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pattern = line.trimEnd();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const negated = pattern.startsWith('!');
    patterns.push({
      negated,
      matcher: ignore({ ignorecase: false }).add(negated ? pattern.slice(1) : pattern),
    });
  }
  return {
    excludes(path) {
      for (const { negated, matcher } of patterns.toReversed()) if (matcher.ignores(path)) return !negated;
      return false;
    },
  };
}
