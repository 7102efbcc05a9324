/** Lists as ARM answers them: filters, order and pages with `nextLink`. */
import type { Request } from 'express';
import type { Resource } from '../../contracts.ts';
import * as errors from './errors.ts';

/** About what the service answers in one page of assets. */
const pageSize = 50;

/** Keeps what `listViewType` asks for; archived resources are hidden by default. */
export function inView(request: Request, isArchived: (resource: Resource) => boolean) {
  // azure-ai-ml sends registries the name of its enumeration's member: `ListViewType.ACTIVE_ONLY`.
  const view = String(request.query.listViewType ?? 'ActiveOnly')
    .toLowerCase()
    .replace(/^listviewtype\.|_/g, '');
  if (!['activeonly', 'archivedonly', 'all'].includes(view)) {
    throw errors.viewInvalid(view);
  }
  return (resource: Resource): boolean => view === 'all' || isArchived(resource) === (view === 'archivedonly');
}

/** Keeps resources whose map (tags or properties) has every `key` or `key=value` of a comma-separated filter. */
export function withPairs(filter: unknown, mapOf: (resource: Resource) => Record<string, unknown> | undefined) {
  const wanted = typeof filter === 'string' && filter !== '' ? filter.split(',') : [];
  return (resource: Resource): boolean =>
    wanted.every((pair) => {
      const [key = '', ...value] = pair.trim().split('=');
      const map = mapOf(resource) ?? {};
      return value.length === 0 ? Object.hasOwn(map, key) : String(map[key]) === value.join('=');
    });
}

/**
 * The page of `resources` (oldest first) that the request asks for: newest first, or by `$orderBy`; `$top` is how many
 * there are in all, `$skipToken` the opaque token of a `nextLink`.
 * @param oldestFirst the order without `$orderBy`
 */
export function answerPage(
  request: Request,
  url: string,
  resources: Resource[],
  oldestFirst = false,
): { value: Resource[]; nextLink?: string } {
  const orderBy = String(request.query.$orderBy ?? request.query.orderBy ?? '');
  const ordered = oldestFirst && orderBy === '' ? resources : inOrder(orderBy, resources);
  const top = positive(request.query.$top, '$top') ?? Number.POSITIVE_INFINITY;
  const start = startOf(request.query.$skipToken) ?? positive(request.query.$skip, '$skip') ?? 0;
  const end = Math.min(start + pageSize, top, ordered.length);
  const value = ordered.slice(start, end);
  if (end >= Math.min(top, ordered.length)) return { value };
  const next = new URL(request.originalUrl, url);
  next.searchParams.delete('$skipToken');
  const token = Buffer.from(`start ${end}`).toString('base64url');
  return { value, nextLink: `${next.href}&$skipToken=${token}` };
}

/** The position in a `$skipToken`; undefined when the query has none. */
function startOf(token: unknown): number | undefined {
  if (token === undefined) return undefined;
  return positive(/^start (\d+)$/.exec(Buffer.from(String(token), 'base64url').toString())?.[1] ?? token, '$skipToken');
}

function inOrder(orderBy: string, resources: Resource[]): Resource[] {
  const [field = '', direction = field === '' ? 'desc' : 'asc'] = orderBy.trim().split(/[\s+]+/);
  const byVersion = /^(version|name)$/i.test(field);
  const sorted = byVersion
    ? [...resources].sort((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }))
    : [...resources];
  return direction.toLowerCase() === 'desc' ? sorted.reverse() : sorted;
}

function positive(value: unknown, name: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (!/^\d+$/.test(String(value))) throw errors.queryNotNumber(value, name);
  return Number(value);
}
