import { hasStatus, isNoAnswer } from '../azure/failures.ts';
import { registryShelf, type Shelf } from '../azureml/registries.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { didYouMean, oneOf } from '../core/nearest.ts';
import { LATEST, type Requirement } from './plan.ts';

/** How long registries may take to answer, all together; they are asked for the sake of a message only. */
const REGISTRY_MS = 15_000;

/** What things are called in messages. */
export const WORDS: Record<Requirement['kind'], string> = {
  codes: 'code',
  components: 'component',
  computes: 'compute',
  data: 'data asset',
  datastores: 'datastore',
  environments: 'environment',
  models: 'model',
};

/**
 * Finds out what is wrong with references into registries, each of which is looked up once. A registry has hosts of its own,
 * which an agent may not reach or a connection not read, while the service can: only a clear "not found" is a mistake.
 */
export function registryCheck(workspace: Workspace): (requirement: Requirement) => Promise<string | undefined> {
  const shelves = new Map<string, Promise<Shelf | undefined>>();
  const signal = AbortSignal.timeout(REGISTRY_MS);
  return async ({ kind, name, version, registry = '', field }) => {
    if (!shelves.has(registry)) shelves.set(registry, registryShelf(workspace, registry, signal));
    const start = `'${field}' refers to the ${WORDS[kind]} '${name}'`;
    try {
      const shelf = await shelves.get(registry)!;
      if (!shelf) return `${start} in the registry '${registry}', but there is no registry of that name.`;
      const versions = `${kind}/${encodeURIComponent(name)}/versions`;
      const found =
        version === LATEST
          ? (await shelf.names(versions, { $top: '1' })).length > 0
          : await shelf.get(`${versions}/${encodeURIComponent(version)}`);
      if (found) return undefined;
      const numbers = await shelf.names(versions);
      return numbers.length > 0
        ? `${start} version ${version} in the ${shelf.label}, but there is no such version. ${thereIs(numbers.length === 1 ? 'version ' : 'versions ', numbers)}`
        : `${start}, but the ${shelf.label} has none of that name.${didYouMean(name, await shelf.names(kind))}`;
    } catch (error) {
      if (isNoAnswer(error) || hasStatus(error, 401, 403)) return undefined;
      throw error;
    }
  };
}

export function thereIs(what: string, all: string[]): string {
  return `There ${all.length === 1 ? 'is' : 'are'} ${what}${oneOf(all).replace(/ or (?=[^ ]*$)/, ' and ')}.`;
}
