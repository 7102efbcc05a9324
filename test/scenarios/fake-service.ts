/** The usual answers of the fake Azure ML: one function from a request to its answer, which may change the state. */
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it came. */
export interface Received {
  /** Milliseconds since the epoch. */
  at: number;
  /** `PUT /subscriptions/.../jobs/x?api-version=y`: what the patterns of rules are held against. */
  line: string;
  method: string;
  url: URL;
  /** Path, percent-decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed when it is JSON; text otherwise. */
  body: any;
}

export interface Answer {
  status: number;
  /** Sent as JSON; a string or a Buffer as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

/** A job as Resource Manager and run history describe it; tests may change every field. */
export type FakeJob = Record<string, any> & { name: string; status: string };

/** What the usual answers are made of; tests read and change it at any time. */
export interface FakeState {
  /** Root of everything: `https://127.0.0.1:{port}`. */
  url: string;
  jobs: Map<string, FakeJob>;
  /** Child runs by the name of their parent. */
  children: Map<string, FakeJob[]>;
  /** Metrics of a run as MLflow has them: `[{ key, value, step, timestamp }]`. */
  metrics: Map<string, Record<string, unknown>[]>;
  /** Versions by model, oldest first. */
  models: Map<string, Record<string, any>[]>;
  /** Texts of log files by path: `user_logs/std_log.txt`. Every job shows them all. */
  logs: Map<string, string>;
}

export const SUBSCRIPTION = '5ab0c1de-0000-4000-8000-000000000001';
export const TENANT = '5ab0c1de-0000-4000-8000-0000000000aa';
export const WORKSPACE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws`;

/** A job in both forms at the same time: `status` and `runId` are run history's, `properties` Resource Manager's. */
export function jobOf(name: string, status: string, more: Record<string, unknown> = {}): FakeJob {
  const properties = { jobType: 'Command', status, services: {}, properties: {}, ...more };
  return { id: `${WORKSPACE}/jobs/${name}`, name, runId: name, status, properties };
}

const NOT_FOUND: Answer = { status: 404, body: { error: { code: 'NotFound', message: 'There is none.' } } };

export function usualAnswer(state: FakeState, request: Received): Answer {
  return (
    signIn(state, request) ??
    log(state, request) ??
    workspace(state, request) ??
    model(state, request) ??
    job(state, request) ?? { ...NOT_FOUND }
  );
}

const ok = (body: unknown, status = 200): Answer => ({ status, body });

function signIn({ url }: FakeState, { path }: Received): Answer | undefined {
  if (path === '/metadata/endpoints')
    return ok({
      name: 'LabCloud',
      portal: 'https://portal.lab.localhost/',
      authentication: { loginEndpoint: url },
      suffixes: { storage: 'core.localhost' },
    });
  if (path.endsWith('openid-configuration'))
    return ok({
      token_endpoint: `${url}/${TENANT}/oauth2/v2.0/token`,
      authorization_endpoint: `${url}/authorize`,
      issuer: `${url}/issuer`,
      jwks_uri: `${url}/keys`,
    });
  if (path.endsWith('/token')) return ok({ access_token: 'tok.en.x', token_type: 'Bearer', expires_in: 3600 });
  if (path === '/oidc') return ok({ oidcToken: 'oi.dc.x' });
  return undefined;
}

/** A log file, or the range of it that is asked for. */
function log({ logs }: FakeState, { path, headers }: Received): Answer | undefined {
  if (!path.startsWith('/logs/')) return undefined;
  const bytes = Buffer.from(logs.get(path.slice('/logs/'.length)) ?? '');
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  if (first === undefined) return { status: 200, body: bytes };
  if (Number(first) >= bytes.length)
    return { status: 416, body: '', headers: { 'Content-Range': `bytes */${bytes.length}` } };
  const end = Math.min(Number(last), bytes.length - 1);
  const range = { 'Content-Range': `bytes ${first}-${end}/${bytes.length}` };
  return { status: 206, body: bytes.subarray(Number(first), end + 1), headers: range };
}

function workspace({ url, metrics }: FakeState, { path, url: asked }: Received): Answer | undefined {
  if (path === '/discovery') return ok({ api: url });
  if (path === WORKSPACE)
    return ok({
      location: 'eastus',
      properties: { discoveryUrl: `${url}/discovery`, mlFlowTrackingUri: url.replace('https', 'azureml') },
    });
  if (path.endsWith('/runs/get'))
    return ok({ run: { data: { metrics: metrics.get(asked.searchParams.get('run_id') ?? '') ?? [] } } });
  // That they are there is all that a task wants to know.
  if (/\/(computes|environments)\//.test(path)) return ok({});
  return undefined;
}

function model({ models }: FakeState, { path, method, body }: Received): Answer | undefined {
  if (path.endsWith('/models')) return ok({ value: [...models.keys()].map((name) => ({ name })) });
  const [, name, below = ''] = /\/models\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (name === undefined) return undefined;
  const versions = models.get(name);
  if (below === '') return versions && ok({ name, properties: { nextVersion: String(versions.length + 1) } });
  if (below === '/versions') return versions && ok({ value: versions.toReversed() });
  const version = below.split('/').at(-1)!;
  if (method !== 'PUT') return versions && ok(versions.find((one) => one.name === version) ?? {});
  const made = { id: path, name: version, ...body };
  models.set(name, [...(versions ?? []).filter((one) => one.name !== version), made]);
  return ok(made, 201);
}

function job({ url, jobs, children, logs }: FakeState, { path, method, body }: Received): Answer | undefined {
  const name = /\/(?:jobs|runs)\/([^/?]+)/.exec(path)?.[1];
  if (name === undefined) return undefined;
  if (path.endsWith('/children')) return ok({ value: children.get(name) ?? [] });
  if (method === 'PUT') {
    const made = jobOf(name, 'Running', body.properties);
    jobs.set(name, made);
    return ok(made, 201);
  }
  const found = jobs.get(name) ?? [...children.values()].flat().find((one) => one.name === name);
  if (!found) return undefined;
  if (path.endsWith('/cancel')) {
    found.status = found.properties.status = 'Canceled';
    return { status: 202 };
  }
  const logFiles = Object.fromEntries([...logs.keys()].map((file) => [file, `${url}/logs/${file}?sig=s1gn4ture`]));
  return ok({ logFiles, ...found });
}
