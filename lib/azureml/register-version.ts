import { hasStatus } from '../azure/failures.ts';
import { UserError } from '../core/errors.ts';
import {
  findModelVersion,
  type ModelProperties,
  type ModelVersion,
  nextModelVersion,
  putModelVersion,
} from './models.ts';
import type { Workspace } from './workspace.ts';

const MOST_ATTEMPTS = 5;

/**
 * Registers a model version. Without a version the next one is taken; when somebody else takes it in between (409, or 400
 * because another path can't replace the one that is there), the one after is tried.
 * @param onTaken hears of a version that was taken
 * @throws UserError `VersionTaken` when the wanted version exists already
 */
export async function registerVersion(
  workspace: Workspace,
  name: string,
  version: string | undefined,
  properties: ModelProperties,
  onTaken: (version: string) => void,
): Promise<ModelVersion> {
  if (version !== undefined) {
    if (await findModelVersion(workspace, name, version)) throw versionTaken(name, version);
    return putModelVersion(workspace, name, version, properties);
  }
  for (let attempt = 1; ; attempt++) {
    const next = await nextModelVersion(workspace, name);
    try {
      // A PUT to a version that exists would change its tags, so it is looked up first.
      if (await findModelVersion(workspace, name, next)) throw versionTaken(name, next);
      return await putModelVersion(workspace, name, next, properties);
    } catch (error) {
      const taken =
        (error instanceof UserError && error.code === 'VersionTaken') ||
        hasStatus(error, 409) ||
        (hasStatus(error, 400) && (await findModelVersion(workspace, name, next)));
      if (!taken || attempt === MOST_ATTEMPTS) throw error;
      onTaken(next);
    }
  }
}

function versionTaken(name: string, version: string): UserError {
  return new UserError({
    code: 'VersionTaken',
    message: `The model '${name}' has a version ${version} already.`,
    fix: 'Leave the version empty to get the next one.',
  });
}
