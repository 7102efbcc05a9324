import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import {
  COMPONENT_IGNORES,
  followed,
  linkLoop,
  type Snapshot,
  type SnapshotFile,
  snapshotOf,
  tooManyFiles,
} from './files.ts';
import { IGNORE_FILES, type IgnoreRules, parseIgnoreRules, readIgnoreRules } from './ignore-rules.ts';

/** Code is not data: what a component brings along has fewer files. */
const MOST_ENTRIES = 200_000;

/** Rules of a folder, which hold for paths below `base`. */
interface PlacedRules {
  base: string;
  rules: IgnoreRules;
}

/**
 * A component's code together with its `additional_includes`, each of which is in the root under its own name. Unlike
 * in plain code folders, ignore files further down count here, the code folder's rules hold for the includes too, and an
 * excluded folder is not looked into (azure-ai-ml `_additional_includes.py`).
 * @param folder of the component's file
 * @param code absolute path of the code folder or file
 * @param includes absolute paths of files and folders that exist
 * @param inside real paths of folders that symbolic links may lead into
 * @throws UserError `FolderEmpty`, `LinkLoop`, `LinkOutside`, `IgnoreFileTooLarge`
 */
export function takeMergedSnapshot(
  folder: string,
  code: string | undefined,
  includes: readonly string[],
  inside?: readonly string[],
): Snapshot {
  const files = new Map<string, SnapshotFile>();
  let visited = 0;
  const isFile = code !== undefined && statSync(code).isFile();
  const rootRules = isFile ? parseIgnoreRules(COMPONENT_IGNORES.join('\n')) : componentRules(code ?? folder);
  if (code !== undefined) {
    if (isFile) gather(code, basename(code), [{ base: dirname(code), rules: rootRules }], []);
    else gatherFolder(code, '', [{ base: code, rules: rootRules }], []);
  }
  for (const include of includes) {
    const placed: PlacedRules[] = [{ base: dirname(include), rules: rootRules }];
    if (statSync(include).isDirectory()) placed.push({ base: include, rules: componentRules(include) });
    gather(include, basename(include), placed, []);
  }
  // What was gathered is a code folder like any other, whose ignore file counts once more.
  const ignoreFile = IGNORE_FILES.map((name) => files.get(name)).find((file) => file !== undefined);
  const last = ignoreFile ? componentRules(dirname(ignoreFile.path)) : parseIgnoreRules(COMPONENT_IGNORES.join('\n'));
  const root = code === undefined ? folder : isFile ? dirname(code) : code;
  return snapshotOf(
    root,
    true,
    [...files.values()].filter(({ name }) => !last.excludes(name)),
    rootRules.file,
  );

  function gather(path: string, name: string, rules: readonly PlacedRules[], parents: readonly string[]): void {
    const below = (base: string): string => relative(base, path).split(sep).join('/');
    if (rules.some(({ base, rules: own }) => base !== path && own.excludes(below(base)))) return;
    const stats = followed(path, inside, rules.at(-1)!.rules.file);
    if (!stats) return;
    if (++visited > MOST_ENTRIES) throw tooManyFiles(folder, MOST_ENTRIES, rootRules.file);
    if (stats.isDirectory()) gatherFolder(path, `${name}/`, rules, parents);
    else if (stats.isFile()) files.set(name, { path, name, size: stats.size, modified: stats.mtimeMs });
  }

  function gatherFolder(path: string, prefix: string, rules: readonly PlacedRules[], parents: readonly string[]): void {
    const real = realpathSync(path);
    if (parents.includes(real)) throw linkLoop(path, rules.at(-1)!.rules.file);
    for (const entry of readdirSync(path)) {
      const below = join(path, entry);
      const isFolder = statSync(below, { throwIfNoEntry: false })?.isDirectory();
      const own = isFolder ? [...rules, { base: below, rules: componentRules(below) }] : rules;
      gather(below, prefix + entry, own, [...parents, real]);
    }
  }
}

function componentRules(folder: string): IgnoreRules {
  return readIgnoreRules(folder, COMPONENT_IGNORES);
}
