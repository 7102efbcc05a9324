import { UserError } from '../core/errors.ts';
import { path, requestTo } from './resources.ts';
import type { Workspace } from './workspace.ts';

/** A blob datastore and what opens it. */
export interface BlobDatastore {
  name: string;
  accountName: string;
  /** `https://{account}.blob.{suffix}/{container}` */
  containerUrl: string;
  secret: { kind: 'accountKey'; key: string } | { kind: 'sas'; token: string } | { kind: 'identity' };
}

interface DatastoreAnswer {
  properties: {
    datastoreType: string;
    accountName?: string;
    containerName?: string;
    filesystem?: string;
    endpoint?: string;
    protocol?: string;
  };
}

/**
 * Where a datastore keeps its blobs and how to write there: `GET datastores/{name}`, then `POST .../listSecrets`.
 * A datastore without secrets is opened with the connection's own identity.
 * @throws UserError `DatastoreNotSupported`
 */
export async function getBlobDatastore(workspace: Workspace, name: string): Promise<BlobDatastore> {
  const { body } = await workspace.client.send<DatastoreAnswer>(requestTo(workspace, 'GET', path('datastores', name)));
  const { datastoreType, accountName, endpoint, protocol } = body.properties;
  const container = body.properties.containerName ?? body.properties.filesystem;
  if (!['AzureBlob', 'AzureDataLakeGen2'].includes(datastoreType) || !accountName || !container) {
    throw new UserError({
      code: 'DatastoreNotSupported',
      message: `Local files can't be uploaded to the datastore '${name}', which is of type ${datastoreType}.`,
      fix: 'Use a blob datastore such as workspaceblobstore, or refer to the data by its azureml:// path.',
    });
  }
  const containerUrl = `${protocol ?? 'https'}://${accountName}.blob.${endpoint ?? workspace.client.cloud.storageSuffix}/${container}`;
  return { name, accountName, containerUrl, secret: await getSecret(workspace, name) };
}

async function getSecret(workspace: Workspace, name: string): Promise<BlobDatastore['secret']> {
  const { body } = await workspace.client.send<{ secretsType?: string; key?: string; sasToken?: string } | undefined>(
    requestTo(workspace, 'POST', path('datastores', name, 'listSecrets'), { body: {} }),
  );
  if (body?.secretsType === 'AccountKey' && body.key) return { kind: 'accountKey', key: body.key };
  if (body?.secretsType === 'Sas' && body.sasToken) return { kind: 'sas', token: body.sasToken };
  return { kind: 'identity' };
}
