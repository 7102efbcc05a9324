/** What the routes of assets share. */
import type { Resource, Runs } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';
import type { CollectionContext } from './collection.ts';
import type { ReferenceContext } from './references.ts';
import type { AssetKind } from './shapes/assets.ts';

/** What the routes of assets work with: `store` is the workspace or a registry. */
export interface AssetContext extends ReferenceContext, CollectionContext {
  blobs: BlobAccount;
  runs: Pick<Runs, 'storageUri'>;
  /** A registry wants an explicit version and offers no `nextVersion`. */
  isRegistry?: boolean;
}

/** Kinds as messages name them. */
export const singular: Record<AssetKind, string> = {
  codes: 'Code',
  data: 'Data',
  models: 'Model',
  environments: 'Environment',
  components: 'Component',
};

/** A container as `GET` answers it: with its newest version and the number after the highest. */
export function withVersions(kind: AssetKind, container: Resource, { store, isRegistry }: AssetContext): Resource {
  const versions = store.list(`${kind}/${container.name}/versions`);
  const numbers = versions.map(({ name }) => (/^\d+$/.test(name) ? Number(name) : 0));
  return {
    ...container,
    properties: {
      ...container.properties,
      latestVersion: versions.at(-1)?.name ?? null,
      nextVersion: isRegistry ? null : String(Math.max(0, ...numbers) + 1),
    },
  };
}
