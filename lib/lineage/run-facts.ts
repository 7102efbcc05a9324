import { findBuild, listBuildWorkItems } from '../devops/builds.ts';
import { listPullRequestsOf, listPullRequestWorkItems } from '../devops/git.ts';
import type { DevOps } from '../devops/open.ts';
import { findRelease } from '../devops/releases.ts';
import type { PipelineRun } from './pipeline-run.ts';
import type { Facts } from './stamp.ts';

/** What Azure DevOps knows about a run that the agent does not tell. */
type RunFacts = Pick<Facts, 'pullRequest' | 'workItems'>;

/**
 * Pull request and work items of the run: of a release those of the build that it deploys. What can't be read is left out; the
 * facts are worth a line of the log, never a failure.
 * @param onUnknown gets why something could not be read
 */
export async function findRunFacts(
  devops: DevOps,
  { kind, project, id, commit, pullRequest }: PipelineRun,
  onUnknown: (error: unknown) => void,
): Promise<RunFacts> {
  const attempt = <T>(work: Promise<T>): Promise<T | undefined> =>
    work.catch((error: unknown) => {
      onUnknown(error);
      return undefined;
    });
  const release = kind === 'release' ? await attempt(findRelease(devops, project, id)) : undefined;
  const primary = release?.builds.find(({ isPrimary }) => isPrimary) ?? release?.builds[0];
  const of = kind === 'build' ? { project, id } : primary;
  if (!of) return {};
  const [build, ofBuild] = await Promise.all([
    attempt(findBuild(devops, of.project, of.id)),
    attempt(listBuildWorkItems(devops, of.project, of.id)),
  ]);
  const known = build?.pullRequest || pullRequest;
  if (!build?.repository.isAzureRepos) return factsOf(known, ofBuild);
  const repository = { project: of.project, id: build.repository.id };
  const number = known || (await attempt(listPullRequestsOf(devops, repository, build.commit || commit)))?.[0]?.id;
  const ofPull = number ? await attempt(listPullRequestWorkItems(devops, repository, number)) : [];
  return factsOf(number, ofBuild || ofPull ? [...new Set([...(ofBuild ?? []), ...(ofPull ?? [])])] : undefined);
}

function factsOf(pullRequest: string | undefined, workItems: string[] | undefined): RunFacts {
  return { ...(pullRequest ? { pullRequest } : {}), ...(workItems ? { workItems } : {}) };
}
