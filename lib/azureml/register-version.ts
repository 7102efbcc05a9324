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

export interface Registration {
  name: string;
  /** Undefined: the next one. */
  version: string | undefined;
  properties: ModelProperties;
  /** True for a version that is this very registration: the service accepted it, but its answer was lost. */
  isOwn: (model: ModelVersion) => boolean;
  /** Hears of a version that somebody else took in between. */
  onTaken: (version: string) => void;
}

/**
 * Registers a model version. Without a version the next one is taken; when somebody else takes it in between (409, or 400
 * because another path can't replace the one that is there), the one after is tried.
 * @throws UserError `VersionTaken` when the wanted version exists already
 */
export async function registerVersion(workspace: Workspace, registration: Registration): Promise<ModelVersion> {
  const { name, version, onTaken } = registration;
  for (let attempt = 1; ; attempt++) {
    const wanted = version ?? (await nextModelVersion(workspace, name));
    const made = await tryVersion(workspace, wanted, registration);
    if (made.model) return made.model;
    if (version !== undefined || attempt === MOST_ATTEMPTS) throw made.taken;
    onTaken(wanted);
  }
}

/** @returns the version; `taken` is the error when it belongs to somebody else */
async function tryVersion(
  workspace: Workspace,
  version: string,
  { name, properties, isOwn }: Registration,
): Promise<{ model: ModelVersion; taken?: never } | { model?: never; taken: unknown }> {
  // A PUT to a version that exists would change its tags, so it is looked up first.
  const before = await findModelVersion(workspace, name, version);
  if (before) return isOwn(before) ? { model: before } : { taken: versionTaken(name, version) };
  try {
    return { model: await putModelVersion(workspace, name, version, properties) };
  } catch (error) {
    // The client repeats a PUT whose answer was lost; the service may have accepted the first and refuses the second.
    const there = await findModelVersion(workspace, name, version).catch(() => undefined);
    if (there && isOwn(there)) return { model: there };
    if (there && hasStatus(error, 400, 409)) return { taken: versionTaken(name, version) };
    if (hasStatus(error, 409)) return { taken: error };
    throw error;
  }
}

function versionTaken(name: string, version: string): UserError {
  return new UserError({
    code: 'VersionTaken',
    message: `The model '${name}' has a version ${version} already.`,
    fix: 'Leave the version empty to get the next one.',
  });
}
