import type {
  GitCommitRef,
  GitPullRequest,
  GitQueryCommitsCriteria,
} from 'azure-devops-node-api/interfaces/GitInterfaces.js';
import { found } from './failures.ts';
import type { DevOps } from './open.ts';

export interface Commit {
  id: string;
  /** First line of its message. */
  message: string;
  author: string;
  /** Day: `2026-11-27`; empty when it is not known. */
  date: string;
  url: string;
}

export interface PullRequest {
  id: string;
  title: string;
  /** Who opened it. */
  author: string;
  source: string;
  target: string;
  url: string;
}

/** What names a repository of Azure Repos. */
export interface Repository {
  project: string;
  /** Id or name. */
  id: string;
}

/** `GitVersionType.Commit` and `GitPullRequestQueryType` of the client, whose module is loaded later than this one. */
const COMMIT_VERSION = 2;
const MADE_THE_COMMIT = 1;
const MERGED_THE_COMMIT = 2;

/** The commit, or undefined when there is none (`GET git/repositories/{id}/commits/{commit}`). */
export async function findCommit(
  devops: DevOps,
  { project, id }: Repository,
  commit: string,
): Promise<Commit | undefined> {
  const git = await devops.git();
  const answer = await found(git.getCommit(commit, id, project));
  return answer && commitOf(answer);
}

/**
 * Commits that are in the history of `to` but not in that of `from`, newest first, `top` at the most
 * (`POST git/repositories/{id}/commitsbatch`: the item version is left out, the compare version is walked).
 */
export async function listCommitsBetween(
  devops: DevOps,
  { project, id }: Repository,
  from: string,
  to: string,
  top: number,
): Promise<Commit[]> {
  const git = await devops.git();
  const criteria: GitQueryCommitsCriteria = {
    itemVersion: { version: from, versionType: COMMIT_VERSION },
    compareVersion: { version: to, versionType: COMMIT_VERSION },
  };
  return ((await git.getCommitsBatch(criteria, id, project, 0, top)) ?? []).map(commitOf);
}

function commitOf({ commitId, comment, author, remoteUrl, _links }: GitCommitRef & { _links?: unknown }): Commit {
  const links = _links as { web?: { href?: string } } | undefined;
  const date = author?.date ? new Date(author.date) : undefined;
  return {
    id: commitId ?? '',
    message: comment?.split(/\r?\n/)[0] ?? '',
    author: author?.name ?? '',
    date: date && !Number.isNaN(date.getTime()) ? date.toISOString().slice(0, 10) : '',
    url: remoteUrl ?? links?.web?.href ?? '',
  };
}

/**
 * Pull requests that brought a commit: those that made it when they were merged, else those that had it in their branch
 * (`POST git/repositories/{id}/pullrequestquery`).
 */
export async function listPullRequestsOf(
  devops: DevOps,
  { project, id }: Repository,
  commit: string,
): Promise<PullRequest[]> {
  const git = await devops.git();
  const queries = [MADE_THE_COMMIT, MERGED_THE_COMMIT].map((type) => ({ type, items: [commit] }));
  const answer = await git.getPullRequestQuery({ queries }, id, project);
  const results = (answer?.results ?? []) as unknown as Record<string, GitPullRequest[]>[];
  const byQuery = results.map((result) => Object.values(result ?? {}).flat());
  return (byQuery.find((pulls) => pulls.length > 0) ?? []).map((pull) => pullRequestOf(devops, pull));
}

/** The pull request of this number, or undefined when there is none (`GET git/pullrequests/{id}`). */
export async function findPullRequest(devops: DevOps, project: string, id: string): Promise<PullRequest | undefined> {
  const git = await devops.git();
  const answer = await found(git.getPullRequestById(Number(id), project));
  return answer && pullRequestOf(devops, answer);
}

/** Ids of the work items that are linked to a pull request (`GET git/repositories/{id}/pullRequests/{number}/workitems`). */
export async function listPullRequestWorkItems(
  devops: DevOps,
  { project, id }: Repository,
  pullRequest: string,
): Promise<string[]> {
  const git = await devops.git();
  const refs = await git.getPullRequestWorkItemRefs(id, Number(pullRequest), project);
  return (refs ?? []).flatMap((ref) => ref.id ?? []);
}

function pullRequestOf({ collectionUrl }: DevOps, pull: GitPullRequest): PullRequest {
  const { project, name } = pull.repository ?? {};
  const id = String(pull.pullRequestId ?? '');
  // Answers have the address of the API alone.
  const page = project?.name && name ? [project.name, '_git', name, 'pullrequest', id] : undefined;
  return {
    id,
    title: pull.title ?? '',
    author: pull.createdBy?.displayName ?? '',
    source: shortBranch(pull.sourceRefName),
    target: shortBranch(pull.targetRefName),
    url: page ? collectionUrl + page.map(encodeURIComponent).join('/') : '',
  };
}

function shortBranch(ref: string | undefined): string {
  return ref?.replace(/^refs\/heads\//, '') ?? '';
}
