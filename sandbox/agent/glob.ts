/** Glob patterns: `*`, `?` and `**`, without case, as settableVariables and file patterns use them. */
import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export function globToRegExp(glob: string): RegExp {
  const pattern = glob.replace(/\*\*\/|\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  return new RegExp(`^${pattern}$`, 'i');
}

/** Files below the folder that the patterns select, in order; `!pattern` takes away. Absolute patterns work too. */
export function findFiles(folder: string, patterns: readonly string[]): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const selected = new Set<string>();
  for (const pattern of patterns.map((text) => text.trim()).filter(Boolean)) {
    const excludes = pattern.startsWith('!');
    const glob = globToRegExp(pattern.replace(/^!/, '').replace(/^\.\//, ''));
    for (const file of files) {
      if (!glob.test(relative(folder, file).split(sep).join('/')) && !glob.test(file)) continue;
      if (excludes) selected.delete(file);
      else selected.add(file);
    }
  }
  return [...selected];
}
