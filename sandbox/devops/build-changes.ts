/** `_apis/build/builds/{build}/changes` and `workitems`: what came since the last good build of the pipeline on the branch. */
import type { Request, Response, Router } from 'express';
import { answerList, query } from './answers.ts';
import type { WithRun } from './build-content.ts';
import { commitPage } from './commits.ts';
import { type DevOpsContext, folderOf } from './context.ts';
import { type CommitRecord, commitsBetween, readCommit } from './history.ts';
import type { RunRecord } from './state.ts';

/** Commits of a build that has no good one before it: the service lists more, the sandbox the one that was built. */
async function changesOf(context: DevOpsContext, run: RunRecord): Promise<CommitRecord[]> {
  const before = context.store.state.runs.findLast(
    ({ id, definitionId, branch, result }) =>
      id < run.id &&
      definitionId === run.definitionId &&
      branch === run.branch &&
      (result === 'succeeded' || result === 'partiallySucceeded'),
  );
  const folder = folderOf(context, run.repository);
  if (before) return commitsBetween(folder, before.commit, run.commit);
  const only = await readCommit(folder, run.commit);
  return only ? [only] : [];
}

/** Work items that the messages mention as `#12`, and those of the pull requests that made the commits. */
function workItemsOf({ store }: DevOpsContext, commits: readonly CommitRecord[]): string[] {
  const { workItems, pullRequests } = store.state;
  const mentioned = commits.flatMap(({ comment }) => [...comment.matchAll(/#(\d+)\b/g)].map((match) => match[1]!));
  const merged = pullRequests.filter(({ mergeCommit }) => commits.some(({ id }) => id === mergeCommit));
  const ids = new Set([...mentioned, ...merged.flatMap((pull) => pull.workItems.map(String))]);
  return workItems.map(({ id }) => String(id)).filter((id) => ids.has(id));
}

export const workItemReference = ({ collectionUrl }: DevOpsContext, id: string) => ({
  id,
  url: `${collectionUrl()}_apis/wit/workItems/${id}`,
});

export function addChangeRoutes(router: Router, context: DevOpsContext, withRun: WithRun): void {
  const { state } = context.store;
  const changeOf = (repository: string, { id, comment, author }: CommitRecord) => ({
    id,
    message: comment,
    type: 'TfsGit',
    author: { displayName: author.name, uniqueName: author.email },
    timestamp: author.date,
    location: `${context.collectionUrl()}${context.project.id}/_apis/git/repositories/${repository}/commits/${id}`,
    displayUri: commitPage(context, repository, id),
  });
  const top = (request: Request): number => Number(query(request, '$top') ?? 50);
  router.get(
    '/builds/:buildId/changes',
    withRun(async (run, request, response) => {
      const changes = await changesOf(context, run);
      answerList(
        response,
        changes.slice(0, top(request)).map((change) => changeOf(run.repository, change)),
      );
    }),
  );
  const answerItems = (response: Response, ids: string[], most: number): void =>
    answerList(
      response,
      ids.slice(0, most).map((id) => workItemReference(context, id)),
    );
  router.get(
    '/builds/:buildId/workitems',
    withRun(async (run, request, response) =>
      answerItems(response, workItemsOf(context, await changesOf(context, run)), top(request)),
    ),
  );
  const between = (request: Request): Promise<CommitRecord[]> => {
    const [from, to] = ['fromBuildId', 'toBuildId'].map((name) =>
      state.runs.find(({ id }) => id === Number(query(request, name))),
    );
    if (!from || !to) return Promise.resolve([]);
    return commitsBetween(folderOf(context, to.repository), from.commit, to.commit);
  };
  router.get('/changes', async (request, response) =>
    answerList(
      response,
      (await between(request)).map((change) => changeOf(context.project.name, change)),
    ),
  );
  router.get('/workitems', async (request, response) =>
    answerItems(response, workItemsOf(context, await between(request)), top(request)),
  );
}
