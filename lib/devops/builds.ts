import type { Build as ApiBuild } from 'azure-devops-node-api/interfaces/BuildInterfaces.js';
import { found } from './failures.ts';
import type { DevOps } from './open.ts';

/** A run of a YAML pipeline or of a classic build pipeline, as far as it is read here. */
export interface Build {
  id: string;
  number: string;
  /** Name of the pipeline. */
  pipeline: string;
  pipelineId: number | undefined;
  project: string;
  /** The run's web page. */
  url: string;
  branch: string;
  commit: string;
  requestedFor: string;
  repository: { id: string; name: string; isAzureRepos: boolean; url: string };
  /** Number of the pull request that the run validates; empty for other runs. */
  pullRequest: string;
  /** True for a build that was deleted and can still be read for some days. */
  isDeleted: boolean;
}

/** The build, or undefined when there is none, or none that the token may see (`GET build/builds/{id}`). */
export async function findBuild(devops: DevOps, project: string, id: string): Promise<Build | undefined> {
  const builds = await devops.builds();
  const build = await found(builds.getBuild(project, Number(id)));
  return build && buildOf(build);
}

function buildOf({ repository, definition, project, ...build }: ApiBuild): Build {
  const branch = build.sourceBranch ?? '';
  return {
    id: String(build.id ?? ''),
    number: build.buildNumber ?? String(build.id ?? ''),
    pipeline: definition?.name ?? '',
    pipelineId: definition?.id,
    project: project?.name ?? '',
    url: (build._links as Links | undefined)?.web?.href ?? '',
    branch,
    commit: build.sourceVersion ?? '',
    requestedFor: build.requestedFor?.displayName ?? '',
    repository: {
      id: repository?.id ?? '',
      name: repository?.name ?? '',
      isAzureRepos: repository?.type?.toLowerCase() === 'tfsgit',
      url: repository?.url ?? '',
    },
    pullRequest: build.triggerInfo?.['pr.number'] ?? /^refs\/pull\/(\d+)\//.exec(branch)?.[1] ?? '',
    isDeleted: build.deleted ?? false,
  };
}

interface Links {
  web?: { href?: string };
}

/** Ids of the work items of a build's changes (`GET build/builds/{id}/workitems`), `top` at the most. */
export async function listBuildWorkItems(devops: DevOps, project: string, id: string, top = 50): Promise<string[]> {
  const builds = await devops.builds();
  const refs = await builds.getBuildWorkItemsRefs(project, Number(id), top);
  return (refs ?? []).flatMap((ref) => ref.id ?? []);
}

/** Ids of the work items that came between two builds of one pipeline (`GET build/workitems`). */
export async function listWorkItemsBetween(
  devops: DevOps,
  project: string,
  from: string,
  to: string,
  top = 100,
): Promise<string[]> {
  const builds = await devops.builds();
  const refs = await builds.getWorkItemsBetweenBuilds(project, Number(from), Number(to), top);
  return (refs ?? []).flatMap((ref) => ref.id ?? []);
}

/** Adds tags to a build; those that it has stay (`POST build/builds/{id}/tags`, so that tags may have any character). */
export async function addBuildTags(
  devops: DevOps,
  project: string,
  id: string,
  tags: readonly string[],
): Promise<void> {
  await (await devops.builds()).addBuildTags([...tags], project, Number(id));
}
