import { type Build, listBuildWorkItems } from '../devops/builds.ts';
import {
  findCommit,
  findPullRequest,
  listPullRequestsOf,
  listPullRequestWorkItems,
  type PullRequest,
  type Repository,
} from '../devops/git.ts';
import type { DevOps } from '../devops/open.ts';
import { listWorkItems } from '../devops/work-items.ts';
import { commitPage } from './commit-page.ts';
import type { Collector } from './lineage.ts';
import type { RecordedRun } from './recorded-run.ts';

/** A run whose sources are looked for. */
interface RunWalk {
  devops: DevOps;
  run: RecordedRun;
  /** What Azure DevOps says of it. */
  build: Build | undefined;
  /** False for a run of another organization, of which only what was recorded is known. */
  isOwn: boolean;
  /** Id of its node. */
  id: string;
  trace: Collector;
}

/** Commit, pull request and work items of a run: those that Azure DevOps knows, and those that were recorded. */
export async function traceSources(walk: RunWalk): Promise<void> {
  const { run, build, isOwn, id } = walk;
  const commit = build?.commit || run.commit;
  const repository =
    isOwn && build?.repository.isAzureRepos ? { project: run.project, id: build.repository.id } : undefined;
  if (commit) await traceCommit(walk, commit, repository);
  const pulls = await tracePullRequests(walk, commit, repository, commit ? `commit:${commit}` : id);
  await traceWorkItems(walk, await workItemsOf(walk, pulls, repository));
}

async function traceCommit(
  { devops, run, id, trace }: RunWalk,
  commit: string,
  repository: Repository | undefined,
): Promise<void> {
  const what = `the commit ${commit.slice(0, 8)}`;
  const read =
    repository && (await trace.attempt(id, what, async () => (await findCommit(devops, repository, commit)) ?? 'gone'));
  if (read === 'gone')
    trace.missing(id, what, 'the repository does not have it, or the job’s token may not read the repository');
  const known = read === 'gone' ? undefined : read;
  trace.add(
    {
      kind: 'commit',
      id: `commit:${commit}`,
      title: commit.slice(0, 8),
      link: known?.url || commitPage(run.repository, commit),
      facts: {
        commit,
        repository: run.repository,
        repositoryId: repository?.id ?? '',
        project: repository?.project ?? '',
        branch: run.branch,
        message: known?.message ?? '',
        author: known?.author ?? '',
        date: known?.date ?? '',
      },
    },
    { from: id, relation: 'builtFrom' },
  );
}

/** @param from id of the node that the pull request belongs to: the commit, else the run */
async function tracePullRequests(
  { devops, run, build, trace }: RunWalk,
  commit: string,
  repository: Repository | undefined,
  from: string,
): Promise<PullRequest[]> {
  const number = run.pullRequest || build?.pullRequest || '';
  const find = async ({ project }: Repository): Promise<PullRequest[]> =>
    (number ? [await findPullRequest(devops, project, number)] : []).flatMap((pull) => pull ?? []);
  const found =
    repository &&
    (await trace.attempt(from, 'the pull request', () =>
      number ? find(repository) : commit ? listPullRequestsOf(devops, repository, commit) : Promise.resolve([]),
    ));
  const known = found?.length ? found : number ? [{ ...UNREAD, id: number }] : [];
  for (const { id, title, author, source, target, url } of known)
    trace.add(
      {
        kind: 'pullRequest',
        id: `pullRequest:${id}`,
        title: title ? `${id}: ${title}` : id,
        link: url || undefined,
        facts: { pullRequest: id, author, source, target },
      },
      { from, relation: 'broughtBy' },
    );
  return found ?? [];
}

/** A pull request of which only its number was recorded. */
const UNREAD = { title: '', author: '', source: '', target: '', url: '' };

async function workItemsOf(
  { devops, run, build, id, trace }: RunWalk,
  pulls: readonly PullRequest[],
  repository: Repository | undefined,
): Promise<string[]> {
  const ofBuild =
    build &&
    (await trace.attempt(id, `the work items of the build ${run.number}`, () =>
      listBuildWorkItems(devops, run.project, run.id),
    ));
  const items = new Set([...run.workItems, ...(ofBuild ?? [])]);
  for (const pull of repository ? pulls : []) {
    const ofPull = await trace.attempt(id, `the work items of the pull request ${pull.id}`, () =>
      listPullRequestWorkItems(devops, repository!, pull.id),
    );
    for (const item of ofPull ?? []) items.add(item);
  }
  return [...items];
}

async function traceWorkItems({ devops, run, isOwn, id, trace }: RunWalk, ids: readonly string[]): Promise<void> {
  const read =
    isOwn && ids.length > 0
      ? await trace.attempt(id, 'the titles of the work items', () => listWorkItems(devops, run.project, ids))
      : undefined;
  for (const item of ids) {
    const known = read?.find((one) => one.id === item);
    trace.add(
      {
        kind: 'workItem',
        id: `workItem:${item}`,
        title: known ? `${item}: ${known.title}` : item,
        link: known?.url,
        facts: { workItem: item, type: known?.type ?? '', state: known?.state ?? '' },
      },
      { from: id, relation: 'worksOn' },
    );
    if (read && !known)
      trace.missing(`workItem:${item}`, `the work item ${item}`, 'it was deleted, or the job’s token may not see it');
  }
}
