/** A sandbox for tests of runs, with the few calls that they need. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Sandbox } from '../contracts.ts';
import { startSandbox } from '../sandbox.ts';
import { workspaceArmId } from '../settings.ts';

export interface Answer {
  status: number;
  body: any;
  text: string;
}

export interface RunsWorkspace {
  sandbox: Sandbox;
  /** A request below the workspace's ARM id. */
  arm(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A request below the workspace's run history. */
  history(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A request to MLflow's REST API; `path` like `runs/get?run_id=x`. */
  mlflow(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Puts a job; throws unless it was accepted. */
  submit(name: string, properties: Record<string, unknown>): Promise<void>;
  /** Waits until the run's status is one of these. */
  waitFor(runId: string, ...statuses: string[]): Promise<any>;
  /** Text behind a URL of the storage account. */
  readUrl(url: string): Promise<string>;
  component(name: string, spec: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

const TERMINAL = ['Completed', 'Failed', 'Canceled'];
const API_VERSION = 'api-version=2024-01-01-preview';

export async function startRunsWorkspace(options: { data?: string } = {}): Promise<RunsWorkspace> {
  const sandbox = await startSandbox(options);
  const ca = readFileSync(sandbox.clientEnvironment.NODE_EXTRA_CA_CERTS!);
  const token = sandbox.environment.MLFLOW_TRACKING_TOKEN;
  const workspace = workspaceArmId(sandbox.settings);

  const call = (url: string, method: string, body?: unknown, headers: Record<string, string> = {}, form?: string) =>
    new Promise<Answer>((resolve, reject) => {
      const parsed = new URL(url);
      const content = form ?? (body === undefined ? undefined : JSON.stringify(body));
      const type =
        content === undefined
          ? {}
          : { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' };
      // Every name below localhost is this machine.
      const options = { method, ca, host: '127.0.0.1', port: parsed.port, path: parsed.pathname + parsed.search };
      const sent = request(
        {
          ...options,
          servername: parsed.hostname.replace(/^[\d.]+$/, 'localhost'),
          headers: { host: parsed.host, ...type, ...headers },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
            resolve({ status: response.statusCode!, text, body: isJson ? JSON.parse(text) : undefined });
          });
        },
      );
      sent.on('error', reject);
      sent.end(content);
    });
  const { AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = sandbox.environment;
  const grant = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: AZURE_CLIENT_ID!,
    client_secret: AZURE_CLIENT_SECRET!,
    scope: 'https://ml.azure.localhost/.default',
  });
  const tokenUrl = `${sandbox.identityUrl}/${sandbox.settings.tenantId}/oauth2/v2.0/token`;
  const granted = await call(tokenUrl, 'POST', undefined, {}, grant.toString());
  // Pipelines are only taken with a token for Azure ML beside the one for ARM.
  const submitting = { 'x-azureml-token': String(granted.body?.access_token) };
  const authorized = { authorization: `Bearer ${token}` };
  const url = sandbox.azuremlUrl;

  const mine: RunsWorkspace = {
    sandbox,
    arm: (method, path, body) =>
      call(`${url}${workspace}/${path}${path.includes('?') ? '&' : '?'}${API_VERSION}`, method, body, {
        ...authorized,
        ...submitting,
      }),
    history: (method, path, body) => call(`${url}/history/v1.0${workspace}/${path}`, method, body, authorized),
    mlflow: (method, path, body) =>
      call(`${url}/mlflow/v2.0${workspace}/api/2.0/mlflow/${path}`, method, body, authorized),
    async submit(name, properties) {
      const { status, text } = await mine.arm('PUT', `jobs/${name}`, { properties });
      if (status >= 300) throw new Error(`PUT jobs/${name} answered ${status}: ${text}`);
    },
    async waitFor(runId, ...statuses) {
      const wanted = statuses.length > 0 ? statuses : TERMINAL;
      for (let round = 0; round < 600; round++) {
        const { body } = await mine.history('GET', `runs/${runId}/details`);
        if (wanted.includes(body?.status)) return body;
        if (TERMINAL.includes(body?.status))
          throw new Error(`${runId} is ${body.status}, not ${wanted}: ${JSON.stringify(body.error)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${runId} never became ${wanted}.`);
    },
    readUrl: async (target) => (await call(target, 'GET')).text,
    async component(name, spec) {
      const { status, text, body } = await mine.arm('PUT', `components/${name}/versions/1`, {
        properties: {
          componentSpec: {
            name,
            version: '1',
            type: 'command',
            environment: `azureml:${workspace}/environments/AzureML-sklearn-1.5/versions/1`,
            ...spec,
          },
        },
      });
      if (status >= 300) throw new Error(`PUT component ${name} answered ${status}: ${text}`);
      return body.id;
    },
    stop: () => sandbox.stop(),
  };
  return mine;
}

/** An input of a step that is text or a binding. */
export const literal = (value: string) => ({ job_input_type: 'literal', value });

/** Properties of a pipeline job. */
export function pipeline(jobs: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    jobType: 'Pipeline',
    experimentName: 'pipelines',
    settings: { default_compute: 'cpu-cluster' },
    jobs,
    ...more,
  };
}

/**
 * A workspace for the tests of one `describe`, and what they do with it: filled before them, stopped after them.
 * @param components by the name that `node` calls them
 */
export function useRunsWorkspace(components: Record<string, Record<string, unknown>>) {
  const workspace = {} as RunsWorkspace;
  const ids: Record<string, string> = {};
  before(async () => {
    Object.assign(workspace, await startRunsWorkspace());
    for (const [name, spec] of Object.entries(components)) ids[name] = await workspace.component(name, spec);
  });
  after(() => workspace.stop?.());
  const nameOf = (shown: string): string =>
    Object.keys(components).find((name) => components[name]!.display_name === shown) ?? shown;
  return {
    workspace,
    /** A step that runs a component. */
    node: (component: string, inputs: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
      type: 'command',
      componentId: ids[component],
      inputs,
      ...more,
    }),
    /**
     * The steps of a run by their keys in `jobs`, where a key is the name of its component. Run history does not say them: it
     * shows the display name of the component, and the key only where there is none.
     */
    async steps(runId: string): Promise<Record<string, any>> {
      const { body } = await workspace.history('GET', `runs/${runId}/children`);
      return Object.fromEntries(body.value.map((run: any) => [nameOf(run.displayName), run]));
    },
    /** What a run's process has printed. */
    async log(runId: string): Promise<string> {
      const { body } = await workspace.history('GET', `runs/${runId}/details`);
      return workspace.readUrl(body.logFiles['user_logs/std_log.txt']);
    },
  };
}
