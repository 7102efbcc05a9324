/** Connections of the workspace to other services, as resources; nothing uses them. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import { anything, envelope, mapOf, object, text } from './shape.ts';

const required = object({ authType: text, category: text }, {});
const secretsOf = (name: string): string => `connectionSecrets/${name}`;
const body = envelope(mapOf(anything));

/** Keeps the credentials beside the connection. */
function merge(
  { context, name, at }: Call<WorkspaceContext>,
  { properties }: Record<string, any>,
  older: Resource | undefined,
): Draft {
  const { credentials, ...kept } = { ...older?.properties, ...properties };
  required({ authType: kept.authType, category: kept.category }, { ...at, path: 'properties' });
  if (credentials) context.store.put(secretsOf(name), { properties: credentials });
  return { properties: kept };
}

export const connections = collection<WorkspaceContext>({
  path: 'connections/:name',
  one: 'Connection',
  names: { name: 'name of a connection' },
  shape: body,
  defaults: { metadata: {}, isSharedToAll: false },
  keep: ({ request }) => {
    const { category, target } = request.query;
    return ({ properties }) =>
      (category === undefined || properties.category === category) &&
      (target === undefined || properties.target === target);
  },
  beforePut: merge,
  patch: { shape: body, change: merge },
  afterDelete: ({ context, name }) => void context.store.delete(secretsOf(name)),
  actions: {
    /** The only answer that has the credentials. */
    listsecrets({ context, response, name }, connection) {
      const credentials = context.store.get(secretsOf(name))?.properties ?? null;
      response.json({ ...connection, properties: { ...connection.properties, credentials } });
    },
  },
  answers: { put: ({ response }, shown) => void response.status(200).json(shown) },
});
