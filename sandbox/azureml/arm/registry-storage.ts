/** The storage of the registry: the account that clients upload to, and the replicas that answers name. */
import type { BlobLocation, Blobs } from '../../contracts.ts';
import type { BlobAccount } from '../blobs.ts';

export interface RegistryStorage {
  /** Takes uploads. */
  uploads: BlobAccount;
  /** Hold copies of what was registered. Which of them an answer names changes from answer to answer. */
  replicas: readonly BlobAccount[];
}

/** Copies a folder or a blob to all replicas, under the same name in a container of theirs. */
export async function replicate(
  { replicas }: RegistryStorage,
  from: Blobs,
  at: BlobLocation,
  container: string,
): Promise<void> {
  const listed = await from.list(at);
  const paths = listed.length > 0 ? listed.map(({ path }) => path) : [at.path];
  for (const path of paths) {
    const content = await from.read({ container: at.container, path });
    if (content === undefined) continue;
    for (const replica of replicas) await replica.writeCopy({ container, path }, content);
  }
}

/** The account that holds what a blob's address names. */
export function accountOf({ uploads, replicas }: RegistryStorage, uri: string): BlobAccount | undefined {
  return [uploads, ...replicas].find((account) => account.locate(uri) !== undefined);
}

/** The address with an account whose turn it is; addresses elsewhere stay. */
export function replicaUri(storage: RegistryStorage, uri: string, turn: number): string {
  const at = accountOf(storage, uri)?.locate(uri);
  const replica = storage.replicas[turn % storage.replicas.length];
  return at && replica ? `${replica.accountUrl}/${at.container}/${at.path}` : uri;
}
