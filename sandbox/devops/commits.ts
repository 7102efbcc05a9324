/** `_apis/git/repositories/{repository}`: commits, and the pull requests that brought them. */
import type { Router } from 'express';
import { answerList, bodyOf, type Handler, parameter, query, refuse } from './answers.ts';
import { type DevOpsContext, folderOf } from './context.ts';
import { type CommitRecord, commitsBetween, readCommit } from './history.ts';
import type { PullRequest } from './state.ts';

export const commitPage = ({ collectionUrl, project }: DevOpsContext, repository: string, id: string): string =>
  `${collectionUrl()}${project.name}/_git/${repository}/commit/${id}`;

const commitOf = (context: DevOpsContext, repository: string, { id, parents, author, comment }: CommitRecord) => ({
  commitId: id,
  parents,
  author,
  committer: author,
  comment,
  url: `${context.collectionUrl()}${context.project.id}/_apis/git/repositories/${repository}/commits/${id}`,
  remoteUrl: commitPage(context, repository, id),
});

/** True for a commit that the pull request brought: the one that its merge made, or one of its branch. */
async function isMergedBy(
  context: DevOpsContext,
  { repository, mergeCommit }: PullRequest,
  id: string,
): Promise<boolean> {
  const folder = folderOf(context, repository);
  const merge = mergeCommit ? await readCommit(folder, mergeCommit) : undefined;
  if (!merge?.parents[0]) return mergeCommit === id;
  const brought = await commitsBetween(folder, merge.parents[0], merge.id);
  return brought.some((commit) => commit.id === id);
}

/** The query types of the service: who made this merge commit, who ever merged this commit. */
const queryTypes = ['notSet', 'lastMergeCommit', 'commit'];

function pullRequestQuery(context: DevOpsContext, show: (pull: PullRequest) => object): Handler {
  return async (request, response) => {
    const repository = parameter(request, 'repositoryId').toLowerCase();
    const pulls = context.store.state.pullRequests.filter((pull) => pull.repository.toLowerCase() === repository);
    const { queries = [] } = bodyOf(request);
    const results = [];
    for (const { type, items = [] } of queries) {
      const isMade = (typeof type === 'number' ? queryTypes[type] : type) === 'lastMergeCommit';
      const result: Record<string, object[]> = {};
      for (const id of items as string[])
        for (const pull of pulls)
          if (isMade ? pull.mergeCommit === id : await isMergedBy(context, pull, id))
            result[id] = [...(result[id] ?? []), show(pull)];
      results.push(result);
    }
    response.json({ queries, results });
  };
}

/** @param show a pull request as the API has it */
export function addCommitHistory(router: Router, context: DevOpsContext, show: (pull: PullRequest) => object): void {
  const repository = '/repositories/:repositoryId';
  router.get(`${repository}/commits/:commitId`, async (request, response) => {
    const { repositoryId, commitId } = request.params;
    const commit = await readCommit(folderOf(context, repositoryId!), commitId!);
    if (commit) return void response.json(commitOf(context, repositoryId!, commit));
    const message = `TF401175: The version descriptor <Commit: ${commitId} > could not be resolved to a version in the repository ${repositoryId}.`;
    refuse(response, 404, 'GitUnresolvableToCommitException', message);
  });
  router.post(`${repository}/commitsbatch`, async (request, response) => {
    const name = request.params.repositoryId!;
    const { itemVersion, compareVersion } = bodyOf(request);
    if (!itemVersion?.version || !compareVersion?.version)
      return refuse(response, 400, 'InvalidArgumentValueException', 'The sandbox compares two versions.');
    const commits = await commitsBetween(folderOf(context, name), itemVersion.version, compareVersion.version);
    const top = Number(query(request, '$top') ?? 100);
    answerList(
      response,
      commits.slice(0, top).map((commit) => commitOf(context, name, commit)),
    );
  });
  router.post(`${repository}/pullrequestquery`, pullRequestQuery(context, show));
}
