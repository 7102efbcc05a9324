/** Reads a sandbox's workspace through the public REST APIs, to hold what a pipeline said against what is there. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Sandbox } from 'model-bridge-sandbox/contracts';
import { workspaceArmId } from 'model-bridge-sandbox/settings';

const API_VERSION = '2026-05-01';

/** Versions of a model, newest first; none when there is no such model. */
export async function modelVersions(sandbox: Sandbox, name: string): Promise<{ name: string; properties: any }[]> {
  const path = `${workspaceArmId(sandbox.settings)}/models/${encodeURIComponent(name)}/versions`;
  const { status, body } = await call(sandbox, 'GET', `${sandbox.azuremlUrl}${path}?api-version=${API_VERSION}`);
  if (status === 404) return [];
  if (status !== 200) throw new Error(`Listing the versions of ${name}: status ${status}`);
  return body.value;
}

/** The job's status as ARM tells it. */
export async function findJobStatus(sandbox: Sandbox, name: string): Promise<string> {
  const path = `${workspaceArmId(sandbox.settings)}/jobs/${encodeURIComponent(name)}`;
  const { body } = await call(sandbox, 'GET', `${sandbox.azuremlUrl}${path}?api-version=${API_VERSION}`);
  return body.properties.status;
}

/** The last value of every metric that the job's steps logged. */
export async function stepMetrics(sandbox: Sandbox, jobName: string): Promise<Record<string, number>> {
  const mlflow = `${sandbox.environment.MLFLOW_TRACKING_URI}/api/2.0/mlflow`;
  const run = await call(sandbox, 'GET', `${mlflow}/runs/get?run_id=${encodeURIComponent(jobName)}`);
  const search = await call(sandbox, 'POST', `${mlflow}/runs/search`, {
    experiment_ids: [run.body.run.info.experiment_id],
    filter: `tags.mlflow.parentRunId = '${jobName}'`,
  });
  const metrics = (search.body.runs ?? []).flatMap((step: any) => step.data.metrics ?? []);
  return Object.fromEntries(metrics.map((metric: any) => [metric.key, Number(metric.value)]));
}

/** Sends a request to any of the sandbox's APIs as a contributor. */
export function call(
  sandbox: Sandbox,
  method: string,
  url: string,
  body?: unknown,
): Promise<{ status: number | undefined; body: any }> {
  const { MLFLOW_TRACKING_TOKEN, NODE_EXTRA_CA_CERTS } = sandbox.environment;
  const headers = { Authorization: `Bearer ${MLFLOW_TRACKING_TOKEN}`, 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, headers, ca: readFileSync(NODE_EXTRA_CA_CERTS!), agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          try {
            resolve({ status: answer.statusCode, body: text ? JSON.parse(text) : undefined });
          } catch {
            reject(new Error(`${method} ${url} answered ${answer.statusCode} with something else than JSON`));
          }
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
