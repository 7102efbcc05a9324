import { readFileSync } from 'node:fs';
import type { PlannedRequest } from '../../../lib/plan/plan.ts';

interface Members {
  /** Type of the body by collection and api-version. */
  roots: Record<string, Record<string, string>>;
  /** Members of a type, and the versions in which it has these. */
  types: Record<string, [versions: string[], members: string][]>;
}

const file = new URL('../../fixtures/api-members/members.json', import.meta.url);

/** The members that api-versions declare. */
export function readMembers(): Members {
  return JSON.parse(readFileSync(file, 'utf8')) as Members;
}

/** `jobs` of a job's path, `onlineEndpoints/deployments` of a deployment's. */
export function collectionOf(path: string): string {
  const [collection, , inner] = path.replace(/^.*\/workspaces\/[^/]+\//, '').split('/');
  return inner === undefined || inner === 'versions' ? collection! : `${collection}/${inner}`;
}

/** The members in a request's body that its api-version does not declare; undefined when its members are not known here. */
export function undeclaredMembers(
  { roots, types }: Members,
  { path, apiVersion, body }: Pick<PlannedRequest, 'path' | 'apiVersion' | 'body'>,
): string[] | undefined {
  const root = roots[collectionOf(path)]?.[apiVersion];
  if (root === undefined) return undefined;

  const check = (type: string, value: unknown, at: string): string[] => {
    if (value === null || value === undefined) return [];
    const inner = /^[[{](.*)[\]}]$/.exec(type)?.[1];
    if (inner !== undefined) return Object.entries(value).flatMap(([key, item]) => check(inner, item, `${at}.${key}`));
    const members = types[type]?.find(([versions]) => versions.includes(apiVersion))?.[1];
    if (members === undefined) return [`${at}: there is no type ${type}`];
    const given = value as Record<string, unknown>;
    if (members.startsWith('by ')) {
      const [, discriminator, ...kinds] = members.split(' ');
      const word = String(given[discriminator!]).toLowerCase();
      const kind = kinds.map((one) => one.split(':')).find(([name]) => name!.toLowerCase() === word);
      return kind ? check(kind[1]!, value, at) : [`${at}.${discriminator} is '${given[discriminator!]}'`];
    }
    const declared = new Map(members.split(' ').map((one) => one.split(/:(.*)/) as [string, string | undefined]));
    return Object.entries(given).flatMap(([name, item]) => {
      if (!declared.has(name)) return [`${at}.${name}`];
      const of = declared.get(name);
      return of ? check(of, item, `${at}.${name}`) : [];
    });
  };
  return check(root, body, '');
}
