/** The scoring hosts: who may score, which deployment answers, and how its failures are seen by callers. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type Response } from 'express';
import { azureMlAudience, publicAudiences } from '../../connections.ts';
import type { Resource, ResourceStore, Tokens } from '../../contracts.ts';
import type { Counts } from './counts.ts';
import type { OnlineDeployments, Serving } from './deployments.ts';
import type { OnlineFaults } from './faults.ts';
import { type Forwarded, forward } from './forward.ts';
import { createShare, createSpread, type Traffic } from './traffic.ts';

export interface ScoringContext {
  resources: ResourceStore;
  tokens: Tokens;
  deployments: OnlineDeployments;
  faults: OnlineFaults;
  counts: Counts;
  tokenAudience(endpoint: string): string;
}

/** An answer of the gateway or of a deployment. */
interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

const noRoute =
  'No valid deployments to route to. Please check that the endpoint has at least one deployment with positive weight values or use a deployment specific header to route.';

/** Answers of the gateway are text. */
const refuse = (status: number, body = ''): Answer => ({ status, headers: { 'content-type': 'text/plain' }, body });

/** Callers see 424 for whatever is wrong in the container; headers say what it was. */
const modelError = (status: number, answer?: Forwarded, reason = 'model_error'): Answer => ({
  status: 424,
  headers: {
    ...(answer?.headers ?? { 'content-type': 'text/plain' }),
    'ms-azureml-model-error-reason': reason,
    'ms-azureml-model-error-statuscode': String(status),
  },
  body: answer?.body ?? '',
});

export function createScoring(context: ScoringContext): express.Router {
  const router = express.Router();
  const route = createRouting();
  router.use(express.raw({ type: () => true, limit: '10mb' }));
  router.use(async (request: Request, response: Response) => {
    const name = String(request.headers.host).split('.')[0]!.toLowerCase();
    const endpoint = findEndpoint(context.resources, name);
    response.set({ server: 'azureml-frontdoor', 'x-request-id': randomUUID() });
    const refusal = endpoint ? await refusalOf(request, endpoint, context) : refuse(404, noRoute);
    if (refusal || !endpoint) {
      context.counts.add(name, '', refusal!.status);
      return send(response, refusal!);
    }
    const forced = request.headers['azureml-model-deployment'];
    const { deployment, mirror } = route(endpoint, forced === undefined ? undefined : String(forced));
    const isThere = deployment !== undefined && hasDeployment(endpoint, deployment, context);
    if (mirror !== undefined && hasDeployment(endpoint, mirror, context)) {
      // Nobody waits for the copy.
      void score(request, response, endpoint, mirror, context).then(({ status }) =>
        context.counts.add(endpoint.name, mirror, status, true),
      );
    }
    const answer = isThere ? await score(request, response, endpoint, deployment, context) : refuse(404, noRoute);
    context.counts.add(endpoint.name, isThere ? deployment : '', answer.status);
    if (isThere) response.set({ 'azureml-model-deployment': deployment, 'azureml-model-session': deployment });
    send(response, answer);
  });
  return router;
}

const findEndpoint = (resources: ResourceStore, name: string): Resource | undefined =>
  resources.list('onlineEndpoints').find((endpoint) => endpoint.name.toLowerCase() === name);

const hasDeployment = ({ name }: Resource, deployment: string, { resources }: ScoringContext): boolean =>
  resources.get(`onlineEndpoints/${name}/deployments/${deployment}`) !== undefined;

function send(response: Response, { status, headers, body }: Answer): void {
  response.status(status).set(headers ?? {});
  response.end(body ?? '');
}

/** Decides for each request which deployment answers it, and which gets a copy. */
function createRouting() {
  const spreads = new Map<string, ReturnType<typeof createSpread>>();
  const shares = new Map<string, ReturnType<typeof createShare>>();
  const of = <T>(map: Map<string, T>, key: string, make: () => T): T => {
    const known = map.get(key) ?? make();
    map.set(key, known);
    return known;
  };
  return ({ id, properties }: Resource, forced: string | undefined) => {
    if (forced !== undefined) return { deployment: forced };
    const deployment = of(spreads, id, createSpread)((properties.traffic ?? {}) as Traffic);
    const [copy] = Object.entries((properties.mirrorTraffic ?? {}) as Traffic).filter(([, share]) => share > 0);
    const isCopied = copy !== undefined && deployment !== undefined && of(shares, id, createShare)(copy[1]);
    return { deployment, ...(isCopied && { mirror: copy[0] }) };
  };
}

/** 401 or 403, unless the request has a key or a token of the kind that the endpoint takes. */
async function refusalOf(request: Request, endpoint: Resource, context: ScoringContext): Promise<Answer | undefined> {
  const secret = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const { authMode } = endpoint.properties;
  const words = authMode === 'Key' ? 'key_auth' : 'token_auth';
  if (!secret) return refuse(401, `${words}_bad_header_forbidden`);
  const denied = refuse(401, `${words}_access_denied`);
  if (authMode === 'Key') {
    const keys = context.resources.get(`onlineEndpointKeys/${endpoint.name}`)?.properties ?? {};
    return Object.values(keys).includes(secret) ? undefined : denied;
  }
  const audiences =
    authMode === 'AMLToken' ? [context.tokenAudience(endpoint.name)] : [azureMlAudience, ...publicAudiences];
  try {
    const claims = await context.tokens.verify(secret);
    if (!audiences.includes(claims.aud.replace(/\/$/, ''))) return denied;
    return claims.role === 'reader' ? refuse(403, `${words}_access_denied`) : undefined;
  } catch {
    return denied;
  }
}

/** Lets one deployment answer the request, with the faults that tests have set. */
async function score(
  request: Request,
  response: Response,
  { name, id }: Resource,
  deployment: string,
  { deployments, faults }: ScoringContext,
): Promise<Answer> {
  const at = { endpoint: name, deployment };
  const serving = deployments.find(`${id}/deployments/${deployment}`.toLowerCase());
  const broken = faults.each(at, 'gateway').find(isHit);
  if (broken) return refuse(broken.fault.status);
  if (!serving) return modelError(503, undefined, 'model_not_ready');
  if (serving.inFlight >= serving.limit)
    return { ...refuse(429), headers: { 'ms-azureml-model-error-reason': 'too_many_pending_request' } };
  serving.inFlight += 1;
  try {
    const delay = faults
      .each(at, 'latency')
      .reduce((total, { fault, hits }) => total + fault.delayMs + hits * (fault.growthMs ?? 0), 0);
    const failing = faults.each(at, 'errors').find(isHit);
    return await answerOf(request, response, serving, delay, failing?.fault.status ?? (failing && 500));
  } finally {
    serving.inFlight -= 1;
  }
}

/** True for the share of the requests that the fault spoils, evenly spaced. */
const isHit = ({ fault: { percent }, hits }: { fault: { percent: number }; hits: number }): boolean =>
  Math.floor(((hits + 1) * percent) / 100) > Math.floor((hits * percent) / 100);

async function answerOf(
  request: Request,
  response: Response,
  serving: Serving,
  delayMs: number,
  failure: number | undefined,
): Promise<Answer> {
  const end = Date.now() + serving.requestTimeoutMs;
  if (delayMs > 0) await sleep(Math.min(delayMs, serving.requestTimeoutMs));
  if (Date.now() >= end) return refuse(408, 'upstream request timeout');
  if (failure !== undefined) return modelError(failure, failedRun);
  const port = serving.port();
  if (port === undefined) return modelError(502);
  const answer = await forward(port, request, String(response.get('x-request-id')), end - Date.now());
  if (answer === 'timeout') return refuse(408, 'upstream request timeout');
  if (answer === 'broken') return modelError(502);
  return answer.status === 200 ? answer : modelError(answer.status, answer);
}

const failedRun: Forwarded = {
  status: 500,
  headers: { 'content-type': 'application/json', 'x-ms-run-function-failed': 'True' },
  body: Buffer.from('{"message": "An unexpected error occurred in scoring script. Check the logs for more info."}'),
};
