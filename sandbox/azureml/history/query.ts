/** Filters, order and pages of run history's lists. */
import type { Request } from 'express';
import type { AzureMlContext } from '../../contracts.ts';
import type { RunRecord } from './run.ts';
import { toRun } from './wire.ts';

/** Query options as the query string (`$filter`) or the body (`filter`) spells them. */
interface QueryOptions {
  filter?: string;
  $filter?: string;
  orderBy?: string;
  $orderby?: string;
  $sortorder?: string;
}

/** Fields that a filter may compare, by their lower-case names. */
const FIELDS: Record<string, (run: RunRecord) => string | undefined> = {
  runid: (run) => run.runId,
  status: (run) => run.status,
  runtype: (run) => run.runType,
  displayname: (run) => run.displayName,
  name: (run) => run.displayName,
  parentrunid: (run) => run.parentRunId,
  rootrunid: (run) => run.rootRunId,
  target: (run) => run.target,
  createdutc: (run) => run.createdUtc,
  starttimeutc: (run) => run.startTimeUtc,
  endtimeutc: (run) => run.endTimeUtc,
};

function fieldOf(run: RunRecord, name: string): string | undefined {
  const [, map, key] = /^(tags|properties)\/(.+)$/i.exec(name) ?? [];
  if (map && key) return run[map.toLowerCase() as 'tags' | 'properties'][key];
  return FIELDS[name.toLowerCase()]?.(run);
}

/**
 * A filter of comparisons joined by `and` and `or`: `Status eq 'Running' and tags/x ne 'y'`. Assumption: the service's OData
 * subset isn't documented; this is what its clients send.
 */
export function matchesFilter(run: RunRecord, filter: string): boolean {
  return filter.split(/\s+or\s+/i).some((alternative) => matchesAll(run, alternative));
}

function matchesAll(run: RunRecord, filter: string): boolean {
  return filter.split(/\s+and\s+/i).every((part) => {
    const match = /^\s*\(?\s*([\w/.-]+)\s+(eq|ne|gt|ge|lt|le)\s+(?:'([^']*)'|([^\s)]+))\s*\)?\s*$/i.exec(part);
    if (!match) return true;
    const actual = fieldOf(run, match[1]!) ?? '';
    const wanted = match[3] ?? match[4] ?? '';
    // A run that has not ended is neither before nor after a time.
    const compared = actual === '' ? Number.NaN : actual.localeCompare(wanted);
    const operators: Record<string, boolean> = {
      eq: actual === wanted || (wanted === 'null' && actual === ''),
      ne: actual !== wanted,
      gt: compared > 0,
      ge: compared >= 0,
      lt: compared < 0,
      le: compared <= 0,
    };
    return operators[match[2]!.toLowerCase()]!;
  });
}

/** The runs that the options ask for, in their order (creation when none is given). */
export function queryRuns(runs: RunRecord[], options: QueryOptions): RunRecord[] {
  const filter = options.filter ?? options.$filter;
  const [field = '', direction = options.$sortorder ?? 'asc'] = (options.orderBy ?? options.$orderby ?? '').split(
    /\s+/,
  );
  const found = filter ? runs.filter((run) => matchesFilter(run, filter)) : [...runs];
  if (!FIELDS[field.toLowerCase()]) return found;
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return found.sort((a, b) => sign * (fieldOf(a, field) ?? '').localeCompare(fieldOf(b, field) ?? ''));
}

const PAGE = 300;

/** One page of runs: `$top`/`top` long, from `$continuationtoken`/`continuationToken` on. */
export function page(context: AzureMlContext, runs: RunRecord[], request: Request) {
  const options = { ...request.query, ...(request.body ?? {}) } as Record<string, any>;
  const token = options.$continuationtoken ?? options.continuationToken;
  const start = token ? Number(Buffer.from(String(token), 'base64url').toString()) || 0 : 0;
  const size = Math.max(1, Number(options.$top ?? options.top ?? PAGE) || PAGE);
  const next = start + size < runs.length ? Buffer.from(String(start + size)).toString('base64url') : null;
  const url = new URL(`${context.url}${request.originalUrl}`);
  if (next) url.searchParams.set('$continuationtoken', next);
  const value = runs.slice(start, start + size).map((run) => toRun(context, run));
  if (!next) return { value };
  return { value, continuationToken: next, nextLink: request.method === 'GET' ? url.href : null };
}
