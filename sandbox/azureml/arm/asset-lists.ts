/** Which containers and versions of assets a list has. */
import type { Request } from 'express';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { stageOf } from './asset-answer.ts';
import { codeHashVersion } from './code-hash.ts';
import { inView, withPairs } from './listing.ts';
import type { AssetKind } from './shapes/assets.ts';

export const isArchived = ({ properties }: Resource): boolean => properties.isArchived === true;

/** Containers that only ever held anonymous versions (inline components, code) are not listed. */
export function isAnonymous(kind: AssetKind, name: string, store: ResourceStore): boolean {
  const versions = store.list(`${kind}/${name}/versions`);
  return versions.length > 0 && versions.every(({ properties }) => properties.isAnonymous === true);
}

/** The service searches all code of the workspace by hash, whatever name the path carries. */
export function findByHash({ query }: Request, store: ResourceStore): Resource[] {
  const version = String(query.hashVersion ?? query.hash_version ?? codeHashVersion);
  return store
    .list('codes')
    .flatMap((code) => store.list(`codes/${code.name}/versions`))
    .filter(
      ({ properties: { properties } }) =>
        properties?.hash_sha256 === query.hash && String(properties?.hash_version) === version,
    );
}

/** The versions that the query asks for. */
export function keepVersions(
  kind: AssetKind,
  request: Request,
  container: Resource | undefined,
): (version: Resource) => boolean {
  const { version, description, stage, properties } = request.query;
  // Data is filtered by `$tags`, models by `tags`.
  const tags = request.query.tags ?? request.query.$tags;
  const filters = [
    inView(request, (resource) => (container !== undefined && isArchived(container)) || isArchived(resource)),
    withPairs(tags, (resource) => resource.properties.tags),
    withPairs(properties, (resource) => resource.properties.properties),
    (resource: Resource) => version === undefined || resource.name === version,
    (resource: Resource) => description === undefined || resource.properties.description === description,
    (resource: Resource) => stage === undefined || stageOf(resource.properties, kind) === stage,
  ];
  return (resource) => filters.every((accepts) => accepts(resource));
}
