/** Starts Azurite's blob server in a worker thread. */
import { mkdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** A running blob server. */
export interface BlobServer {
  port: number;
  /** Writes what is pending and ends the thread. */
  stop(): Promise<void>;
}

/**
 * Starts a blob server for storage accounts on 127.0.0.1, which share a key.
 *
 * @param options.folder where blobs are kept; in memory when not given
 * @param options.port wished port; a free one when it is taken or 0
 * @param options.publicKeyPem key that bearer tokens must be signed with
 */
export async function startBlobServer(options: {
  folder?: string | undefined;
  port?: number | undefined;
  accountNames: readonly string[];
  accountKey: string;
  certFile: string;
  keyFile: string;
  publicKeyPem: string;
}): Promise<BlobServer> {
  const { accountNames, accountKey, ...data } = options;
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
  const start = async (port: number): Promise<BlobServer> => {
    const worker = new Worker(new URL('./blob-server.cjs', import.meta.url), {
      workerData: { ...data, port },
      env: { ...process.env, AZURITE_ACCOUNTS: accountNames.map((name) => `${name}:${accountKey}`).join(';') },
      execArgv: [],
    });
    const answer = await new Promise<{ port?: number; error?: string; code?: string }>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (answer.port === undefined) {
      await worker.terminate();
      if (answer.code === 'EADDRINUSE' && port !== 0) return start(0);
      throw new Error(`The blob server did not start: ${answer.error}`);
    }
    return { port: answer.port, stop: () => stopWorker(worker) };
  };
  return start(options.port ?? 0);
}

async function stopWorker(worker: Worker): Promise<void> {
  const closed = new Promise((resolve) => {
    worker.once('message', resolve);
    worker.once('exit', resolve);
    // Closing waits for the metadata to be written; a hung close must not hang the sandbox.
    setTimeout(resolve, 5000).unref();
  });
  worker.postMessage('stop');
  await closed;
  await worker.terminate();
}
