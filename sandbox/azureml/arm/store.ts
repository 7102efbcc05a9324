/** The resources of one workspace or registry, in memory and, with a folder, on disk. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { fileNameOf } from '../../file-names.ts';

/**
 * Opens the store.
 *
 * @param options.rootId what ids start with: the ARM id of the workspace, `azureml://registries/{name}` of a registry
 * @param options.type resource type of the workspace or registry
 * @param options.folder one JSON file per resource is written here at every change, and read at the start
 */
export function openResourceStore(options: {
  rootId: string;
  type: string;
  folder?: string | undefined;
}): ResourceStore {
  const { rootId, folder } = options;
  const resources = new Map<string, Resource>();
  const fileOf = (path: string) => join(folder!, fileNameOf(path, '.json'));

  if (folder) {
    mkdirSync(folder, { recursive: true });
    const stored = readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .map(
        (file) =>
          JSON.parse(readFileSync(join(folder, file), 'utf8')) as { path: string; order: number; resource: Resource },
      )
      .sort((one, other) => one.order - other.order);
    for (const { path, resource } of stored) resources.set(path, resource);
  }
  let order = Date.now();

  const save = (path: string, resource: Resource) => {
    if (!folder) return;
    const known = existsSync(fileOf(path)) ? JSON.parse(readFileSync(fileOf(path), 'utf8')).order : order++;
    // Written beside and renamed, so that a killed sandbox leaves no half file.
    writeFileSync(`${fileOf(path)}.new`, JSON.stringify({ path, order: known, resource }));
    renameSync(`${fileOf(path)}.new`, fileOf(path));
  };

  return {
    get: (path) => resources.get(path),
    put(path, resource, caller = 'sandbox') {
      const now = new Date().toISOString();
      const segments = path.split('/');
      const older = resources.get(path);
      const stored: Resource = {
        ...resource,
        id: `${rootId}/${path}`,
        name: segments.at(-1)!,
        type: [options.type, ...segments.filter((_segment, index) => index % 2 === 0)].join('/'),
        systemData: {
          createdAt: older?.systemData?.createdAt ?? now,
          createdBy: older?.systemData?.createdBy ?? caller,
          createdByType: 'Application',
          lastModifiedAt: now,
          lastModifiedBy: caller,
          lastModifiedByType: 'Application',
        },
      };
      resources.set(path, stored);
      save(path, stored);
      return stored;
    },
    delete(path) {
      if (folder) rmSync(fileOf(path), { force: true });
      return resources.delete(path);
    },
    list(collection) {
      const prefix = `${collection}/`;
      return [...resources]
        .filter(([path]) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
        .map(([, resource]) => resource);
    },
  };
}
