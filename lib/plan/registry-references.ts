import { hasStatus, isNoAnswer } from '../azure/failures.ts';
import { openRegistry, type Registry } from '../azureml/registries.ts';
import { find, names, path } from '../azureml/resources.ts';
import type { Workspace } from '../azureml/workspace.ts';
import { timeLimit } from '../core/clock.ts';
import { allOf, didYouMean } from '../core/words.ts';
import { LATEST, type Requirement } from './plan.ts';

/** Where curated environments are (recorded: the service makes `azureml:AzureML-X:33` an id of this registry). */
const OF_CURATED = 'azureml';

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
 * which an agent may not reach or a connection not read, while the service can: only a clear "not found", and the refusal
 * of the registry itself, which is what the service says of a name that is not a registry, are problems.
 */
export function registryCheck(workspace: Workspace): (requirement: Requirement) => Promise<string | undefined> {
  const registries = new Map<string, Promise<Registry | undefined>>();
  const signal = timeLimit(REGISTRY_MS);
  return async (requirement) => {
    const { kind, name, isCurated, registry: registryName = OF_CURATED, field } = requirement;
    if (!registries.has(registryName)) registries.set(registryName, openRegistry(workspace, registryName, signal));
    try {
      const registry = await registries.get(registryName)!;
      if (registry) return await missingIn(registry, requirement, signal);
      if (isCurated) return undefined; // The service finds it, whoever may read that registry.
      return `'${field}' refers to the ${WORDS[kind]} '${name}' in the registry '${registryName}', which does not exist or which the service connection may not use. Check the name, or give the connection's application the role AzureML Registry User on the registry.`;
    } catch (error) {
      if (isNoAnswer(error) || hasStatus(error, 401, 403)) return undefined;
      throw error;
    }
  };
}

async function missingIn(
  registry: Registry,
  { kind, name, version, isCurated, field }: Requirement,
  signal: AbortSignal,
): Promise<string | undefined> {
  // Curated environments that are archived are in no list, and jobs may use them yet.
  if (isCurated && version === LATEST && (await find(registry, path(kind, name), { signal, needs: 'nothing' })))
    return undefined;
  const versions = path(kind, name, 'versions');
  const found =
    version === LATEST
      ? (await names(registry, versions, { query: { $top: '1' }, signal, most: 1 })).length > 0
      : await find(registry, `${versions}/${encodeURIComponent(version)}`, { signal, needs: 'nothing' });
  if (found) return undefined;
  const start = `'${field}' refers to the ${WORDS[kind]} '${name}'`;
  const numbers = await names(registry, versions, { signal });
  return numbers.length > 0
    ? `${start} version ${version}, which is not in ${registry.label}.${thereAre('version', numbers)}`
    : `${start}, which is not in ${registry.label}.${didYouMean(name, await names(registry, kind, { signal }))}`;
}

/** ` There are versions '1' and '2'.`, to be put behind a sentence; empty when there are none. */
export function thereAre(what: string, all: string[]): string {
  if (all.length === 0) return '';
  const noun = what === '' ? '' : `${what}${all.length === 1 ? '' : 's'} `;
  return ` There ${all.length === 1 ? 'is' : 'are'} ${noun}${allOf(all)}.`;
}
