/** How the shell of a job is started, so that read-only inputs are read-only for root, too. */
import { existsSync } from 'node:fs';

/** util-linux; part of every ordinary Linux distribution. */
const setpriv = '/usr/bin/setpriv';

/** True where jobs run as root and lose its power over other users' files. */
export const runsAsRoot = process.platform === 'linux' && process.geteuid?.() === 0 && existsSync(setpriv);

/** Root writes into files and folders whatever their mode says, as long as it has this capability. */
const overridesModes = '-dac_override';

/**
 * `bash -c command`. As root, in a container for instance, the shell and all that it starts run without the capability to
 * write where the mode of a file forbids it; without `setpriv` root can change its inputs.
 */
export function shellCommand(command: string): { file: string; args: string[] } {
  const shell = ['bash', '-c', command];
  const [file, ...args] = runsAsRoot ? [setpriv, `--bounding-set=${overridesModes}`, ...shell] : shell;
  return { file: file!, args };
}
