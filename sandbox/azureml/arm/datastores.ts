/** Datastores: the two of the workspace, and any that a client adds. */
import express from 'express';
import type { Resource } from '../../contracts.ts';
import { callerOf } from '../authentication.ts';
import { apiVersionOf, checkName } from './access.ts';
import type { ProviderContext } from './context.ts';
import { ArmError, notFound, userError } from './errors.ts';
import { answerPage } from './listing.ts';
import { anything, type Check, mapOf, object, text, textual, union } from './shape.ts';

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

/** Routes relative to the workspace. Secrets of added datastores are kept beside them and never listed. */
export function createDatastores(context: ProviderContext): express.Router {
  const { resources, blobs, url } = context;
  const router = express.Router();
  const found = (name: string): Resource => {
    const resource = resources.get(`datastores/${name}`);
    if (!resource) throw notFound(`Datastore ${name} was not found.`);
    return resource;
  };

  router.get('/datastores', (request, response) => {
    const { isDefault, searchText, names } = request.query;
    const wanted = [names ?? []].flat().map(String);
    const listed = resources
      .list('datastores')
      .filter(
        ({ properties }) => isDefault === undefined || String(properties.isDefault) === String(isDefault).toLowerCase(),
      )
      .filter(({ name }) => wanted.length === 0 || wanted.includes(name))
      .filter(({ name }) => searchText === undefined || name.includes(String(searchText)));
    response.json(answerPage(request, url, listed));
  });
  router.get('/datastores/:name', (request, response) => response.json(found(request.params.name)));
  router.put('/datastores/:name', async (request, response) => {
    const name = checkName(request.params.name, 'name of a datastore');
    const at = { path: '', apiVersion: apiVersionOf(request) };
    object({ properties: anything }, { id: anything, name: anything, type: anything, systemData: anything })(
      request.body,
      at,
    );
    datastore(request.body.properties, { ...at, path: 'properties' });
    const older = resources.get(`datastores/${name}`);
    const { secrets, ...shown } = request.body.properties.credentials;
    const { accountName, containerName } = request.body.properties;
    if (accountName === blobs.accountName && containerName) await blobs.ensureContainer(containerName);
    if (secrets) resources.put(`datastoreSecrets/${name}`, { properties: secrets });
    const stored = resources.put(
      `datastores/${name}`,
      {
        properties: {
          description: null,
          tags: {},
          properties: {},
          ...request.body.properties,
          credentials: shown,
          isDefault: older?.properties.isDefault ?? false,
        },
      },
      callerOf(response).appid,
    );
    response.status(older ? 200 : 201).json(stored);
  });
  router.delete('/datastores/:name', (request, response) => {
    const { name } = request.params;
    if (/^workspace(blob|artifact)store$/.test(name)) throw userError(`The datastore ${name} cannot be deleted.`);
    resources.delete(`datastoreSecrets/${name}`);
    response.status(resources.delete(`datastores/${name}`) ? 200 : 204).end();
  });
  router.post('/datastores/:name/listSecrets', (request, response) => {
    const { properties } = found(request.params.name);
    const type: string = properties.credentials.credentialsType;
    if (type === 'None') throw new ArmError(400, 'UserError', 'No secrets for credentials of type None.');
    const own = properties.accountName === blobs.accountName;
    // Clients ask for an expirable secret, but azure-ai-ml signs with what it gets when it streams logs: it needs the key.
    if (own && type === 'Sas') {
      response.json({ secretsType: 'Sas', sasToken: blobs.containerSas(properties.containerName) });
    } else if (own) response.json({ secretsType: 'AccountKey', key: blobs.accountKey });
    else response.json({ secretsType: type, ...resources.get(`datastoreSecrets/${request.params.name}`)?.properties });
  });
  return router;
}
