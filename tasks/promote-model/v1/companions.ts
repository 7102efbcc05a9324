import type { AssetName } from '../../../lib/azureml/registry-writes.ts';
import { find, path } from '../../../lib/azureml/resources.ts';
import type { Workspace } from '../../../lib/azureml/workspace.ts';
import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { differencesOf } from '../../../lib/plan/differences.ts';
import { messages } from './messages.ts';

/** A version of an environment, a component or code, as far as it is compared. */
export interface AssetVersion {
  properties: Record<string, unknown> & { build?: unknown; componentSpec?: Record<string, unknown> };
}

/** What an asset is, without what differs from place to place: ids of code, of environments and of build contexts. */
function contentOf(kind: string, { properties }: AssetVersion): object {
  if (kind === 'environments')
    return { image: properties.build ? '' : properties.image, condaFile: properties.condaFile };
  if (kind === 'codes') return { hash: (properties.properties as Record<string, string> | null)?.hash_sha256 };
  const { type, command } = properties.componentSpec ?? {};
  return { type, command };
}

/** @throws UserError `VersionTaken` when something else has the name and the version there */
export function requireSame(
  { kind, name, version }: AssetName,
  source: AssetVersion,
  present: AssetVersion,
  place: string,
): void {
  const fields = differencesOf(contentOf(kind, source), contentOf(kind, present)).map(({ field }) => field);
  if (fields.length === 0) return;
  throw new UserError({
    code: 'VersionTaken',
    message: fill(messages.AssetTaken, {
      kind: kind.replace(/s$/, ''),
      name,
      version,
      place,
      fields: fields.join(', '),
    }),
    fix: fill(messages.AssetTakenFix),
  });
}

/** A version that is known to exist. */
export async function getVersion(workspace: Workspace, { kind, name, version }: AssetName): Promise<AssetVersion> {
  return (await find<AssetVersion>(workspace, path(kind, name, 'versions', version)))!;
}
