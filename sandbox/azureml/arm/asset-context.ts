/** What the routes of assets share. */
import type { Resource, Runs } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';
import type { CollectionContext } from './collection.ts';
import type { ReferenceContext } from './references.ts';
import type { RegistryStorage } from './registry-storage.ts';
import type { AssetKind } from './shapes/assets.ts';
import { provisioningState } from './versions.ts';

/** What the routes of assets work with: `store` is the workspace or a registry. */
export interface AssetContext extends ReferenceContext, CollectionContext {
  blobs: BlobAccount;
  runs: Pick<Runs, 'storageUri'>;
  registryStorage: RegistryStorage;
  /** A registry wants an explicit version and offers no `nextVersion`. */
  isRegistry?: boolean;
  /** Where operations of the registry are polled: another host than that of the request. */
  assetStoreUrl: string;
}

/** Kinds as messages name them. */
export const singular: Record<AssetKind, string> = {
  codes: 'Code',
  data: 'Data',
  models: 'Model',
  environments: 'Environment',
  components: 'Component',
};

/** `2026-03-27-04-05-20-2300110`: the next version of a component, whose versions are any text. */
function timestampVersion(): string {
  const [date = '', milliseconds = ''] = new Date().toISOString().replace('Z', '').split('.');
  return `${date.replace(/[T:]/g, '-')}-${milliseconds.padEnd(7, '0')}`;
}

/**
 * A container as it is answered: with its newest version and the number after the highest. Components have neither; a list
 * shows a time for data, too.
 */
export function withVersions(
  kind: AssetKind,
  container: Resource,
  { store, isRegistry }: AssetContext,
  { isList, apiVersion }: { isList: boolean; apiVersion: string },
): Resource {
  const versions = store.list(`${kind}/${container.name}/versions`);
  const numbers = versions.map(({ name }) => (/^\d+$/.test(name) ? Number(name) : 0));
  const isComponent = kind === 'components';
  const byTime = isComponent || (isList && kind === 'data');
  const next = byTime ? timestampVersion() : String(Math.max(0, ...numbers) + 1);
  return {
    ...container,
    properties: {
      ...container.properties,
      latestVersion: isComponent ? null : (versions.at(-1)?.name ?? null),
      nextVersion: isRegistry ? null : next,
      ...(kind !== 'data' && provisioningState(apiVersion) && { provisioningState: 'Succeeded' }),
    },
  };
}
