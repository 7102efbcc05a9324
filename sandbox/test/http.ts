/** A bare HTTPS client for the sandbox: what is sent and answered, with nothing retried or interpreted. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import type { Sandbox } from '../contracts.ts';
import { startSandbox } from '../sandbox.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: any;
}

/** Sends one request; an object as body is sent as JSON, `URLSearchParams` as a form. */
export function send(
  sandbox: Pick<Sandbox, 'clientEnvironment'>,
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const { body } = options;
  const isForm = body instanceof URLSearchParams;
  const text =
    body === undefined ? '' : isForm ? body.toString() : typeof body === 'string' ? body : JSON.stringify(body);
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(body !== undefined && { 'Content-Type': type }), ...options.headers },
        ca: readFileSync(sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!),
        agent: false,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const content = Buffer.concat(chunks).toString('utf8');
          const isJson = String(incoming.headers['content-type']).includes('json');
          if (!incoming.complete) return reject(new Error('The answer was cut off.'));
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            body: isJson ? JSON.parse(content) : content,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

/** Signs in as a service connection with a secret; the answer of the token endpoint. */
export function signIn(
  sandbox: Sandbox,
  connection: string,
  changes: Record<string, string> & { tenant?: string } = {},
): Promise<Answer> {
  const { parameters } = sandbox.connections.find(({ name }) => name === connection)!;
  const { tenant = parameters.tenantid!, ...form } = changes;
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: parameters.serviceprincipalid!,
    scope: `${sandbox.azuremlUrl}/.default`,
    ...(parameters.serviceprincipalkey && { client_secret: parameters.serviceprincipalkey }),
    ...form,
  });
  return send(sandbox, `${sandbox.identityUrl}/${tenant}/oauth2/v2.0/token`, { body });
}

/** An ARM client of one service connection: paths are relative to the workspace unless they start with `/`. */
export async function armClient(sandbox: Sandbox, connection = 'sandbox') {
  const { settings } = sandbox;
  const token = (await signIn(sandbox, connection)).body.access_token;
  const aml = (await signIn(sandbox, connection, { scope: 'https://ml.azure.localhost/.default' })).body.access_token;
  const workspace = `/subscriptions/${settings.subscriptionId}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${settings.workspaceName}`;
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const full = path.startsWith('/') ? path : `${workspace}/${path}`.replace(/\/$/, '');
    const url = `${sandbox.azuremlUrl}${full}${full.includes('?') ? '&' : '?'}api-version=2026-05-01`;
    const sent = { Authorization: `Bearer ${token}`, 'x-azureml-token': aml, ...headers };
    return send(sandbox, url, { method, headers: sent, ...(body !== undefined && { body }) });
  };
  /** Sends a request below the workspace in another api-version, with these properties. */
  const callIn = (method: string, path: string, version: string, properties?: object) =>
    send(sandbox, `${sandbox.azuremlUrl}${workspace}/${path}?api-version=${version}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'x-azureml-token': aml },
      ...(properties && { body: { properties } }),
    });
  const putJob = (name: string, properties: object) => call('PUT', `jobs/${name}`, { properties });
  return { call, callIn, putJob, workspace, token, mlToken: aml };
}

/** Uploads a blob through a container's SAS address. */
export async function uploadBlob(sandbox: Sandbox, sasUri: string, path: string, body: string): Promise<number> {
  const sas = new URL(sasUri);
  // The address with the account's name in the path needs no resolver for *.localhost.
  const url = `https://127.0.0.1:${sas.port}/${sas.hostname.split('.')[0]}${sas.pathname}/${path}${sas.search}`;
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'Content-Length': String(body.length) };
  return (await send(sandbox, url, { method: 'PUT', headers, body })).status;
}

/** A sandbox and its client for the tests of one `describe`: both are filled before them, the sandbox is stopped after them. */
export function useSandbox() {
  const sandbox = {} as Sandbox;
  const arm = {} as Awaited<ReturnType<typeof armClient>>;
  before(async () => {
    Object.assign(sandbox, await startSandbox());
    Object.assign(arm, await armClient(sandbox));
  });
  after(() => sandbox.stop?.());
  return { sandbox, arm };
}

/** Properties of a job that ends well. */
export const trueCommand = {
  jobType: 'Command',
  command: 'true',
  environmentId: 'azureml:AzureML-sklearn-1.5@latest',
  computeId: 'cpu-cluster',
};

/** Asserts that the service refused a request in the form of its errors, with ids that support can look for. */
export function refused(answer: Answer, status: number, code: string, message: RegExp): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.error.code, code);
  // Unknown members are in `details`, one each.
  const { details = [] } = answer.body.error;
  const messages = [answer.body.error.message, ...details.map((detail: any) => detail.message)];
  assert.match(messages.join('\n'), message);
  assert.ok(answer.headers['x-ms-request-id']);
  assert.ok(answer.headers['x-ms-correlation-request-id']);
}
