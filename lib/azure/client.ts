import type { TokenCredential } from '@azure/core-auth';
import {
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
  type HttpClient,
  type HttpMethods,
  type Pipeline,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { type Clock, systemClock } from '../core/clock.ts';
import { type AzureAnswer, readAnswer } from './answers.ts';
import { type Cloud, type CloudMetadata, cloudOf } from './cloud.ts';
import { type AzureConnection, signInOf } from './connection.ts';
import { createCredential } from './credential.ts';
import { oddAnswer } from './failures.ts';
import { createTransport, type NetworkSettings } from './network.ts';
import { noAnswerOf, withoutQuery } from './no-answer.ts';
import { type Pause, type Retry, withRetries } from './retries.ts';
import { bearerPolicy, createTokenSource } from './tokens.ts';
import { requireHttps, requireTrusted } from './trusted-hosts.ts';

/** Who a request is for, which decides its token: Azure Resource Manager, the Azure ML data plane, or nobody (a SAS URL). */
export type Audience = 'arm' | 'ml' | 'none';

export interface AzureRequest {
  method: HttpMethods;
  url: string;
  audience: Audience;
  /** Sent as JSON, byte for byte what `JSON.stringify` makes of it. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** How much patience passing failures meet; `patient` when it is not said. */
  retry?: Retry | undefined;
  /**
   * Whether it may be sent again after its bytes may have reached the service. POST: only when this says so, since most of
   * them start work that costs money; every other method: always.
   */
  repeatable?: boolean | undefined;
  /** Where the address comes from, for messages: `the scoringUri of the endpoint 'e'`. */
  from?: string | undefined;
  /** A success without a body is what is wanted, or one of several possible answers. GET only; others may always be empty. */
  mayBeEmpty?: boolean | undefined;
}

export interface Download {
  status: number;
  stream: NodeJS.ReadableStream | undefined;
}

/** The one way to Azure. Retries (throttling, 5xx, lost connections) live here and nowhere else. */
export interface AzureClient {
  readonly cloud: Cloud;
  /**
   * @throws AzureError when the answer's status is 400 or more
   * @throws NoAnswerError when there is no answer
   * @throws UserError `HostNotTrusted` when the address may not see a token of this cloud; `AnswerNotUnderstood`, `SignInFailed`
   */
  send<T>(request: AzureRequest): Promise<AzureAnswer<T>>;
  /**
   * Streams bytes from an address that carries its own signature. `stream` is undefined when the answer has none.
   * @throws AzureError when storage is failing or throttling
   */
  download(
    url: string,
    range: { first: number; last: number },
    options?: Pick<AzureRequest, 'retry' | 'signal'>,
  ): Promise<Download>;
  /** What was left of the subscription's reads at the last answer that said so: `x-ms-ratelimit-remaining-subscription-reads`. */
  readsLeft(): number | undefined;
  /** A token for the Azure ML data plane, for the header `x-azureml-token`. */
  mlToken(): Promise<string>;
  /** The same sign-in and the same transport for Microsoft's other clients (storage). */
  readonly credential: TokenCredential;
  readonly transport: HttpClient;
}

export interface AzureClientOptions {
  connection: AzureConnection;
  /** Token of the job's own connection; needed for workload identity federation. */
  systemAccessToken: string;
  /** Hears every token that is used, so that it can be masked. */
  onSecret: (secret: string) => void;
  /** Appears in the user agent of every request: `model-bridge/0.1.0`. */
  product: string;
  /** Ends requests and the waiting between their retries; a request may bring a signal of its own instead. */
  signal: AbortSignal;
  /** The agent's proxy and certificate authorities. */
  network?: NetworkSettings;
  /** Hears of every pause before a request is tried again. */
  onPause?: (pause: Pause) => void;
  clock?: Clock;
  transport?: HttpClient;
}

/** A request that is not answered by then is lost; a poll comes again soon. */
const REQUEST_TIMEOUT_MS = 100_000;
const QUICK_TIMEOUT_MS = 30_000;

/** Opens the way to Azure for one connection. @throws UserError when the connection can't be used */
export async function createAzureClient(options: AzureClientOptions): Promise<AzureClient> {
  const { connection, systemAccessToken, onSecret, product, signal: cancelled, clock = systemClock } = options;
  const { network = {}, transport = createTransport(network), onPause = () => undefined } = options;
  const signIn = signInOf(connection);
  const retrying = <T>(
    { retry = 'patient', repeatable = true, signal = cancelled }: Retrying,
    attempt: () => Promise<T>,
  ) => withRetries(retry, repeatable, { clock, signal, random: Math.random, onPause }, attempt);
  const exchange = (pipeline: Pipeline, request: PipelineRequest): Promise<PipelineResponse> =>
    pipeline.sendRequest(transport, request).catch((error: unknown) => {
      throw noAnswerOf(error, request);
    });
  const open = createPipeline(product);
  const cloud = await cloudOf(connection, (url) =>
    retrying({}, async () => {
      const request = createPipelineRequest({ url, timeout: REQUEST_TIMEOUT_MS, abortSignal: cancelled });
      const { body, text } = readAnswer<CloudMetadata | CloudMetadata[] | undefined>(await exchange(open, request));
      return body ?? Promise.reject(oddAnswer(url, 'the addresses of the cloud', text));
    }),
  );
  const tokens = createTokenSource({
    create: (relay) => createCredential(signIn, cloud, systemAccessToken, relay),
    transport,
    onToken: onSecret,
    clock,
    retryRefusal: signIn.kind === 'federation',
  });
  const pipelines: Record<Audience, Pipeline> = {
    arm: withPolicy(createPipeline(product), bearerPolicy(tokens, cloud.armScope)),
    ml: withPolicy(createPipeline(product), bearerPolicy(tokens, cloud.mlScope)),
    none: open,
  };
  let readsLeft: number | undefined;
  return {
    cloud,
    transport,
    readsLeft: () => readsLeft,
    async download(url, range, { retry, signal = cancelled } = {}) {
      requireHttps(url, 'an answer of Azure');
      maskSignature(url, onSecret);
      return retrying({ retry, signal }, async () => {
        const response = await exchange(open, downloadOf(url, range, retry, signal));
        const stream = response.readableStreamBody as NodeJS.ReadableStream | undefined;
        if (!stream && (response.status === 429 || response.status >= 500)) readAnswer(response); // throws
        return { status: response.status, stream };
      });
    },
    mlToken: async () => (await retrying({}, () => tokens.get(cloud.mlScope, cancelled))).token,
    credential: {
      getToken: (scopes) => retrying({}, () => tokens.get([scopes].flat().join(' '), cancelled)),
    },
    async send<T>(request: AzureRequest) {
      const { url, audience, method, from = 'an answer of Azure', signal = cancelled, retry } = request;
      if (audience === 'none') requireHttps(url, from);
      else requireTrusted(cloud, url, from);
      maskSignature(url, onSecret);
      const { repeatable = method !== 'POST' && method !== 'PATCH' } = request;
      return retrying({ retry, repeatable, signal }, async () => {
        const response = await exchange(pipelines[audience], pipelineRequestOf({ ...request, repeatable, signal }));
        readsLeft = Number(
          response.headers.get('x-ms-ratelimit-remaining-subscription-reads') ?? readsLeft ?? Number.NaN,
        );
        if (Number.isNaN(readsLeft)) readsLeft = undefined;
        const answer = readAnswer<T>(response);
        const isEmpty = answer.body === undefined || answer.body === null;
        if (method === 'GET' && answer.status === 200 && isEmpty && !request.mayBeEmpty)
          throw oddAnswer(url, 'a body', answer.text);
        return answer;
      });
    },
  };
}

type Retrying = Pick<AzureRequest, 'retry' | 'repeatable' | 'signal'>;

/** The library's pipeline without its retries, which treat all methods alike. */
function createPipeline(product: string): Pipeline {
  const pipeline = createPipelineFromOptions({ userAgentOptions: { userAgentPrefix: product } });
  pipeline.removePolicy({ phase: 'Retry' });
  return pipeline;
}

function withPolicy(pipeline: Pipeline, policy: ReturnType<typeof bearerPolicy>): Pipeline {
  pipeline.addPolicy(policy, { afterPhase: 'Retry' });
  return pipeline;
}

function timeoutOf(retry: Retry | undefined): number {
  return retry === 'quick' ? QUICK_TIMEOUT_MS : REQUEST_TIMEOUT_MS;
}

function pipelineRequestOf({
  method,
  url,
  body,
  headers = {},
  signal,
  retry,
  repeatable,
}: AzureRequest): PipelineRequest {
  const request = createPipelineRequest({
    method,
    url,
    headers: createHttpHeaders({ Accept: 'application/json', ...headers }),
    timeout: timeoutOf(retry),
    ...(signal ? { abortSignal: signal } : {}),
    // A kept connection may have been closed by the other side, and then nobody knows whether the request arrived.
    disableKeepAlive: repeatable === false,
  });
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers.set('Content-Type', 'application/json');
  }
  return request;
}

function downloadOf(
  url: string,
  { first, last }: { first: number; last: number },
  retry: Retry | undefined,
  abortSignal: AbortSignal,
): PipelineRequest {
  return createPipelineRequest({
    url,
    headers: createHttpHeaders({ Range: `bytes=${first}-${last}` }),
    streamResponseStatusCodes: new Set([200, 206]),
    timeout: timeoutOf(retry),
    abortSignal,
  });
}

/** Signatures of storage (`sig`) and of operations (`s`, `h`): who has one needs no token. */
function maskSignature(url: string, onSecret: (secret: string) => void): void {
  const query = url.slice(withoutQuery(url).length + 1);
  for (const [, raw = ''] of query.matchAll(/(?:^|&)(?:sig|s|h)=([^&#]{16,})/g)) {
    onSecret(raw);
    onSecret(decodeURIComponent(raw.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')));
  }
}
