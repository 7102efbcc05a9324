import type { GitPullRequestCommentThread } from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import type { Repository } from './git.ts';
import type { DevOps } from './open.ts';

/** What a thread of a pull request says. */
export interface ThreadContent {
  /** Markdown. */
  content: string;
  /** An open thread asks for an answer, and a branch policy may demand that none is open. */
  isOpen: boolean;
}

/** `CommentThreadStatus` and `CommentType` of the client, whose module is loaded later than this one. */
const ACTIVE = 1;
const CLOSED = 4;
const TEXT = 1;

/**
 * Says something in a thread of a pull request (`git/repositories/{id}/pullRequests/{number}/threads`). The thread is found again
 * by a mark that people don't see, so that the next run replaces what this one said.
 * @param key sets the thread apart from others of the same pull request; letters and digits
 * @returns whether the thread is new
 */
export async function writeThread(
  devops: DevOps,
  { project, id }: Repository,
  pullRequest: string,
  key: string,
  { content, isOpen }: ThreadContent,
): Promise<'new' | 'updated'> {
  const git = await devops.git();
  const mark = `<!-- model-bridge:${key} -->`;
  const text = `${mark}\n${content}`;
  const status = isOpen ? ACTIVE : CLOSED;
  const number = Number(pullRequest);
  const own = findOwn((await git.getThreads(id, number, project)) ?? [], mark);
  if (!own) {
    const comments = [{ parentCommentId: 0, content: text, commentType: TEXT }];
    await git.createThread({ comments, status }, id, number, project);
    return 'new';
  }
  await git.updateComment({ content: text }, id, number, own.thread, own.comment, project);
  await git.updateThread({ status }, id, number, own.thread, project);
  return 'updated';
}

/** The thread that begins with the mark; one whose first comment was deleted is none. */
function findOwn(
  threads: readonly GitPullRequestCommentThread[],
  mark: string,
): { thread: number; comment: number } | undefined {
  for (const { id: thread, comments, isDeleted } of threads) {
    const first = comments?.[0];
    const isOwn = !isDeleted && !first?.isDeleted && first?.content?.startsWith(mark);
    if (thread !== undefined && first?.id !== undefined && isOwn) return { thread, comment: first.id };
  }
  return undefined;
}
