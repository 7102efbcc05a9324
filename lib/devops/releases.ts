import { found } from './failures.ts';
import type { DevOps } from './open.ts';

/** A classic release, as far as it is read here. */
export interface Release {
  id: string;
  name: string;
  url: string;
  createdBy: string;
  /** Builds that it deploys: project and id of each artifact that is one. */
  builds: { project: string; id: string; isPrimary: boolean }[];
}

/** The release, or undefined when there is none, or none that the token may see (`GET release/releases/{id}`). */
export async function findRelease(devops: DevOps, project: string, id: string): Promise<Release | undefined> {
  const releases = await devops.releases();
  const release = await found(releases.getRelease(project, Number(id)));
  if (!release) return undefined;
  const links = release._links as { web?: { href?: string } } | undefined;
  return {
    id,
    name: release.name ?? id,
    url: links?.web?.href ?? '',
    createdBy: release.createdFor?.displayName ?? release.createdBy?.displayName ?? '',
    builds: (release.artifacts ?? []).flatMap(({ type, definitionReference, isPrimary }) => {
      const build = definitionReference?.version?.id;
      const of = definitionReference?.project?.name ?? definitionReference?.project?.id;
      return type?.toLowerCase() === 'build' && build && of
        ? { project: of, id: build, isPrimary: isPrimary ?? false }
        : [];
    }),
  };
}
