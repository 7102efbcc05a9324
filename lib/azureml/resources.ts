import type { AzureAnswer } from '../azure/answers.ts';
import type { Audience, AzureClient, AzureRequest } from '../azure/client.ts';
import { ifFound, oddAnswer } from '../azure/failures.ts';
import { listAll } from '../azure/listing.ts';
import type { AssetKind } from './ids.ts';

/** Where resources live: a workspace or a registry. The functions of this file take it first. */
export interface AssetRoot {
  readonly client: AzureClient;
  /** What paths of resources are appended to, without a slash at its end. */
  readonly url: string;
  /** For messages: `the workspace 'ws'`. */
  readonly label: string;
  readonly audience: Audience;
  /** @param below `models/m/versions/1` */
  apiVersionOf(below: string): string;
  /** What a job's body calls the version of an asset. */
  idOf(kind: AssetKind, name: string, version: string): string;
}

/** A resource as ARM gives it, as far as every kind has it. */
export interface Resource {
  id: string;
  name: string;
  properties: unknown;
}

interface More
  extends Partial<Pick<AzureRequest, 'body' | 'headers' | 'signal' | 'lastTry' | 'retry' | 'repeatable' | 'from'>> {
  query?: Record<string, string>;
  /** Another one than the collection's. */
  apiVersion?: string;
}

/** A request to a resource below the root: `jobs/x`. Names in the path are encoded already. */
export function requestTo(
  root: AssetRoot,
  method: AzureRequest['method'],
  below: string,
  { query, apiVersion = root.apiVersionOf(below), ...more }: More = {},
): AzureRequest {
  const url = `${root.url}/${below}?${new URLSearchParams({ 'api-version': apiVersion, ...query })}`;
  return { method, url, audience: root.audience, ...more };
}

/** Path segments, encoded: `path('models', name, 'versions', version)`. */
export function path(...segments: string[]): string {
  return segments.map(encodeURIComponent).join('/');
}

/**
 * The resource, or undefined when there is none (404).
 * @param needs the member without which the answer is not such a resource; `nothing` where it is enough that it is there
 * @throws UserError `AnswerNotUnderstood` when the answer is a success without a resource
 */
export async function find<T extends object>(
  root: AssetRoot,
  below: string,
  {
    needs = 'properties',
    ...more
  }: Pick<More, 'signal' | 'apiVersion'> & { needs?: 'properties' | 'id' | 'nothing' } = {},
): Promise<T | undefined> {
  const request = requestTo(root, 'GET', below, more);
  const answer = await ifFound(
    root.client.send<(T & { properties?: unknown; id?: unknown }) | null | undefined>(request),
  );
  if (!answer) return undefined;
  const { body } = answer;
  if (needs === 'nothing' ? typeof body === 'object' && body !== null : body?.[needs]) return body as T;
  throw oddAnswer(request.url, needs === 'nothing' ? 'a resource' : `the ${needs} of a resource`, answer.text);
}

/** Items of a collection, page after page; none when there is no such collection (404). */
export function list<T>(
  root: AssetRoot,
  below: string,
  query: Record<string, string> = {},
  signal?: AbortSignal,
): AsyncGenerator<T> {
  return listAll<T>(root.client, requestTo(root, 'GET', below, { query, signal }), { orNone: true });
}

/** Names among which the nearest to a wrong one is looked for. */
const MOST_NAMES = 1_000;

/**
 * Names of the items of a collection, `most` at the most. A registry's version of a model is named after the model, so
 * versions are taken from the end of the id.
 */
export async function names(
  root: AssetRoot,
  below: string,
  {
    query,
    signal,
    most = MOST_NAMES,
  }: { query?: Record<string, string>; signal?: AbortSignal | undefined; most?: number } = {},
): Promise<string[]> {
  const found: string[] = [];
  for await (const { id, name } of list<Partial<Resource>>(root, below, query, signal)) {
    found.push((below.endsWith('/versions') && id ? id.slice(id.lastIndexOf('/') + 1) : name) ?? '');
    if (found.length === most) break;
  }
  return found;
}

/**
 * The resource of this name.
 * @param missing makes the error of the names that there are
 */
export async function get<T extends object>(
  root: AssetRoot,
  collection: string,
  name: string,
  missing: (names: string[]) => Error,
): Promise<T> {
  const found = await find<T>(root, path(collection, name));
  if (found) return found;
  throw missing(await names(root, collection));
}

/** `PUT`; the answer is the resource as the service made it, which may have another id than the one that was asked for. */
export async function put<T extends object>(
  root: AssetRoot,
  below: string,
  body: unknown,
  more: Omit<More, 'body'> = {},
): Promise<AzureAnswer<T>> {
  return root.client.send<T>(requestTo(root, 'PUT', below, { ...more, body }));
}

/** `DELETE`; false when there was nothing to remove (204 or 404). */
export async function remove(root: AssetRoot, below: string): Promise<boolean> {
  const answer = await ifFound(root.client.send(requestTo(root, 'DELETE', below)));
  return answer !== undefined && answer.status !== 204;
}
