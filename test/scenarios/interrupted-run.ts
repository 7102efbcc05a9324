/** Runs a task's use case in this process, against a sandbox, so that it can be cut off at any request. */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  createHttpHeaders,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { BlobFiles } from '../../lib/azure/blob-files.ts';
import { createAzureClient } from '../../lib/azure/client.ts';
import type { AzureConnection } from '../../lib/azure/connection.ts';
import { createTransport } from '../../lib/azure/network.ts';
import { openDatastoreFiles } from '../../lib/azureml/model-files.ts';
import { longModelUri } from '../../lib/azureml/models.ts';
import { openWorkspace, type Workspace } from '../../lib/azureml/workspace.ts';
import type { Clock } from '../../lib/core/clock.ts';
import { english, fill } from '../../lib/core/message.ts';
import type { AzureTarget } from '../../lib/pipelines/azure-target.ts';
import type { Pipeline } from '../../lib/pipelines/pipeline.ts';
import type { Ports } from '../../lib/pipelines/run-task.ts';
import { rangesOf } from '../../lib/snapshot/transfer.ts';
import type { Sandbox } from '../../sandbox/contracts.ts';

// The C resolver of many systems does not know names below localhost.
createRequire(import.meta.url)('../../sandbox/resolver/node-resolver.cjs');

/** Where a run is cut off, as when its machine dies: the number of the request that is done and whose answer is lost. */
export type CutOff = number;

export interface Requests {
  count: number;
  /** What may have changed something: `PUT https://...`. */
  writes: string[];
}

/**
 * The ports of one run.
 * @param cutOff none: the run goes to its end
 * @param refused the number of the write that the service refuses, since the connection may not do it
 */
export function portsOf(
  sandbox: Sandbox,
  cutOff?: CutOff,
  refused?: number,
): { ports: Ports; requests: Requests; lines: string[] } {
  const killed = new AbortController();
  const requests: Requests = { count: 0, writes: [] };
  const real = createTransport({ caFile: sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS });
  const transport: HttpClient = {
    async sendRequest(request) {
      if (killed.signal.aborted) throw killed.signal.reason;
      const isLast = requests.count++ === cutOff;
      const isRead =
        ['GET', 'HEAD'].includes(request.method) || /\/token|listSecrets|\/datarefs|oidc/.test(request.url);
      if (!isRead) requests.writes.push(`${request.method} ${request.url.split('?')[0]}`);
      if (!isRead && requests.writes.length - 1 === refused) return forbidden(request);
      if (!isLast) return real.sendRequest(request);
      await real.sendRequest(request);
      killed.abort(new Error('killed'));
      throw killed.signal.reason;
    },
  };
  const lines: string[] = [];
  const { signal } = killed;
  const outside = { onSecret: () => undefined, product: 'test/1', signal, transport, clock: quickClock(), network: {} };
  const connect = async ({ connection, systemAccessToken, ids }: AzureTarget) =>
    openWorkspace(await createAzureClient({ ...outside, connection, systemAccessToken }), ids);
  return { ports: { pipeline: quietPipeline(signal, lines), clock: quickClock(), outside, connect }, requests, lines };
}

function forbidden(request: PipelineRequest): PipelineResponse {
  const error = { code: 'AuthorizationFailed', message: 'The client does not have authorization to perform it.' };
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  return { request, status: 403, headers, bodyAsText: JSON.stringify({ error }) };
}

/** Time that passes at the speed of the sandbox, whose operations take a third of a second. */
function quickClock(): Clock {
  let passed = 0;
  return {
    now: () => Date.now() + passed,
    async sleep(milliseconds) {
      passed += milliseconds;
      await new Promise((done) => setTimeout(done, Math.min(milliseconds, 100)));
    },
  };
}

function quietPipeline(signal: AbortSignal, lines: string[]): Pipeline {
  const nothing = (): void => undefined;
  return {
    signal,
    message: (message, ...values) => english(fill(message, ...values)),
    translate: english,
    say: (message, ...values) => void lines.push(english(fill(message, ...values))),
    info: (line) => void lines.push(line),
    table: ({ rows }) => void lines.push(...rows.map((row) => row.join(' | '))),
    warn: (line) => void lines.push(line),
    debug: nothing,
    group: nothing,
    record: nothing,
    progress: nothing,
    setOutput: nothing,
    summary: nothing,
    attach: (name) => name,
    hasSecret: () => false,
    file: () => ({ write: nothing, close: () => '' }),
    mask: nothing,
  };
}

/** A workspace of the sandbox, reached with a connection of it. */
export function targetOf(
  sandbox: Sandbox,
  connection: string,
  { resourceGroup, workspaceName }: { resourceGroup: string; workspaceName: string },
): AzureTarget {
  const { subscriptionId } = sandbox.settings;
  const ids = { subscriptionId, resourceGroup, workspaceName };
  return { connection: connectionOf(sandbox, connection), systemAccessToken: '', ids };
}

/** A service connection of the sandbox as the agent would hand it to a task. */
export function connectionOf(sandbox: Sandbox, name: string): AzureConnection {
  const { id, url, scheme, parameters, data } = sandbox.connections.find((one) => one.name === name)!;
  const lower = (values: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));
  return { id, url, scheme, parameters: lower(parameters), data: lower(data) };
}

/** Puts files into the default datastore of a workspace, each with its MD5. @returns the URI of the folder */
export async function storeFiles(
  workspace: Workspace,
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<string> {
  const ports = { onSecret: () => undefined, signal: new AbortController().signal, clock: quickClock() };
  const { blobs } = await openDatastoreFiles(workspace, 'workspaceblobstore', ports);
  await storeBlobs(blobs, folder, files);
  return longModelUri(workspace.path, `azureml://datastores/workspaceblobstore/paths/${folder}`);
}

/** Puts files below a folder of a container, each with its MD5. */
export async function storeBlobs(
  blobs: Pick<BlobFiles, 'stage' | 'commit'>,
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const parts = rangesOf(0, bytes.length);
    for (const [part, { offset, count }] of parts.entries())
      await blobs.stage(`${folder}/${name}`, part, bytes.subarray(offset, offset + count));
    await blobs.commit(`${folder}/${name}`, parts.length, createHash('md5').update(bytes).digest(), {});
  }
}
