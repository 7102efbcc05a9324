/** Online endpoints for tests: assets, deployments, and scoring without a resolver for *.localhost. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sandbox } from '../contracts.ts';
import { type Answer, type armClient, send, uploadBlob } from './http.ts';

export type Arm = Awaited<ReturnType<typeof armClient>>;

/** A scoring script that answers with its own name and what it was sent. */
export const scriptOf = (answer: string, more = ''): string =>
  `import json, os\n${more}\ndef init():\n    print("init of ${answer}", flush=True)\n\ndef run(data):\n    return {"from": "${answer}", "sent": json.loads(data)}\n`;

/** Uploads one file as code; the id of the code version. */
export async function putCode(sandbox: Sandbox, arm: Arm, script: string, name = 'score.py'): Promise<string> {
  const hash = createHash('sha256').update(`1#${name}#${script.length}${script}`).digest('hex');
  const path = `codes/code-${hash.slice(0, 12)}/versions/1`;
  const known = await arm.call('GET', path);
  if (known.status === 200) return known.body.id;
  const upload = (await arm.call('POST', `${path}/startPendingUpload`, {})).body.blobReferenceForConsumption;
  assert.equal(await uploadBlob(sandbox, upload.credential.sasUri, `src/${name}`, script), 201);
  const properties = { hash_sha256: hash, hash_version: '202208' };
  const answer = await arm.call('PUT', path, { properties: { codeUri: `${upload.blobUri}/src`, properties } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

/** Follows the operation that an answer names to its end. */
export async function followed(sandbox: Sandbox, arm: Arm, answer: Answer): Promise<any> {
  const url = String(answer.headers['azure-asyncoperation']);
  assert.ok(url.startsWith('https://'), JSON.stringify(answer.body));
  for (;;) {
    const { body } = await send(sandbox, url, { headers: { Authorization: `Bearer ${arm.token}` } });
    if (['Succeeded', 'Failed', 'Canceled'].includes(body.status)) return body;
    await sleep(20);
  }
}

/** PUTs and waits for the end of the operation. */
export async function putOnline(sandbox: Sandbox, arm: Arm, path: string, body: object): Promise<any> {
  const answer = await arm.call('PUT', path, body);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return followed(sandbox, arm, answer);
}

export const endpointBody = (properties: object = {}) => ({
  location: 'eastus',
  identity: { type: 'SystemAssigned' },
  properties: { authMode: 'Key', ...properties },
});

export const deploymentBody = (codeId: string, properties: object = {}, capacity = 1) => ({
  location: 'eastus',
  sku: { name: 'Default', capacity },
  properties: {
    endpointComputeType: 'Managed',
    codeConfiguration: { codeId, scoringScript: 'score.py' },
    environmentId: 'azureml:AzureML-sklearn-1.5:1',
    instanceType: 'Standard_DS3_v2',
    ...properties,
  },
});

/** Sends a request to a scoring host; its name needs no resolver here. */
export function score(
  sandbox: Sandbox,
  scoringUri: string,
  options: { key?: string; deployment?: string; body?: unknown; agent?: Agent; headers?: Record<string, string> } = {},
): Promise<Answer & { text: string }> {
  const { host, hostname, port, pathname } = new URL(scoringUri);
  const { key, deployment, body = { data: 1 }, agent } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path: pathname,
        method: 'POST',
        servername: hostname,
        ca: readFileSync(sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!),
        agent: agent ?? false,
        headers: {
          host,
          'content-type': 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(deployment !== undefined && { 'azureml-model-deployment': deployment }),
          ...options.headers,
        },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        incoming.on('error', reject).on('end', () => {
          const isJson = String(incoming.headers['content-type']).includes('json') && text !== '';
          resolve({
            status: incoming.statusCode!,
            headers: incoming.headers,
            body: isJson ? JSON.parse(text) : text,
            text,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}
