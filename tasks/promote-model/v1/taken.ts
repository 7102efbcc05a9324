import { UserError } from '../../../lib/core/errors.ts';
import { fill } from '../../../lib/core/message.ts';
import { messages } from './messages.ts';

/** Where a version goes: `the registry 'r'`. */
interface Where {
  name: string;
  version: string;
  place: string;
}

/** Something else has the model's name and version there. */
export function versionTaken({ version, name, place }: Where, id: string): UserError {
  return new UserError({
    code: 'VersionTaken',
    message: fill(messages.VersionTaken, { version, model: name, place, id }),
    fix: fill(messages.VersionTakenFix),
  });
}

/** The registry had the version and deleted it, and does not take it a second time. */
export function versionDeleted({ version, name, place, kind }: Where & { kind: string }, cause: unknown): UserError {
  return new UserError(
    {
      code: 'VersionTaken',
      message: fill(messages.VersionDeleted, { kind: kind.replace(/s$/, ''), version, name, place }),
      fix: fill(kind === 'models' ? messages.VersionDeletedFix : messages.AssetDeletedFix),
    },
    { cause },
  );
}
