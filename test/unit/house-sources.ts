import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { findTasks, kindOf, ROOT, readTask } from '../../scripts/layout.ts';

export const tasks = findTasks();
/** Tasks that an agent runs; the others have no code. */
export const agentTasks = tasks.filter(({ folder }) => kindOf(readTask(folder)) === 'agent');
export const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
export const linesOf = (path: string): number => read(path).trimEnd().split('\n').length;

/** TypeScript files below the folders, as paths from the root. */
export function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter((file) => !/^sandbox\/(dist|node_modules|test)\//.test(file)),
  );
}

export const testsOfSandbox = (): string[] =>
  readdirSync(join(ROOT, 'sandbox/test'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `sandbox/test/${name}`);

/** What a file imports: own files as paths from the root, packages by name. */
export function imports(file: string): string[] {
  const specifiers = read(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...specifiers].map(([, name]) =>
    name!.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), name!)) : name!,
  );
}

/** What the files below a folder import against the order of what is directly in it. */
export function upwardImports(folder: string, floors: string[]): string[] {
  const floorOf = (file: string): number =>
    floors.indexOf(
      file
        .slice(folder.length + 1)
        .split('/')[0]!
        .replace(/\.ts$/, ''),
    );
  return sources(folder).flatMap((file) => {
    const floor = floorOf(file);
    if (floor < 0) return [`${file} has no place in the order`];
    return imports(file)
      .filter((target) => target.startsWith(`${folder}/`) && floorOf(target) > floor)
      .map((target) => `${file} imports ${target}`);
  });
}

/** A task's entry file and every own file that it imports, directly or not. */
export function closure(entry: string, found = new Set<string>()): string[] {
  if (found.has(entry)) return [];
  found.add(entry);
  for (const target of imports(entry)) if (/^(lib|tasks)\//.test(target)) closure(target, found);
  return [...found];
}

/** What the first group of the expression finds in the files, without duplicates. */
export function find(files: string[], expression: RegExp): string[] {
  return [...new Set(files.flatMap((file) => [...read(file).matchAll(expression)].map((match) => match[1]!)))].sort();
}

/** `inputs.text('x')`, `required(inputs, 'x')` and the like. */
export const INPUT_READ = /\binputs(?:\.(?:text|path|connection)\(|,)\s*'(\w+)'/g;
export const OUTPUT_SET = /\bsetOutput\(\s*['`](\w+)/g;
