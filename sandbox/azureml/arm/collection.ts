/**
 * Resources of Azure Resource Manager as declarations: a kind says what is its own, and the routes for listing, reading,
 * writing and deleting follow from that.
 */
import express, { type Request, type Response } from 'express';
import type { Resource, ResourceStore } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ArmError } from './arm-error.ts';
import * as errors from './errors.ts';
import { answerPage } from './listing.ts';
import { type At, type Check, checkBody } from './shape.ts';
import type { SystemField } from './system-data.ts';
import { systemDataOf } from './system-data.ts';

/** What every collection works with. `store` is the workspace's or the registry's, so one declaration serves both. */
export interface CollectionContext {
  store: ResourceStore;
  url: string;
}

/** One request to a collection or to a resource in it. */
export interface Call<C extends CollectionContext = CollectionContext> {
  context: C;
  request: Request;
  response: Response;
  /** Where the store has the collection: `batchEndpoints/e/deployments`. */
  collection: string;
  /** Where the store has the resource; the collection's own path in a list. */
  path: string;
  /** Name of the resource; empty in a list. */
  name: string;
  /** The names in the path, by parameter. */
  params: Record<string, string>;
  /** For checking bodies: the api-version decides which fields exist. */
  at: At;
  /** Who is noted in `systemData`. */
  caller: string | undefined;
}

/** What is stored; the store adds id, name, type and systemData. */
export type Draft = Pick<Resource, 'properties'> & Partial<Resource>;
type Properties = Resource['properties'];
type Body = Record<string, any>;

/** A kind of resource. Hooks that are left out do what most kinds do. */
export interface Declaration<C extends CollectionContext> {
  /** As in ARM, relative to the workspace or registry; ends in the resource's name: `jobs/:name`. */
  path: string;
  /** One of them, as messages call it. */
  one: string;
  /** What messages call the names in the path; PUT checks those that are given. */
  names: Record<string, string>;
  /** Form of the body of a PUT. */
  shape: Check;
  /** Properties that the service fills in when they are not sent: values and nulls. */
  defaults?: Properties;
  /** Properties that the service sets at every write, whatever is sent. */
  sets?: Properties;
  /** Throws unless what the collection belongs to exists; before lists and PUTs. */
  parent?(call: Call<C>): void;
  /** What GET finds, where that is not what is stored under the path. */
  find?(call: Call<C>): Resource | undefined;
  /** The 404 of a resource that does not exist. */
  missing?(call: Call<C>): ArmError;
  /** What a list starts from, oldest first; without it what is stored in the collection. */
  list?(call: Call<C>): Resource[];
  /** Which of those the query asks for. */
  keep?(call: Call<C>): (resource: Resource) => boolean;
  /** Where a PUT stores the resource, when the service names it and not the address. */
  storedAt?(call: Call<C>, body: Body): string;
  /** Checks a PUT beyond its form and makes of it what is stored; `older` is what there is already. */
  beforePut?(call: Call<C>, body: Body, older: Resource | undefined): Draft | Promise<Draft>;
  /** What follows from a PUT; answers the resource as it is then. */
  afterPut?(call: Call<C>, stored: Resource, older: Resource | undefined): Resource | Promise<Resource>;
  /** PATCH, for kinds that have it. */
  patch?: {
    shape: Check;
    change(call: Call<C>, body: Body, older: Resource): Draft;
    /** What follows from it; answers the resource as it is then. */
    after?(call: Call<C>, stored: Resource): Resource;
  };
  /** Throws when the resource may not be deleted. */
  beforeDelete?(call: Call<C>, resource: Resource): void;
  afterDelete?(call: Call<C>): void;
  /** Deletes the resource later, when an operation ends; nothing is deleted before. */
  deleteLater?(call: Call<C>, resource: Resource): void;
  /** Collections below the resource that are deleted with it. */
  below?: string[];
  /** The resource as answers show it; what a PUT answers before anything has happened may differ. */
  present?(resource: Resource, call: Call<C>, when?: 'created' | 'changed'): unknown;
  /** Which fields of `systemData` answers show; all of them unless said otherwise. */
  systemData?: SystemField[] | ((resource: Resource, call: Call<C>) => SystemField[] | undefined);
  /** Lists start with the oldest resource. */
  oldestFirst?: boolean;
  /** POST actions of a resource, by name; each answers the call itself. */
  actions?: Record<string, (call: Call<C>, resource: Resource) => void | Promise<void>>;
  answers?: Partial<Answers<C>>;
}

/** How writes end: immediately, or as an operation that the client follows. */
export interface Answers<C extends CollectionContext> {
  put(call: Call<C>, shown: any, isNew: boolean): void;
  patch(call: Call<C>, shown: any): void;
  delete(call: Call<C>, existed: boolean): void;
}

/** Answers 201 with the request's own address as `Location`, as the service does whatever name the resource got. */
export function answerCreated({ context, request, response }: Call, shown: unknown): void {
  response.status(201).set('Location', `${context.url}${request.originalUrl}`).json(shown);
}

const usual: Answers<CollectionContext> = {
  put: (call, shown, isNew) => (isNew ? answerCreated(call, shown) : void call.response.json(shown)),
  patch: ({ response }, shown) => void response.json(shown),
  delete: ({ response }, existed) => void response.status(existed ? 200 : 204).end(),
};

/** Declares a kind of resource; the function that comes back makes its routes, relative to the workspace or registry. */
export function collection<C extends CollectionContext>(kind: Declaration<C>): (context: C) => express.Router {
  const item = `/${kind.path}`;
  const all = item.slice(0, item.lastIndexOf('/'));
  return (context) => {
    const router = express.Router();
    const handle =
      (work: (call: Call<C>, kind: Declaration<C>) => void | Promise<void>) => (request: Request, response: Response) =>
        work(callOf(kind.path, context, request, response), kind);
    router.get(all, handle(list));
    router.get(item, handle(read));
    router.put(item, handle(put));
    router.delete(item, handle(remove));
    if (kind.patch) router.patch(item, handle(patch));
    for (const [name, act] of Object.entries(kind.actions ?? {})) {
      router.post(
        `${item}/${name}`,
        handle((call) => act(call, stored(call, kind))),
      );
    }
    return router;
  };
}

function callOf<C extends CollectionContext>(path: string, context: C, request: Request, response: Response): Call<C> {
  const params = request.params as Record<string, string>;
  const segments = path.split('/').map((segment) => (segment.startsWith(':') ? params[segment.slice(1)] : segment));
  const name = segments.pop() ?? '';
  const collectionPath = segments.join('/');
  return {
    context,
    request,
    response,
    collection: collectionPath,
    path: name === '' ? collectionPath : `${collectionPath}/${name}`,
    name,
    params,
    at: { path: '', apiVersion: apiVersionOf(request) },
    caller: callerOf(response).appid,
  };
}

const missing = <C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): ArmError =>
  kind.missing?.(call) ?? errors.resourceNotFound(kind.one, call.name);

/** The resource under the path; 404 when there is none. */
function stored<C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): Resource {
  const resource = call.context.store.get(call.path);
  if (!resource) throw missing(call, kind);
  return resource;
}

function shown<C extends CollectionContext>(
  stored: Resource,
  call: Call<C>,
  kind: Declaration<C>,
  when?: 'created' | 'changed',
): unknown {
  const fields = typeof kind.systemData === 'function' ? kind.systemData(stored, call) : kind.systemData;
  const resource = { ...stored, systemData: systemDataOf(stored, fields) };
  return kind.present ? kind.present(resource, call, when) : resource;
}

function list<C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): void {
  kind.parent?.(call);
  const { context, request, response } = call;
  const resources = kind.list ? kind.list(call) : context.store.list(call.collection);
  const keep = kind.keep?.(call) ?? (() => true);
  const visible = resources.filter(keep).filter(isOlderThan(call.response.locals.listsLagSeconds));
  const page = answerPage(request, context.url, visible, kind.oldestFirst);
  response.json({ ...page, value: page.value.map((resource) => shown(resource, call, kind)) });
}

/** Lists are served by an index that lags behind; the fault `lag` makes that visible. */
function isOlderThan(seconds: number | undefined): (resource: Resource) => boolean {
  const latest = Date.now() - (seconds ?? 0) * 1000;
  return ({ systemData }) => seconds === undefined || Date.parse(systemData?.createdAt ?? '') <= latest;
}

function read<C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): void {
  const resource = kind.find ? kind.find(call) : call.context.store.get(call.path);
  if (!resource) throw missing(call, kind);
  call.response.json(shown(resource, call, kind));
}

function save<C extends CollectionContext>(call: Call<C>, draft: Draft, { defaults, sets }: Declaration<C>): Resource {
  const properties = { ...defaults, ...draft.properties, ...sets };
  return call.context.store.put(call.path, { ...draft, properties }, call.caller);
}

async function put<C extends CollectionContext>(asked: Call<C>, kind: Declaration<C>): Promise<void> {
  const { context, request, params } = asked;
  kind.parent?.(asked);
  for (const [parameter, what] of Object.entries(kind.names)) checkName(String(params[parameter]), what);
  checkBody(kind.shape, request.body, asked.at);
  const path = kind.storedAt?.(asked, request.body) ?? asked.path;
  const call = { ...asked, path, name: path.split('/').at(-1)! };
  const draftOver = async (older: Resource | undefined) =>
    (await kind.beforePut?.(call, request.body, older)) ?? { properties: request.body.properties };
  let older = context.store.get(call.path);
  let draft = await draftOver(older);
  // Another request may have created it meanwhile; then this one changes it.
  if (!older && context.store.get(call.path)) {
    older = context.store.get(call.path);
    draft = await draftOver(older);
  }
  const saved = save(call, draft, kind);
  const now = (await kind.afterPut?.(call, saved, older)) ?? saved;
  (kind.answers?.put ?? usual.put)(call, shown(now, call, kind, older ? 'changed' : 'created'), older === undefined);
}

function patch<C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): void {
  const older = stored(call, kind);
  const { shape, change, after } = kind.patch!;
  checkBody(shape, call.request.body, call.at);
  const saved = save(call, change(call, call.request.body, older), kind);
  (kind.answers?.patch ?? usual.patch)(call, shown(after?.(call, saved) ?? saved, call, kind, 'changed'));
}

function remove<C extends CollectionContext>(call: Call<C>, kind: Declaration<C>): void {
  const { store } = call.context;
  const resource = store.get(call.path);
  if (resource) kind.beforeDelete?.(call, resource);
  if (resource && kind.deleteLater) {
    kind.deleteLater(call, resource);
    (kind.answers?.delete ?? usual.delete)(call, true);
    return;
  }
  for (const below of kind.below ?? []) {
    for (const { name } of store.list(`${call.path}/${below}`)) store.delete(`${call.path}/${below}/${name}`);
  }
  store.delete(call.path);
  if (resource) kind.afterDelete?.(call);
  (kind.answers?.delete ?? usual.delete)(call, resource !== undefined);
}
