/** Connections of the workspace to other services, as resources; nothing uses them. */
import type { Resource } from '../../contracts.ts';
import { workspaceArmId } from '../../settings.ts';
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

/** Assumption beyond `ContainerRegistry`, which is recorded: the group of a category. */
const groupOf = (category: string): string =>
  /^(AzureOpenAI|AIServices|Cognitive)/i.test(category) ? 'AzureAI' : 'Azure';

/** A connection as it is answered: from the api-versions of 2024 on with what the service fills in, and without the credentials. */
function shownConnection(connection: Resource, { context, at }: Call<WorkspaceContext>): object {
  const { id, name, type, properties, systemData } = connection;
  const { authType, category, expiryTime = null, target = null, isSharedToAll = false, metadata, ...more } = properties;
  const head = { tags: null, location: null, id, name, type };
  if (at.apiVersion < '2024')
    return {
      ...head,
      properties: { authType, category, target, ...more, metadata: metadata ?? null },
      systemData: null,
    };
  return {
    ...head,
    properties: {
      authType,
      group: groupOf(String(category)),
      category,
      expiryTime,
      target,
      createdByWorkspaceArmId: workspaceArmId(context.settings),
      useWorkspaceManagedIdentity: false,
      isSharedToAll,
      sharedUserList: [],
      peRequirement: 'NotRequired',
      peStatus: 'NotApplicable',
      error: null,
      isDefault: true,
      ...more,
      metadata: metadata ?? {},
    },
    systemData,
  };
}

export const connections = collection<WorkspaceContext>({
  path: 'connections/:name',
  one: 'Connection',
  names: { name: 'name of a connection' },
  shape: body,
  keep: ({ request }) => {
    const { category, target } = request.query;
    return ({ properties }) =>
      (category === undefined || properties.category === category) &&
      (target === undefined || properties.target === target);
  },
  beforePut: merge,
  present: shownConnection,
  patch: { shape: body, change: merge },
  afterDelete: ({ context, name }) => void context.store.delete(secretsOf(name)),
  actions: {
    /** The only answer that has the credentials. */
    listsecrets(call, connection) {
      const credentials = call.context.store.get(secretsOf(call.name))?.properties ?? null;
      const shown = shownConnection({ ...connection, properties: { ...connection.properties, credentials } }, call);
      call.response.json(shown);
    },
  },
  answers: { put: ({ response }, shown) => void response.status(200).json(shown) },
});
