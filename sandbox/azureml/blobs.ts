/** The workspace's storage account: the `Blobs` contract over Azurite. */

import { mkdir, readdir, stat } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { basename, dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobSASPermissions,
  BlobServiceClient,
  ContainerSASPermissions,
  generateAccountSASQueryParameters,
  generateBlobSASQueryParameters,
  newPipeline,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { BlobLocation, Blobs, ResourceStore } from '../contracts.ts';
import { locateUri } from './blob-locations.ts';

const parallelTransfers = 16;

/** `Blobs` plus what the resource provider hands out, and its end. */
export interface BlobAccount extends Blobs {
  accountKey: string;
  /** A SAS (without `?`) for reading and writing the whole container, or for what the letters permit. */
  containerSas(container: string, minutes?: number, permissions?: string): string;
  /** Writes a blob without a Content-MD5, as the service's own copies are. */
  writeCopy(to: BlobLocation, content: Buffer): Promise<void>;
  /** A SAS (without `?`) for the whole account that soon expires; for another account with its key. */
  accountSas(hours: number, account?: { name: string; key: string }): string;
  /** Metadata and size of a blob; undefined when there is none. */
  metadata(container: string, path: string): Promise<Record<string, string> | undefined>;
  close(): void;
}

/** What opening the account takes. */
export interface AccountOptions {
  accountName: string;
  accountKey: string;
  port: number;
  ca: string;
  resources: Pick<ResourceStore, 'get'>;
}

/** The connection to the account, and signing for it. */
function connect({ accountName, accountKey, port, ca }: AccountOptions) {
  const credential = new StorageSharedKeyCredential(accountName, accountKey);
  const agent = new Agent({ ca, keepAlive: true, maxSockets: parallelTransfers });
  // `agent` belongs to the core pipeline below; storage-blob passes it on without declaring it.
  const pipeline = newPipeline(credential, { agent } as Parameters<typeof newPipeline>[1]);
  const address = `https://127.0.0.1:${port}/${accountName}`;
  const service = new BlobServiceClient(address, pipeline);
  const container = (name: string) => service.getContainerClient(name);
  const known = new Set<string>();
  const ensureContainer = async (name: string) => {
    if (known.has(name)) return;
    await container(name).createIfNotExists();
    known.add(name);
  };
  const accountSas = (hours: number, account?: { name: string; key: string }) =>
    generateAccountSASQueryParameters(
      {
        services: AccountSASServices.parse('bf').toString(),
        resourceTypes: AccountSASResourceTypes.parse('co').toString(),
        permissions: AccountSASPermissions.parse('rcuwdl'),
        protocol: SASProtocol.Https,
        expiresOn: new Date(Date.now() + hours * 3_600_000),
      },
      account ? new StorageSharedKeyCredential(account.name, account.key) : credential,
    ).toString();
  const sas = (name: string, permissions: string, minutes: number, blobName?: string) =>
    generateBlobSASQueryParameters(
      {
        containerName: name,
        ...(blobName !== undefined && { blobName }),
        permissions:
          blobName === undefined ? ContainerSASPermissions.parse(permissions) : BlobSASPermissions.parse(permissions),
        startsOn: new Date(Date.now() - 5 * 60_000),
        expiresOn: new Date(Date.now() + minutes * 60_000),
        protocol: SASProtocol.Https,
      },
      credential,
    ).toString();
  return { address, agent, container, ensureContainer, accountSas, sas };
}

type Account = ReturnType<typeof connect>;

async function listBlobs({ container }: Account, { container: name, path }: BlobLocation): ReturnType<Blobs['list']> {
  const prefix = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
  const found: { path: string; size: number }[] = [];
  try {
    for await (const blob of container(name).listBlobsFlat({ prefix })) {
      found.push({ path: blob.name, size: blob.properties.contentLength ?? 0 });
    }
  } catch (error) {
    if (!notFound(error)) throw error;
  }
  return found;
}

/** Files and folders. */
function transfers(account: Account): Pick<Blobs, 'upload' | 'download'> {
  const { container, ensureContainer } = account;
  return {
    async upload(localPath, to) {
      await ensureContainer(to.container);
      const files = (await stat(localPath)).isDirectory()
        ? (await filesBelow(localPath)).map((file) => ({ file: join(localPath, file), path: joinPath(to.path, file) }))
        : [{ file: localPath, path: to.path.endsWith('/') ? to.path + basename(localPath) : to.path }];
      await inParallel(files, async ({ file, path }) => {
        await container(to.container).getBlockBlobClient(path).uploadFile(file);
      });
    },
    async download(from, localPath) {
      const single = container(from.container).getBlobClient(from.path);
      if (from.path !== '' && !from.path.endsWith('/') && (await single.exists().catch(() => false))) {
        await mkdir(dirname(localPath), { recursive: true });
        await single.downloadToFile(localPath);
        return 1;
      }
      const prefix = from.path === '' ? '' : `${from.path.replace(/\/+$/, '')}/`;
      const blobs = await listBlobs(account, from);
      await mkdir(localPath, { recursive: true });
      await inParallel(blobs, async ({ path }) => {
        const target = join(localPath, path.slice(prefix.length));
        await mkdir(dirname(target), { recursive: true });
        await container(from.container).getBlobClient(path).downloadToFile(target);
      });
      return blobs.length;
    },
  };
}

/** Contents of single blobs. */
function contents(account: Account): Pick<BlobAccount, 'write' | 'writeCopy' | 'append' | 'read' | 'metadata'> {
  const { address, agent, container, ensureContainer, sas } = account;
  return {
    async write(to, content) {
      await ensureContainer(to.container);
      const bytes = Buffer.from(content as string);
      await container(to.container).getBlockBlobClient(to.path).upload(bytes, bytes.length);
    },
    async writeCopy(to, content) {
      await ensureContainer(to.container);
      const blob = container(to.container).getBlockBlobClient(to.path);
      const id = Buffer.from('copy').toString('base64');
      if (content.length > 0) await blob.stageBlock(id, content, content.length);
      await blob.commitBlockList(content.length > 0 ? [id] : []);
    },
    async append(to, content) {
      await ensureContainer(to.container);
      const bytes = Buffer.from(content as string);
      const blob = container(to.container).getAppendBlobClient(to.path);
      const append = () => (bytes.length === 0 ? Promise.resolve() : blob.appendBlock(bytes, bytes.length));
      await append().catch(async (error) => {
        if (!notFound(error)) throw error;
        await blob.createIfNotExists();
        await append();
      });
      if (bytes.length === 0) await blob.createIfNotExists();
    },
    // By hand: of the client's time for a small blob most is spent around the request, and checking a code folder reads
    // thousands.
    read: ({ container: name, path }) =>
      new Promise((resolve, reject) => {
        const query = sas(name, 'r', 30);
        const request = get(`${address}/${name}/${encodePath(path)}?${query}`, { agent });
        request.on('error', reject).on('response', (response) => {
          buffer(response).then((content) => {
            if (response.statusCode === 200) resolve(content);
            else if (response.statusCode === 404) resolve(undefined);
            else reject(new Error(`Reading ${name}/${path} gave ${response.statusCode}: ${content.toString()}`));
          }, reject);
        });
      }),
    async metadata(name, path) {
      try {
        return (await container(name).getBlobClient(path).getProperties()).metadata ?? {};
      } catch (error) {
        if (notFound(error)) return undefined;
        throw error;
      }
    },
  };
}

/**
 * Opens the account on a running blob server.
 *
 * The sandbox's own calls use the address with the account in the path, so they need no name resolution; every URL it
 * hands out has the production form `https://{account}.blob.core.localhost:{port}`.
 */
export function openBlobs(options: AccountOptions): BlobAccount {
  const { accountName, accountKey, port, resources } = options;
  const account = connect(options);
  const { agent, ensureContainer, sas } = account;
  const accountUrl = `https://${accountName}.blob.core.localhost:${port}`;
  return {
    accountName,
    accountUrl,
    accountKey,
    ensureContainer,
    list: (folder) => listBlobs(account, folder),
    ...transfers(account),
    ...contents(account),
    readUrl: (at, minutes = 30) =>
      `${accountUrl}/${at.container}/${encodePath(at.path)}?${sas(at.container, 'r', minutes, at.path)}`,
    containerSas: (name, minutes = 60, permissions = 'racwl') => sas(name, permissions, minutes),
    accountSas: account.accountSas,
    containerUploadUrl: (name, minutes = 60) => `${accountUrl}/${name}?${sas(name, 'racwl', minutes)}`,
    locate: (uri) => locateUri(uri, { accountName, resources }),
    close: () => agent.destroy(),
  };
}

const notFound = (error: unknown): boolean => (error as { statusCode?: number }).statusCode === 404;
const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const joinPath = (folder: string, file: string): string => [folder.replace(/\/+$/, ''), file].filter(Boolean).join('/');

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/\/+$/, '').length + 1))
    .sort();
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallelTransfers, queue.length) }, worker));
}
