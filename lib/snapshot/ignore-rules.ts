import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Decides which files of a folder stay out of a snapshot. */
export interface IgnoreRules {
  /** @param path relative to the folder, with `/` */
  excludes(path: string): boolean;
}

const IGNORE_FILES = ['.amlignore', '.gitignore'];

/**
 * The rules of a folder: `.amlignore` if there is one, else `.gitignore`, only in the folder itself; ignore files further
 * down have no effect (azure-ai-ml `_asset_utils.get_ignore_file`).
 * @param more patterns that come after those of the file
 */
export function readIgnoreRules(folder: string, more: readonly string[] = []): IgnoreRules {
  const file = IGNORE_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  const text = file ? readFileSync(file, 'utf8').replace(/^\ufeff/, '') : '';
  return parseIgnoreRules([text, ...more].join('\n'));
}

/**
 * Rules with the meaning of Python's `pathspec` "gitwildmatch", which decides per file by the last pattern that matches
 * it. Git itself differs: there nothing below an excluded folder can be included again.
 */
export function parseIgnoreRules(text: string): IgnoreRules {
  const patterns: { negated: boolean; regex: RegExp }[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const pattern = line.trim();
    if (pattern === '' || pattern === '/' || pattern.startsWith('#')) continue;
    const negated = pattern.startsWith('!');
    const regex = regexOf(negated ? pattern.slice(1) : pattern);
    if (regex) patterns.push({ negated, regex });
  }
  patterns.reverse();
  return {
    excludes(path) {
      const last = patterns.find(({ regex }) => regex.test(path));
      return last !== undefined && !last.negated;
    },
  };
}

/** Undefined for patterns that mean nothing, such as `[z-a]`. */
function regexOf(pattern: string): RegExp | undefined {
  const segments = pattern.split('/').filter((segment, i, all) => segment !== '**' || all[i - 1] !== '**');
  // `**/` alone is everything but the files in the folder itself.
  if (segments.length === 2 && segments[0] === '**' && segments[1] === '') return /^.+\/.*$/u;
  if (segments[0] === '') segments.shift();
  else if (segments[0] !== '**' && (segments.length === 1 || (segments.length === 2 && segments[1] === '')))
    segments.unshift('**'); // a name without a folder holds at any depth
  if (segments.length === 0) return undefined;
  if (segments.length > 1 && segments.at(-1) === '') segments[segments.length - 1] = '**'; // `dir/` is all below it
  try {
    return new RegExp(`^${segments.map(segmentRegex).join('')}$`, 'u');
  } catch {
    return undefined;
  }
}

/** One segment of a pattern with the `/` that belongs to it. */
function segmentRegex(segment: string, i: number, all: readonly string[]): string {
  const isLast = i === all.length - 1;
  if (segment === '**') {
    if (i === 0) return isLast ? '.+' : '(?:.+/)?';
    return isLast ? '/.*' : '(?:/.+)?';
  }
  const slash = i === 0 || (i === 1 && all[0] === '**') ? '' : '/';
  // The name of a folder stands for all that is below it.
  return slash + (segment === '*' ? '[^/]+' : globRegex(segment)) + (isLast ? '(?:/.*)?' : '');
}

/** `*`, `?`, `[a-z]`, `[!a-z]` and `\` of one segment. */
function globRegex(glob: string): string {
  return glob.replace(
    /\\(.)|\*|\?|\[([!^]?)(\]?[^\]]*)\]|[^\\*?]/gu,
    (whole, escaped: string | undefined, negation: string | undefined, inside: string | undefined) => {
      if (escaped !== undefined) return literalRegex(escaped);
      if (whole === '*') return '[^/]*';
      if (whole === '?') return '[^/]';
      if (inside === undefined) return literalRegex(whole);
      const start = { '!': '^', '^': '\\^', '': '' }[negation!];
      return `[${start}${inside.replace(/[\\[\]]/g, '\\$&')}]`;
    },
  );
}

function literalRegex(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
