/** `_apis/git`: repositories, pull requests with their threads and statuses. */
import { Router } from 'express';
import { answerList, bodyOf, type Handler, notFound, parameter, refuse } from './answers.ts';
import { workItemReference } from './build-changes.ts';
import { addCommitHistory } from './commits.ts';
import { apiUrl, type DevOpsContext, projectReference } from './context.ts';
import { addPullRequest, type PullRequest } from './state.ts';
import { author, named, now, type PullHandler, statusStates, threadRoutes } from './threads.ts';

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
  status: pull.mergeCommit ? 'completed' : 'active',
  ...(pull.mergeCommit ? { lastMergeCommit: { commitId: pull.mergeCommit } } : {}),
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

/** Every project starts with a repository of its own name; runs and pull requests bring others. */
function repositories({ store, project }: DevOpsContext): string[] {
  const used = [...store.state.runs, ...store.state.pullRequests].map(({ repository }) => repository);
  return [...new Set([project.name, ...used])];
}

type WithPull = (handle: PullHandler) => Handler;

/** Finds the pull request of the address for the handler, or answers 404. */
function pullFinder({ store }: DevOpsContext): WithPull {
  return (handle) => (request, response, next) => {
    const repository = parameter(request, 'repositoryId').toLowerCase();
    const pull = store.state.pullRequests.find(({ id }) => id === Number(parameter(request, 'pullRequestId')));
    if (pull && (repository === '' || pull.repository.toLowerCase() === repository))
      handle(pull, request, response, next);
    else notFound(response, `TF401180: The requested pull request ${parameter(request, 'pullRequestId')}`);
  };
}

function addRepositoryRoutes(router: Router, context: DevOpsContext): void {
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
}

/** Pull requests of a repository. */
function addPullRequestRoutes(router: Router, context: DevOpsContext): void {
  const { state } = context.store;
  router.get('/repositories/:repositoryId/pullRequests', (request, response) => {
    const found = state.pullRequests.filter(
      ({ repository }) => repository.toLowerCase() === request.params.repositoryId.toLowerCase(),
    );
    answerList(
      response,
      found.map((pull) => pullRequestOf(context, pull)),
    );
  });
  router.post('/repositories/:repositoryId/pullRequests', (request, response) => {
    const known = repositories(context).find(
      (each) => each.toLowerCase() === request.params.repositoryId.toLowerCase(),
    );
    if (!known) return notFound(response, `TF401019: The Git repository ${request.params.repositoryId}`);
    const { title, sourceRefName, targetRefName } = bodyOf(request);
    if (![title, sourceRefName, targetRefName].every((field) => typeof field === 'string' && field !== '')) {
      const message = 'A pull request needs title, sourceRefName and targetRefName.';
      return refuse(response, 400, 'InvalidArgumentValueException', message);
    }
    const branches = { sourceBranch: sourceRefName, targetBranch: targetRefName };
    const pull = addPullRequest(context.store, { repository: known, title, ...branches });
    response.status(201).json(pullRequestOf(context, pull));
  });
}

/** One pull request and its statuses. */
function addPullRoutes(router: Router, context: DevOpsContext, withPull: WithPull): void {
  const route = '/repositories/:repositoryId/pullRequests/:pullRequestId';
  router.get(
    [route, '/pullRequests/:pullRequestId'],
    withPull((pull, _, response) => void response.json(pullRequestOf(context, pull))),
  );
  router.get(
    `${route}/workitems`,
    withPull((pull, _, response) =>
      answerList(
        response,
        pull.workItems.map((id) => workItemReference(context, String(id))),
      ),
    ),
  );
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
}

/** Statuses of a commit. */
function addCommitRoutes(router: Router, { store: { state } }: DevOpsContext): void {
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
}

export function gitRoutes(context: DevOpsContext): Router {
  const router = Router({ mergeParams: true });
  const withPull = pullFinder(context);
  // A repository that the caller may not read does not exist for it.
  router.use('/repositories/:repositoryId', (request, response, next) => {
    if (!context.denied.has('code')) return next();
    const message = `TF401019: The Git repository with name or identifier ${request.params.repositoryId} does not exist or you do not have permissions for the operation you are attempting.`;
    refuse(response, 404, 'GitRepositoryNotFoundException', message);
  });
  // Whoever may read a pull request may not yet say something in it.
  router.use('/repositories/:repositoryId/pullRequests/:pullRequestId/threads', (request, response, next) => {
    if (!context.denied.has('pullRequests') || request.method === 'GET') return next();
    const message = "TF401027: You need the Git 'PullRequestContribute' permission to perform this action.";
    refuse(response, 403, 'GitNeedsPermissionException', message);
  });
  addRepositoryRoutes(router, context);
  addPullRequestRoutes(router, context);
  addPullRoutes(router, context, withPull);
  threadRoutes(router, withPull);
  addCommitRoutes(router, context);
  addCommitHistory(router, context, (pull) => pullRequestOf(context, pull));
  return router;
}
