import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { COMPONENT_IGNORES, fileOf, type Snapshot, type SnapshotFile, snapshotOf } from './files.ts';
import { type IgnoreRules, parseIgnoreRules, readIgnoreRules } from './ignore-rules.ts';

/** Rules of a folder, which hold for paths below `base`. */
interface PlacedRules {
  base: string;
  rules: IgnoreRules;
}

/**
 * A component's code together with its `additional_includes`, each of which stands in the root under its own name. Unlike
 * in plain code folders, ignore files further down count here, the code folder's rules hold for the includes too, and an
 * excluded folder is not looked into (azure-ai-ml `_additional_includes.py`).
 * @param folder of the component's file
 * @param code absolute path of the code folder or file
 * @param includes absolute paths of files and folders that exist
 * @throws UserError `FolderEmpty`
 */
export function takeMergedSnapshot(folder: string, code: string | undefined, includes: readonly string[]): Snapshot {
  const files = new Map<string, SnapshotFile>();
  const isFile = code !== undefined && statSync(code).isFile();
  const rootRules = isFile ? parseIgnoreRules(COMPONENT_IGNORES.join('\n')) : componentRules(code ?? folder);
  if (code !== undefined) {
    if (isFile) gather(files, code, basename(code), [{ base: dirname(code), rules: rootRules }]);
    else gatherFolder(files, code, '', [{ base: code, rules: rootRules }]);
  }
  for (const include of includes) {
    const placed: PlacedRules[] = [{ base: dirname(include), rules: rootRules }];
    if (statSync(include).isDirectory()) placed.push({ base: include, rules: componentRules(include) });
    gather(files, include, basename(include), placed);
  }
  // What was gathered is a code folder like any other, whose ignore file counts once more.
  const ignoreFile = ['.amlignore', '.gitignore'].map((name) => files.get(name)).find((file) => file !== undefined);
  const last = ignoreFile ? componentRules(dirname(ignoreFile.path)) : parseIgnoreRules(COMPONENT_IGNORES.join('\n'));
  const root = code === undefined ? folder : isFile ? dirname(code) : code;
  return snapshotOf(
    root,
    true,
    [...files.values()].filter(({ name }) => !last.excludes(name)),
  );
}

function componentRules(folder: string): IgnoreRules {
  return readIgnoreRules(folder, COMPONENT_IGNORES);
}

function gather(files: Map<string, SnapshotFile>, path: string, name: string, rules: readonly PlacedRules[]): void {
  if (!existsSync(path)) return; // a link to nothing
  const excluded = rules.some(({ base, rules: own }) => base !== path && own.excludes(relative(base, path)));
  if (excluded) return;
  if (statSync(path).isDirectory()) gatherFolder(files, path, `${name}/`, rules);
  else files.set(name, fileOf(path, name));
}

function gatherFolder(
  files: Map<string, SnapshotFile>,
  folder: string,
  prefix: string,
  rules: readonly PlacedRules[],
): void {
  for (const entry of readdirSync(folder)) {
    const path = join(folder, entry);
    const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
    gather(files, path, prefix + entry, isFolder ? [...rules, { base: path, rules: componentRules(path) }] : rules);
  }
}
