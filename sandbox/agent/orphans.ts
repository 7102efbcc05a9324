/** Ends what a job's steps left running (agent: JobExtension.cs, the sweep by VSTS_PROCESS_LOOKUP_ID). */
import { readdirSync, readFileSync } from 'node:fs';

/** Processes on Linux whose environment holds the job's lookup id; elsewhere none are found. */
function findOrphans(lookupId: string): { id: number; name: string }[] {
  let ids: number[] = [];
  try {
    ids = readdirSync('/proc')
      .map(Number)
      .filter((id) => id > 0 && id !== process.pid);
  } catch {
    return [];
  }
  return ids.flatMap((id) => {
    try {
      if (!readFileSync(`/proc/${id}/environ`, 'latin1').includes(`VSTS_PROCESS_LOOKUP_ID=${lookupId}\0`)) return [];
      return [{ id, name: readFileSync(`/proc/${id}/comm`, 'utf8').trim() }];
    } catch {
      // Another user's process, or one that has just ended.
      return [];
    }
  });
}

export function endOrphans(lookupId: string, write: (line: string) => void): void {
  for (const { id, name } of findOrphans(lookupId)) {
    write(`Terminate orphan process: pid (${id}) (${name})`);
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It has just ended.
    }
  }
}
