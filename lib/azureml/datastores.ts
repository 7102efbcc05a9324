import { AzureError } from '../azure/failures.ts';
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
    credentials?: { credentialsType?: string | null } | null;
  };
}

/**
 * Where a datastore keeps its blobs and how to write there: `GET datastores/{name}`, then `POST .../listSecrets`.
 * @throws UserError `DatastoreNotSupported`, `HostNotTrusted`
 */
export async function getBlobDatastore(workspace: Workspace, name: string): Promise<BlobDatastore> {
  const { body } = await workspace.client.send<DatastoreAnswer>(requestTo(workspace, 'GET', path('datastores', name)));
  const { datastoreType, accountName, endpoint, protocol, credentials } = body.properties;
  const container = body.properties.containerName ?? body.properties.filesystem;
  if (!['AzureBlob', 'AzureDataLakeGen2'].includes(datastoreType) || !accountName || !container) {
    throw new UserError({
      code: 'DatastoreNotSupported',
      message: `The files of the datastore '${name}', which is of type ${datastoreType}, can't be read or written here.`,
      fix: 'Use a blob datastore such as workspaceblobstore; data of a job can stay where it is, with its azureml:// path.',
    });
  }
  const { storageSuffix } = workspace.client.cloud;
  const host = `${accountName}.blob.${endpoint || storageSuffix}`.toLowerCase();
  const containerUrl = `${protocol || 'https'}://${host}/${container}`;
  if (!isOfCloud(containerUrl, host, storageSuffix)) throw notOfCloud(name, protocol || 'https', host, storageSuffix);
  const isOpenToIdentities = (credentials?.credentialsType ?? '').toLowerCase() === 'none';
  const secret: BlobDatastore['secret'] = isOpenToIdentities ? { kind: 'identity' } : await getSecret(workspace, name);
  return { name, accountName, containerUrl, secret };
}

/**
 * Whether the storage account is one of this cloud: everybody who may create a datastore chooses its endpoint, and the
 * connection's token or the account's key goes there.
 */
function isOfCloud(containerUrl: string, host: string, storageSuffix: string): boolean {
  if (!URL.canParse(containerUrl)) return false;
  const url = new URL(containerUrl);
  return url.protocol === 'https:' && url.host === host && host.endsWith(`.blob.${storageSuffix.toLowerCase()}`);
}

function notOfCloud(name: string, protocol: string, host: string, suffix: string): UserError {
  return new UserError({
    code: 'HostNotTrusted',
    message: `Nothing was sent to the datastore '${name}': its storage account is at ${protocol}://${host}, which is not an HTTPS address of this cloud (*.blob.${suffix}).`,
    fix: 'Correct endpoint and protocol of the datastore, or use another one.',
  });
}

/** Another signature of a datastore that was opened with one; undefined when the datastore gives out none any more. */
export async function getSignature(workspace: Workspace, name: string): Promise<string | undefined> {
  const secret = await getSecret(workspace, name);
  return secret.kind === 'sas' ? secret.token : undefined;
}

/** Refusals that say nothing about the datastore: of the token, and of one request too many. */
const OWN_FAILURE = [401, 429];

/**
 * What opens a datastore with stored credentials. A signature that ends after an hour is asked for, so that the account's
 * key never reaches the agent. Any refusal means: use the connection's own identity (azure-ai-ml `get_datastore_info`).
 */
async function getSecret(workspace: Workspace, name: string): Promise<BlobDatastore['secret']> {
  const body = { expirableSecret: true, expireAfterHours: 1 };
  const request = requestTo(workspace, 'POST', path('datastores', name, 'listSecrets'), { body, repeatable: true });
  try {
    const answer = await workspace.client.send<{ secretsType?: string; key?: string; sasToken?: string } | undefined>(
      request,
    );
    const { secretsType, key, sasToken } = answer.body ?? {};
    if (secretsType === 'AccountKey' && key) return { kind: 'accountKey', key };
    if (secretsType === 'Sas' && sasToken) return { kind: 'sas', token: sasToken };
  } catch (error) {
    if (!(error instanceof AzureError) || error.status >= 500 || OWN_FAILURE.includes(error.status)) throw error;
  }
  return { kind: 'identity' };
}
