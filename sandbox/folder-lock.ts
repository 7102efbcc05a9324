/** Keeps two sandboxes from working in one data folder. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder is another running sandbox's. */
export class FolderInUseError extends Error {}

/**
 * Takes the folder for this process; the answer gives it back. What a killed sandbox left counts as free.
 *
 * @throws FolderInUseError
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'sandbox.lock');
  const own = JSON.stringify({ pid: process.pid, started: startOf(process.pid) });
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = readOwner(file);
    if (attempt > 0 || (owner && isRunning(owner))) {
      throw new FolderInUseError(
        `The folder ${folder} is in use by another sandbox${owner ? ` (process ${owner.pid})` : ''}. Stop that one first, or name another folder.`,
      );
    }
    rmSync(file, { force: true });
  }
}

interface Owner {
  pid: number;
  started?: string;
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRunning({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Process ids are reused; the start time distinguishes the processes.
  return startOf(pid) === started;
}

/** When the process started, in clock ticks since the boot; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const stat = readFileSync(file, 'utf8');
  // The second field is the name in parentheses, which may hold blanks; the 22nd is the start.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
