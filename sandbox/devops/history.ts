/** The commits of a repository: those of the folder that its runs took their sources from, when Git knows it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface CommitRecord {
  id: string;
  parents: string[];
  author: { name: string; email: string; date: string };
  comment: string;
}

const git = promisify(execFile);
const FORMAT = ['%H', '%P', '%an', '%ae', '%aI', '%B'].join('%x00');
const SHA = /^[0-9a-f]{40}$/;

/** Zeros stand for the commit of a folder that is not a repository. */
const isCommit = (text: string): boolean => SHA.test(text) && !/^0+$/.test(text);

async function log(folder: string, ...selection: string[]): Promise<CommitRecord[]> {
  const { stdout } = await git('git', ['-C', folder, 'log', `--format=${FORMAT}%x01`, ...selection], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout.split('\x01').flatMap((text) => {
    const [id, parents, name, email, date, comment] = text.replace(/^\n/, '').split('\0');
    if (!id || comment === undefined) return [];
    const author = { name: name!, email: email!, date: date! };
    return [{ id, parents: parents!.split(' ').filter(Boolean), author, comment: comment.trim() }];
  });
}

/** The commit; undefined when the folder's repository does not have it. */
export async function readCommit(folder: string | undefined, id: string): Promise<CommitRecord | undefined> {
  if (!folder || !isCommit(id)) return undefined;
  return (await log(folder, '-1', id, '--').catch(() => []))[0];
}

/** Commits in the history of one commit but not in that of the other, newest first; none when one is not known. */
export async function commitsBetween(folder: string | undefined, from: string, to: string): Promise<CommitRecord[]> {
  if (!folder || !isCommit(from) || !isCommit(to)) return [];
  return log(folder, `${from}..${to}`, '--').catch(() => []);
}
