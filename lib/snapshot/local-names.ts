import { UserError } from '../core/errors.ts';
import { allOf } from '../core/words.ts';

/** A file on its way from a name in storage to a path on disk. */
export interface LocalName {
  /** Below the folder, as storage has it: `artifacts/a:b.txt`. */
  name: string;
  /** Below the folder, with `/`, as the disk takes it: `artifacts/a_b.txt`. */
  path: string;
}

/** What Windows does not take in a name; control characters nowhere make a good one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that are not allowed
const NOT_ON_WINDOWS = /[<>:"|?*\\\u0000-\u001f]/g;
/** Names of devices, with any ending; Windows leaves out spaces in front of it. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(?= *(?:\.|$))/i;

/**
 * Where files from storage go on disk. Names come from whoever wrote them: one that leads out of the folder is an error, and
 * what the system does not take is replaced by `_`.
 * @param names below the folder, with `/`
 * @param platform `process.platform`
 * @throws UserError `FileNameUnsafe` when a name leads out of the folder, or two files would get one path
 */
export function localNames(names: readonly string[], platform: string): LocalName[] {
  const isWindows = platform === 'win32';
  const found = names.map((name) => ({ name, path: localPath(name, isWindows) }));
  const fold = (path: string): string =>
    isWindows || platform === 'darwin' ? path.normalize('NFC').toLowerCase() : path;
  const owners = new Map<string, string>();
  for (const { name, path } of found) {
    const other = owners.get(fold(path));
    if (other !== undefined)
      throw unsafe(`The files ${allOf([other, name])} would have the same path on this agent: '${path}'.`);
    owners.set(fold(path), name);
  }
  for (const { name, path } of found)
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const file = owners.get(fold(path.slice(0, at)));
      if (file !== undefined) throw unsafe(`The file '${file}' would be the folder of the file '${name}'.`);
    }
  return found;
}

function localPath(name: string, isWindows: boolean): string {
  const segments = name.split('/');
  const isOut = segments.some((segment) => segment === '..' || segment === '.' || segment === '');
  if (isOut || name.includes('\0'))
    throw unsafe(`The file '${name}' would be outside of the folder, or nowhere in it.`);
  return (isWindows ? segments.map(onWindows) : segments).join('/');
}

function onWindows(segment: string): string {
  const plain = segment.replace(NOT_ON_WINDOWS, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  return DEVICE.test(plain) ? `_${plain}` : plain;
}

function unsafe(message: string): UserError {
  return new UserError({
    code: 'FileNameUnsafe',
    message,
    fix: 'Register the model again with files whose names every system takes.',
  });
}
