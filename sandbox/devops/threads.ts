/** Threads of a pull request and their comments. */
import type { Response, Router } from 'express';
import { answerList, bodyOf, type Handler, notFound, parameter } from './answers.ts';
import type { PullRequest, Thread, ThreadComment } from './state.ts';

/** The service's names for the numbers that clients send. */
const threadStatuses = ['unknown', 'active', 'fixed', 'wontFix', 'closed', 'byDesign', 'pending'];
const commentTypes = ['unknown', 'text', 'codeChange', 'system'];
export const statusStates = [
  'notSet',
  'pending',
  'succeeded',
  'failed',
  'error',
  'notApplicable',
  'partiallySucceeded',
];
export const named = (names: string[], value: unknown, otherwise: string): string =>
  typeof value === 'number' ? (names[value] ?? otherwise) : typeof value === 'string' ? value : otherwise;

export const author = { displayName: 'mlops Build Service (sandbox)', id: '5ab0c1de-0000-4000-8000-00000000f002' };
export const now = (): string => new Date().toISOString();

function newComment(body: Record<string, any>, id: number): ThreadComment {
  const [publishedDate, lastUpdatedDate] = [now(), now()];
  return {
    id,
    parentCommentId: Number(body.parentCommentId ?? 0),
    content: String(body.content ?? ''),
    commentType: named(commentTypes, body.commentType, 'text'),
    publishedDate,
    lastUpdatedDate,
    isDeleted: false,
    author,
  };
}

/** Properties come as plain values and go out typed. */
function typedProperties(properties: Record<string, any> = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      if (typeof value === 'object' && value !== null) return [name, value];
      return [name, { $type: typeof value === 'number' ? 'System.Int32' : 'System.String', $value: value }];
    }),
  );
}

function newThread(body: Record<string, any>, id: number): Thread {
  const comments = (body.comments ?? []) as Record<string, any>[];
  return {
    id,
    status: named(threadStatuses, body.status, 'active'),
    comments: comments.map((comment, index) => newComment(comment, index + 1)),
    properties: typedProperties(body.properties),
    threadContext: body.threadContext ?? null,
    publishedDate: now(),
    lastUpdatedDate: now(),
    isDeleted: false,
  };
}

function updateThread(thread: Thread, body: Record<string, any>): Thread {
  if (body.status !== undefined) thread.status = named(threadStatuses, body.status, thread.status);
  if (body.properties) Object.assign(thread.properties, typedProperties(body.properties));
  thread.lastUpdatedDate = now();
  return thread;
}

export type PullHandler = (pull: PullRequest, ...rest: Parameters<Handler>) => void;

export function threadRoutes(router: Router, withPull: (handle: PullHandler) => Handler): void {
  const route = '/repositories/:repositoryId/pullRequests/:pullRequestId/threads';
  const withThread = (handle: (thread: Thread, pull: PullRequest, ...rest: Parameters<Handler>) => void): Handler =>
    withPull((pull, request, response, next) => {
      const thread = pull.threads.find(({ id }) => id === Number(parameter(request, 'threadId')));
      if (thread) handle(thread, pull, request, response, next);
      else notFound(response, `Thread ${parameter(request, 'threadId')}`);
    });
  router.get(
    route,
    withPull((pull, _, response) => answerList(response, pull.threads)),
  );
  router.post(
    route,
    withPull((pull, request, response) => {
      const thread = newThread(bodyOf(request), pull.threads.length + 1);
      pull.threads.push(thread);
      response.json(thread);
    }),
  );
  router.get(
    `${route}/:threadId`,
    withThread((thread, _, __, response) => void response.json(thread)),
  );
  router.patch(
    `${route}/:threadId`,
    withThread((thread, _, request, response) => void response.json(updateThread(thread, bodyOf(request)))),
  );
  router.get(
    `${route}/:threadId/comments`,
    withThread((thread, _, __, response) => answerList(response, thread.comments)),
  );
  router.post(
    `${route}/:threadId/comments`,
    withThread((thread, _, request, response) => {
      const comment = newComment(bodyOf(request), thread.comments.length + 1);
      thread.comments.push(comment);
      response.json(comment);
    }),
  );
  const withComment = (
    handle: (comment: ThreadComment, body: Record<string, any>, response: Response) => void,
  ): Handler =>
    withThread((thread, _, request, response) => {
      const comment = thread.comments.find(({ id }) => id === Number(parameter(request, 'commentId')));
      if (comment) handle(comment, bodyOf(request), response);
      else notFound(response, `Comment ${parameter(request, 'commentId')}`);
    });
  const one = `${route}/:threadId/comments/:commentId`;
  router.get(
    one,
    withComment((comment, _, response) => void response.json(comment)),
  );
  router.patch(
    one,
    withComment((comment, body, response) => {
      if (typeof body.content === 'string') comment.content = body.content;
      comment.lastUpdatedDate = now();
      response.json(comment);
    }),
  );
  router.delete(
    one,
    withComment((comment, _, response) => {
      Object.assign(comment, { isDeleted: true, content: '' });
      response.status(200).end();
    }),
  );
}
