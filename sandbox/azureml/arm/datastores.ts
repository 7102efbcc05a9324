/** Datastores: the two of the workspace, and any that a client adds. */
import type { Resource } from '../../contracts.ts';
import { type Call, collection, type Draft } from './collection.ts';
import type { WorkspaceContext } from './context.ts';
import * as errors from './errors.ts';
import { anything, type Check, envelope, mapOf, text, textual, union } from './shape.ts';
import type { SystemField } from './system-data.ts';

const credentials = union('credentialsType', {
  AccountKey: [{ secrets: mapOf(text) }, {}],
  Sas: [{ secrets: mapOf(text) }, {}],
  None: [{}, {}],
  ServicePrincipal: [
    { clientId: text, tenantId: text, secrets: mapOf(text) },
    { authorityUrl: text, resourceUrl: text },
  ],
  Certificate: [
    { clientId: text, tenantId: text, thumbprint: text, secrets: mapOf(text) },
    { authorityUrl: text, resourceUrl: text },
  ],
});
const base: Record<string, Check> = {
  description: text,
  tags: mapOf(textual),
  properties: mapOf(textual),
  isDefault: anything,
  endpoint: text,
  protocol: text,
  serviceDataAccessAuthIdentity: text,
  subscriptionId: text,
  resourceGroup: text,
  intellectualProperty: anything,
};
const datastore = union('datastoreType', {
  AzureBlob: [{ credentials }, { ...base, accountName: text, containerName: text }],
  AzureFile: [{ credentials, accountName: text, fileShareName: text }, base],
  AzureDataLakeGen1: [{ credentials, storeName: text }, base],
  AzureDataLakeGen2: [{ credentials, accountName: text, filesystem: text }, base],
  OneLake: [{ credentials, artifact: anything, oneLakeWorkspaceName: text }, base],
});

const ownEndpoint = (store: WorkspaceContext['store']): unknown =>
  store.get('datastores/workspaceblobstore')?.properties.endpoint;

/** Assumption: blobs and files without an endpoint are those of Azure's public cloud. */
const isStorage = (datastoreType: string): boolean => /^Azure(Blob|File)$/i.test(datastoreType);

const secretsOf = (name: string): string => `datastoreSecrets/${name}`;

/** Keeps the secrets beside the datastore, where no list shows them. */
async function withoutSecrets(
  { context, name }: Call<WorkspaceContext>,
  { properties }: Record<string, any>,
  older: Resource | undefined,
): Promise<Draft> {
  const { store, blobs } = context;
  const { secrets, ...shown } = properties.credentials;
  const { accountName, containerName, datastoreType } = properties;
  const isOwn = accountName === blobs.accountName;
  if (isOwn && containerName) await blobs.ensureContainer(containerName);
  if (secrets) store.put(secretsOf(name), { properties: secrets });
  const place = isStorage(datastoreType) && {
    endpoint: isOwn ? ownEndpoint(store) : 'core.windows.net',
    protocol: 'https',
  };
  const isDefault = older?.properties.isDefault ?? false;
  return { properties: { ...place, ...properties, credentials: shown, isDefault } };
}

function listSecrets({ context, request, response, name }: Call<WorkspaceContext>, { properties }: Resource): void {
  const { store, blobs } = context;
  const secretsType: string = properties.credentials.credentialsType;
  if (secretsType === 'None') throw errors.noSecrets();
  const own = properties.accountName === blobs.accountName;
  // An account SAS begins with a question mark. It spares the client the key, which opens everything for good.
  // Assumption: not for the artifact store, whose secret azure-ai-ml takes for the key when it signs addresses of logs.
  const key: string | undefined = secretsType === 'AccountKey' ? store.get(secretsOf(name))?.properties.key : undefined;
  if ((own || key) && name !== 'workspaceartifactstore' && request.body?.expirableSecret === true) {
    const hours = Number(request.body.expireAfterHours ?? 1);
    const account = own || !key ? undefined : { name: properties.accountName, key };
    response.json({ secretsType: 'Sas', sasToken: `?${blobs.accountSas(hours, account)}` });
    return;
  }
  if (own && secretsType === 'Sas')
    response.json({ secretsType, sasToken: blobs.containerSas(properties.containerName) });
  else if (own) response.json({ secretsType: 'AccountKey', key: blobs.accountKey });
  else response.json({ secretsType, ...store.get(secretsOf(name))?.properties });
}

const nulls = { description: null, tags: null, properties: null, subscriptionId: null, resourceGroup: null };

/** A datastore as it is answered; previews before 2024 add `intellectualProperty`. */
function shownDatastore(datastore: Resource, { at: { apiVersion } }: Call<WorkspaceContext>): Resource {
  const { isDefault, credentials, ...rest } = datastore.properties;
  const { description, tags, properties, subscriptionId, resourceGroup, ...own } = rest;
  const isOlder = apiVersion.endsWith('preview') && apiVersion < '2024';
  return {
    ...datastore,
    properties: {
      description,
      tags,
      properties,
      isDefault,
      credentials,
      ...(isOlder && { intellectualProperty: null }),
      subscriptionId,
      resourceGroup,
      ...own,
      serviceDataAccessAuthIdentity: own.serviceDataAccessAuthIdentity ?? 'None',
    },
  };
}

/** Recordings since 2024 name nobody who made the workspace's own datastores; older ones, of older api-versions, name an application. */
const systemFields = ({ name }: Resource, { at }: Call<WorkspaceContext>): SystemField[] | undefined =>
  isFixed(name) && at.apiVersion >= '2024'
    ? ['createdAt', 'lastModifiedAt', 'lastModifiedBy', 'lastModifiedByType']
    : undefined;
const isFixed = (name: string): boolean => /^workspace((blob|artifact|file)store|workingdirectory)$/.test(name);

export const datastores = collection<WorkspaceContext>({
  path: 'datastores/:name',
  one: 'Datastore',
  names: { name: 'name of a datastore' },
  shape: envelope(datastore),
  defaults: nulls,
  present: shownDatastore,
  systemData: systemFields,

  keep({ request }) {
    const { isDefault, searchText, names } = request.query;
    const wanted = [names ?? []].flat().map(String);
    return ({ name, properties }) =>
      (isDefault === undefined || String(properties.isDefault) === String(isDefault).toLowerCase()) &&
      (wanted.length === 0 || wanted.includes(name)) &&
      (searchText === undefined || name.includes(String(searchText)));
  },
  beforePut: withoutSecrets,
  beforeDelete(_call, { name }) {
    if (isFixed(name)) throw errors.datastoreFixed(name);
  },
  afterDelete: ({ context, name }) => void context.store.delete(secretsOf(name)),
  actions: { listSecrets },
});
