import { findBuild, listBuildWorkItems } from '../devops/builds.ts';
import { listPullRequestsOf, listPullRequestWorkItems } from '../devops/git.ts';
import type { DevOps } from '../devops/open.ts';
import { findRelease } from '../devops/releases.ts';
import type { PipelineRun } from './pipeline-run.ts';
import type { Facts } from './stamp.ts';

/** What Azure DevOps knows about a run that the agent does not tell. */
type RunFacts = Pick<Facts, 'pullRequest' | 'workItems'>;

/**
 * Pull request and work items of the run: of a release those of the build that it deploys.
 * @throws what reading them throws; the facts are worth a line of the log, never a failure
 */
export async function findRunFacts(
  devops: DevOps,
  { kind, project, id, commit, pullRequest }: PipelineRun,
): Promise<RunFacts> {
  const release = kind === 'release' ? await findRelease(devops, project, id) : undefined;
  const primary = release?.builds.find(({ isPrimary }) => isPrimary) ?? release?.builds[0];
  const of = kind === 'build' ? { project, id } : primary;
  if (!of) return {};
  const [build, ofBuild] = await Promise.all([
    findBuild(devops, of.project, of.id),
    listBuildWorkItems(devops, of.project, of.id),
  ]);
  if (!build?.repository.isAzureRepos) return { pullRequest: build?.pullRequest || pullRequest, workItems: ofBuild };
  const repository = { project: of.project, id: build.repository.id };
  const number =
    build.pullRequest || pullRequest || (await listPullRequestsOf(devops, repository, build.commit || commit))[0]?.id;
  const ofPull = number ? await listPullRequestWorkItems(devops, repository, number) : [];
  return { pullRequest: number, workItems: [...new Set([...ofBuild, ...ofPull])] };
}
