/** `_apis/git`: repositories, pull requests with their threads and statuses. */
import { type Response, Router } from 'express';
import { answerList, bodyOf, type Handler, notFound, parameter } from './answers.ts';
import { apiUrl, type DevOpsContext, projectReference } from './context.ts';
import type { PullRequest, Thread, ThreadComment } from './state.ts';

/** The service's names for the numbers that clients send. */
const threadStatuses = ['unknown', 'active', 'fixed', 'wontFix', 'closed', 'byDesign', 'pending'];
const commentTypes = ['unknown', 'text', 'codeChange', 'system'];
const statusStates = ['notSet', 'pending', 'succeeded', 'failed', 'error', 'notApplicable', 'partiallySucceeded'];
const named = (names: string[], value: unknown, otherwise: string): string =>
  typeof value === 'number' ? (names[value] ?? otherwise) : typeof value === 'string' ? value : otherwise;

const author = { displayName: 'mlops Build Service (sandbox)', id: '5ab0c1de-0000-4000-8000-00000000f002' };
const now = (): string => new Date().toISOString();

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

const repositoryOf = (context: DevOpsContext, name: string) => ({
  id: name,
  name,
  url: `${apiUrl(context)}/git/repositories/${name}`,
  defaultBranch: 'refs/heads/main',
  project: projectReference(context),
  remoteUrl: `${context.collectionUrl()}${context.project.name}/_git/${name}`,
});

const pullRequestOf = (context: DevOpsContext, pull: PullRequest) => ({
  pullRequestId: pull.id,
  codeReviewId: pull.id,
  status: 'active',
  title: pull.title,
  creationDate: pull.creationDate,
  isDraft: false,
  sourceRefName: pull.sourceBranch,
  targetRefName: pull.targetBranch,
  mergeStatus: 'succeeded',
  createdBy: author,
  reviewers: [],
  repository: repositoryOf(context, pull.repository),
  url: `${apiUrl(context)}/git/repositories/${pull.repository}/pullRequests/${pull.id}`,
});

function repositories({ store }: DevOpsContext): string[] {
  return [...new Set([...store.state.runs, ...store.state.pullRequests].map(({ repository }) => repository))];
}

function threadRoutes(router: Router, withPull: (handle: PullHandler) => Handler): void {
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

type PullHandler = (pull: PullRequest, ...rest: Parameters<Handler>) => void;

export function gitRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const { state } = context.store;
  const withPull =
    (handle: PullHandler): Handler =>
    (request, response, next) => {
      const repository = parameter(request, 'repositoryId').toLowerCase();
      const pull = state.pullRequests.find(({ id }) => id === Number(parameter(request, 'pullRequestId')));
      if (pull && (repository === '' || pull.repository.toLowerCase() === repository))
        handle(pull, request, response, next);
      else notFound(response, `TF401180: The requested pull request ${parameter(request, 'pullRequestId')}`);
    };
  router.get('/repositories', (_, response) =>
    answerList(
      response,
      repositories(context).map((name) => repositoryOf(context, name)),
    ),
  );
  router.get('/repositories/:repositoryId', (request, response) => {
    const name = repositories(context).find((each) => each.toLowerCase() === request.params.repositoryId.toLowerCase());
    if (name) response.json(repositoryOf(context, name));
    else notFound(response, `TF401019: The Git repository ${request.params.repositoryId}`);
  });
  router.get('/repositories/:repositoryId/pullRequests', (request, response) => {
    const found = state.pullRequests.filter(
      ({ repository }) => repository.toLowerCase() === request.params.repositoryId.toLowerCase(),
    );
    answerList(
      response,
      found.map((pull) => pullRequestOf(context, pull)),
    );
  });
  const route = '/repositories/:repositoryId/pullRequests/:pullRequestId';
  router.get(
    [route, '/pullRequests/:pullRequestId'],
    withPull((pull, _, response) => void response.json(pullRequestOf(context, pull))),
  );
  threadRoutes(router, withPull);
  router.get(
    `${route}/iterations`,
    withPull((_, __, response) => answerList(response, [{ id: 1 }])),
  );
  router.get(
    `${route}/statuses`,
    withPull((pull, _, response) => answerList(response, pull.statuses)),
  );
  router.post(
    `${route}/statuses`,
    withPull((pull, request, response) => {
      const body = bodyOf(request);
      const status = {
        ...body,
        id: pull.statuses.length + 1,
        state: named(statusStates, body.state, 'notSet'),
        creationDate: now(),
        createdBy: author,
      };
      pull.statuses.push(status);
      response.json(status);
    }),
  );
  const statuses = '/repositories/:repositoryId/commits/:commitId/statuses';
  router.get(statuses, (request, response) =>
    answerList(
      response,
      state.commitStatuses.filter(({ commit }) => commit === request.params.commitId),
    ),
  );
  router.post(statuses, (request, response) => {
    const body = bodyOf(request);
    const status = {
      ...body,
      commit: request.params.commitId,
      id: state.commitStatuses.length + 1,
      state: named(statusStates, body.state, 'notSet'),
      creationDate: now(),
    };
    state.commitStatuses.push(status);
    response.status(201).json(status);
  });
  return router;
}
